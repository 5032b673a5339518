"""An open file as FFmpeg takes it; used in the fenced child only."""

from __future__ import annotations

import errno
import os
from typing import BinaryIO


class Source:
    """Reads a recording wherever FFmpeg wants to, from the place in the file at which the recording begins.

    A damaged file sends it to places before the beginning. FFmpeg's own files answer that with an error code,
    after which much of what is damaged can be read; an exception would end it all.
    """

    def __init__(self, file: BinaryIO, begin: int = 0) -> None:
        """begin is in bytes. The source stands at its beginning."""
        self._file = file
        self.begin = begin
        file.seek(begin)

    @property
    def size(self) -> int:
        """Bytes from the beginning to the end of the file."""
        return os.fstat(self._file.fileno()).st_size - self.begin

    def read(self, size: int) -> bytes:
        return self._file.read(size)

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """The new place, or minus EINVAL."""
        if whence == os.SEEK_SET:
            offset += self.begin
            if offset < self.begin:
                return -errno.EINVAL
        before = self._file.tell()
        try:
            place = self._file.seek(offset, whence)
        except OSError as error:
            if error.errno != errno.EINVAL:
                raise
            return -errno.EINVAL
        if place < self.begin:
            self._file.seek(before)
            return -errno.EINVAL
        return place - self.begin

    def tell(self) -> int:
        return self._file.tell() - self.begin

    def seekable(self) -> bool:
        return True

    def from_(self, place: int) -> Source:
        """Another source on the same file, which begins so many bytes into this one."""
        return Source(self._file, self.begin + place)
