"""An open file as FFmpeg takes it; used in the fenced child only."""

from __future__ import annotations

import errno
import os
from typing import BinaryIO


class RecordingFile:
    """A recording in a file, from which FFmpeg reads wherever it wants.

    A damaged file sends FFmpeg to places before the beginning. Its own files answer that with an error code,
    after which much of the file can be read; an exception would end the reading.
    """

    def __init__(self, file: BinaryIO, begin: int = 0, end: int | None = None) -> None:
        """Read from `begin` to `end`, both in bytes in the file; without an end, to the file's."""
        self._file = file
        self._end = end
        self.begin = begin
        file.seek(begin)

    @property
    def size(self) -> int:
        """Return the number of bytes from the beginning to the end."""
        return (self._file_size() if self._end is None else self._end) - self.begin

    def read(self, size: int) -> bytes:
        if self._end is not None:
            size = min(size, max(self._end - self._file.tell(), 0))
        return self._file.read(size)

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Return the new position, or minus EINVAL for one that no file of this system can have."""
        before = {os.SEEK_SET: 0, os.SEEK_CUR: self.tell(), os.SEEK_END: self.size}[whence]
        if before + offset < 0:
            return -errno.EINVAL
        try:
            return self._file.seek(self.begin + before + offset) - self.begin
        except OverflowError:
            return -errno.EINVAL
        except OSError as error:
            if error.errno not in (errno.EINVAL, errno.EOVERFLOW):
                raise
            return -errno.EINVAL

    def tell(self) -> int:
        return self._file.tell() - self.begin

    def seekable(self) -> bool:
        return True

    def from_(self, place: int) -> RecordingFile:
        """Return another source on the same file, from `place` bytes into this one to the file's end."""
        return RecordingFile(self._file, self.begin + place)

    def to(self, place: int) -> RecordingFile:
        """Return another source on the same file that ends `place` bytes into this one."""
        return RecordingFile(self._file, self.begin, self.begin + place)

    def _file_size(self) -> int:
        return os.fstat(self._file.fileno()).st_size
