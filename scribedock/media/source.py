"""An open file as FFmpeg takes it; used in the fenced child only."""

from __future__ import annotations

import errno
import os
from typing import BinaryIO


class Source:
    """Reads a recording wherever FFmpeg wants to.

    A damaged file sends it to places before the beginning. FFmpeg's own files answer that with an error code,
    after which much of what is damaged can be read; an exception would end it all.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._file = file

    def read(self, size: int) -> bytes:
        return self._file.read(size)

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """The new place, or minus EINVAL."""
        try:
            return self._file.seek(offset, whence)
        except OSError as error:
            if error.errno != errno.EINVAL:
                raise
            return -errno.EINVAL

    def tell(self) -> int:
        return self._file.tell()

    def seekable(self) -> bool:
        return True
