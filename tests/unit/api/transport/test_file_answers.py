"""The Range of a request for a file (RFC 9110 §14)."""

from __future__ import annotations

import pytest

from scribedock.api.transport.file_answers import byte_range


@pytest.mark.parametrize(
    ("header", "part"),
    [
        ("bytes=0-4", (0, 5)),
        (" bytes=2-", (2, 10)),
        ("bytes=-3", (7, 10)),
        ("bytes=-30", (0, 10)),
        ("bytes=8-99", (8, 10)),
        ("bytes=10-", (0, 0)),
    ],
)
def test_one_range_selects_a_part_of_the_file(header: str, part: tuple[int, int]) -> None:
    assert byte_range(header, 10) == part


@pytest.mark.parametrize(
    "header",
    ["", "bytes=-", "bytes=4-2", "bytes=0-1,3-4", "lines=0-4", "bytes=\u0661-\u0664", "bytes=0-\u00b2"],
)
def test_any_other_header_selects_the_whole_file(header: str) -> None:
    assert byte_range(header, 10) is None
