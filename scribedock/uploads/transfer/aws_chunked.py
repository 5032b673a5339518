"""S3's `aws-chunked` content coding: chunks, and perhaps a trailer, inside of the body that HTTP frames.

SDKs of S3 send it by themselves, also to a URL that somebody else has signed:

    5;chunk-signature=…  CRLF  hello  CRLF  0;chunk-signature=…  CRLF  x-amz-checksum-crc32:…  CRLF  CRLF

The signatures cannot be checked, since nobody has told us a secret; the checksums of the trailer can. Clients
differ in how the trailer ends: some write a bare LF behind a field, an empty line between two, or none at the
end. So it lasts until the body does.

Source: "Signature calculations for trailing headers (chunked uploads)", in the reference of S3's API.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from scribedock.uploads.http.head import BadFraming
from scribedock.uploads.transfer.chunked import ChunkedDecoder
from scribedock.uploads.transfer.framing import Framing


class _Chunks(ChunkedDecoder):
    """Chunks whose trailer ends with the body. What HTTP frames itself must not be read as leniently."""

    def _stripped(self, line: bytes) -> bytes:
        return line.rstrip(b"\r\n") if self.data_ended else super()._stripped(line)

    def finish(self) -> None:
        """Take what is left as the last line, although nothing ends it. Raises BadFraming."""
        if not self.data_ended:
            raise BadFraming("The body ends before its aws-chunked coding does; send the recording again")
        line = bytes(self._line)
        self._line.clear()
        self._take_trailer(self._stripped(line))

    def _take_trailer(self, line: bytes) -> None:
        if line and not self._note_field(line):
            raise BadFraming("Something stands behind the end of the aws-chunked coding")


class AwsChunkedBody:
    """Decodes what another framing takes out of the request."""

    def __init__(self, outer: Framing) -> None:
        self._outer = outer
        self._inner = _Chunks()

    @property
    def finished(self) -> bool:
        return self._outer.finished

    @property
    def rest(self) -> bytes:
        return self._outer.rest

    @property
    def trailer(self) -> Mapping[str, tuple[str, ...]]:
        return {**self._outer.trailer, **self._inner.trailer}

    def feed(self, data: memoryview) -> Iterator[memoryview]:
        for part in self._outer.feed(data):
            yield from self._inner.feed(part)
        if self._outer.finished:
            self.end()

    def end(self) -> None:
        self._outer.end()
        self._inner.finish()
