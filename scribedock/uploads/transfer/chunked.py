"""The chunked transfer coding (RFC 9112 §7.1), decoded as the bytes arrive."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from scribedock.uploads.http.head import BadFraming

SIZE_LINE = re.compile(rb"([0-9A-Fa-f]{1,15})[ \t]*(?:;[^\r\n]*)?\Z")
MAX_LINE = 4096
MAX_TRAILER = 16_384
FIELD = re.compile(rb"([!#$%&'*+\-.^_`|~0-9A-Za-z]+):[ \t]*([\x20-\x7e\t]*?)[ \t]*\Z")


class ChunkedDecoder:
    """Feed it what the socket gave; `finished` says that the last chunk and its trailer were seen."""

    def __init__(self) -> None:
        self._line = bytearray()
        self._left = 0  # bytes missing from the current chunk
        self._ends_chunk = False  # the CRLF after a chunk's data is due
        self._trailer = 0
        self._in_trailer = False
        self._fields: dict[str, tuple[str, ...]] = {}
        self.finished = False
        self.rest = b""  # bytes after the body: the next request

    @property
    def trailer(self) -> Mapping[str, tuple[str, ...]]:
        """Return the fields of the trailer, by names in lower case."""
        return self._fields

    @property
    def data_ended(self) -> bool:
        """Return whether the last chunk was seen; its trailer may be under way."""
        return self._in_trailer

    def end(self) -> None:
        """Accept the end: whoever feeds it knows by `finished`."""

    def feed(self, data: memoryview) -> Iterator[memoryview]:
        """Yield the decoded data, as slices of what was fed. Raises BadFraming."""
        position = 0
        while position < len(data):
            if self.finished:
                self.rest += bytes(data[position:])
                return
            if self._left:
                part = data[position : position + self._left]
                self._left -= len(part)
                self._ends_chunk = not self._left
                position += len(part)
                yield part
                continue
            position += self._read_line(data[position:])

    def _read_line(self, data: memoryview) -> int:
        taken = bytes(data[: MAX_LINE + 2])
        end = taken.find(b"\n")
        used = len(taken) if end < 0 else end + 1
        self._line += taken[:used]
        if len(self._line) > MAX_LINE:
            raise BadFraming("A line of the chunked coding is too long")
        if end >= 0:
            line = self._stripped(bytes(self._line))
            self._line.clear()
            self._take(line)
        return used

    def _stripped(self, line: bytes) -> bytes:
        """Return the line without its end. Raises BadFraming for an end that is no CRLF."""
        if not line.endswith(b"\r\n"):
            raise BadFraming("A line of the chunked coding does not end in CRLF")
        return line[:-2]

    def _take(self, line: bytes) -> None:
        if self._ends_chunk:
            if line:
                raise BadFraming("A chunk is longer than it says")
            self._ends_chunk = False
        elif self._in_trailer:
            self._trailer += len(line) + 2
            if self._trailer > MAX_TRAILER:
                raise BadFraming("The trailer of the chunked coding is too long")
            self._take_trailer(line)
        else:
            size = SIZE_LINE.match(line)
            if size is None:
                raise BadFraming("A chunk's size is not a hexadecimal number")
            self._left = int(size[1], 16)
            self._in_trailer = not self._left

    def _take_trailer(self, line: bytes) -> None:
        self.finished = not line
        self._note_field(line)  # what is none tells us nothing

    def _note_field(self, line: bytes) -> bool:
        """Note a field of the trailer; return whether the line is one."""
        field = FIELD.match(line)
        if field is None:
            return False
        name = field[1].decode().lower()
        self._fields[name] = (*self._fields.get(name, ()), field[2].decode())
        return True
