"""S3's framing inside of a body, however its bytes are cut."""

from __future__ import annotations

import pytest

from scribedock.uploads.http.head import BadFraming
from scribedock.uploads.transfer.aws_chunked import AwsChunkedBody
from scribedock.uploads.transfer.chunked import ChunkedDecoder
from scribedock.uploads.transfer.framing import DecodedBody, SizedBody

CODED = (
    b"5;chunk-signature=ab\r\nhello\r\n6\r\n world\r\n0\r\nx-amz-checksum-crc32:DUoRhQ==\n\r\nx-b: c\r\n\r\n"
)


def fed(framing: AwsChunkedBody, data: bytes, piece: int) -> bytes:
    return b"".join(
        bytes(part)
        for start in range(0, len(data), piece)
        for part in framing.feed(memoryview(data)[start : start + piece])
    )


@pytest.mark.parametrize("piece", [1, 2, 3, 10, 1000])
def test_the_bytes_and_the_trailer_are_found_however_they_are_cut(piece: int) -> None:
    framing = AwsChunkedBody(SizedBody(len(CODED)))
    assert fed(framing, CODED + b"PUT /next", piece).startswith(b"hello world")
    assert framing.finished
    assert framing.trailer == {"x-amz-checksum-crc32": ("DUoRhQ==",), "x-b": ("c",)}


@pytest.mark.parametrize("piece", [1, 5, 1000])
def test_chunks_of_http_may_be_around_it(piece: int) -> None:
    outer = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in (CODED[:30], CODED[30:]))
    framing = AwsChunkedBody(ChunkedDecoder())
    assert fed(framing, outer + b"0\r\nx-c: d\r\n\r\n", piece) == b"hello world"
    assert framing.finished
    assert framing.trailer["x-c"] == ("d",)


def test_what_comes_behind_the_body_is_the_next_request() -> None:
    framing = AwsChunkedBody(SizedBody(len(CODED)))
    assert fed(framing, CODED + b"PUT /next", 1000) == b"hello world"
    assert framing.rest == b"PUT /next"


@pytest.mark.parametrize("end", range(0, CODED.index(b"0\r\nx") + 2, 3))
def test_a_body_that_ends_early_is_no_recording(end: int) -> None:
    framing = AwsChunkedBody(DecodedBody())
    fed(framing, CODED[:end], 1000)
    with pytest.raises(BadFraming):
        framing.end()


def test_the_last_line_needs_no_end_and_must_be_a_field() -> None:
    framing = AwsChunkedBody(DecodedBody())
    fed(framing, b"0\r\nx-a: b", 1000)
    framing.end()
    assert framing.trailer == {"x-a": ("b",)}
    with pytest.raises(BadFraming, match="behind the end"):
        fed(AwsChunkedBody(SizedBody(7)), b"0\r\nmore", 1000)


def test_a_trailer_has_no_end_of_its_own_but_a_largest_size() -> None:
    framing = AwsChunkedBody(DecodedBody())
    with pytest.raises(BadFraming, match="too long"):
        fed(framing, b"0\r\n" + b"\r\n" * 10_000, 1000)
