"""The chunked transfer coding (RFC 9112 §7.1)."""

from __future__ import annotations

from contextlib import suppress
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scribedock.uploads.http.head import BadFraming
from scribedock.uploads.transfer.chunked import ChunkedDecoder


def decode(raw: bytes, cuts: list[int]) -> tuple[bytes, ChunkedDecoder]:
    decoder = ChunkedDecoder()
    found = bytearray()
    edges = [0, *sorted(cut % (len(raw) + 1) for cut in cuts), len(raw)]
    for start, end in pairwise(edges):
        for part in decoder.feed(memoryview(raw[start:end])):
            found += part
    return bytes(found), decoder


def encode(parts: list[bytes], trailer: bytes = b"") -> bytes:
    chunks = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in parts if part)
    return chunks + b"0\r\n" + trailer + b"\r\n"


@given(st.lists(st.binary(max_size=50), max_size=8), st.lists(st.integers(0, 500), max_size=10))
def test_the_data_is_the_same_however_the_bytes_arrive(parts: list[bytes], cuts: list[int]) -> None:
    found, decoder = decode(encode(parts), cuts)
    assert found == b"".join(parts)
    assert decoder.finished
    assert decoder.rest == b""


@given(st.binary(max_size=40), st.lists(st.integers(0, 200), max_size=6))
def test_what_follows_the_body_belongs_to_the_next_request(rest: bytes, cuts: list[int]) -> None:
    found, decoder = decode(encode([b"abc"]) + rest, cuts)
    assert (found, decoder.rest) == (b"abc", rest)


def test_extensions_and_trailers_are_passed_over() -> None:
    found, decoder = decode(b"3;name=value\r\nabc\r\n0\r\nX-Trailer: 1\r\n\r\n", [])
    assert (found, decoder.finished) == (b"abc", True)


@pytest.mark.parametrize(
    "raw",
    [
        b"zz\r\n",
        b"-1\r\n",
        b"0x3\r\nabc\r\n",
        b"3\nabc\r\n",
        b"3\r\nabcd\r\n0\r\n\r\n",
        b"ffffffffffffffff\r\n",
        b" 3\r\nabc\r\n",
        b"3" * 5000,
        b"0\r\n" + b"X: y\r\n" * 5000,
    ],
)
def test_a_malformed_coding_is_refused(raw: bytes) -> None:
    with pytest.raises(BadFraming):
        decode(raw, [])


@given(st.binary(max_size=200))
def test_garbage_is_refused_or_unfinished_but_never_hangs(raw: bytes) -> None:
    with suppress(BadFraming):
        decode(raw, [])
