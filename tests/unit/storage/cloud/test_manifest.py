from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scribedock.storage.cloud.bucket import StoreFault
from scribedock.storage.cloud.journal import EntryKind, JournalEntry
from scribedock.storage.cloud.manifest import StoredPart, cut, from_json, ranges, to_json, total

PARTS = st.lists(
    st.builds(
        StoredPart,
        path=st.text(max_size=20),
        bytes=st.integers(1, 100),
        etag=st.text(max_size=10),
        version=st.text(max_size=5),
    ),
    max_size=8,
).map(tuple)


@given(PARTS)
def test_written_messages_are_read_back(parts: tuple[StoredPart, ...]) -> None:
    assert from_json(to_json(parts)) == parts
    entry = JournalEntry(kind=EntryKind.WRITING, writer="a", parts=parts)
    assert JournalEntry.from_json(entry.to_json()) == entry


@given(PARTS, st.integers(0, 900))
def test_a_cut_keeps_the_beginning(parts: tuple[StoredPart, ...], size: int) -> None:
    kept = cut(parts, size)
    assert total(kept) == min(size, total(parts))
    assert all(part.bytes > 0 for part in kept)
    assert [part.path for part in kept] == [part.path for part in parts[: len(kept)]]


@given(PARTS, st.integers(1, 60))
def test_ranges_cover_every_byte_once(parts: tuple[StoredPart, ...], largest: int) -> None:
    position = 0
    for each in ranges(parts, largest):
        assert each.offset == position
        assert 0 < each.end - each.start <= largest
        assert each.end <= each.part.bytes
        position += each.end - each.start
    assert position == total(parts)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'{"format": 2, "parts": []}',
        b'{"format": 1}',
        b'{"format": 1, "parts": [["a", 1, "b"]]}',
        b'{"format": 1, "parts": [["a", "x", "b", ""]]}',
        b'{"format": 1, "parts": [["a", -1, "b", ""]]}',
        b"\xff",
    ],
)
def test_an_invalid_manifest_is_refused(data: bytes) -> None:
    with pytest.raises(StoreFault, match="cannot be read"):
        from_json(data)
    with pytest.raises(StoreFault, match="cannot be read"):
        JournalEntry.from_json(data)
