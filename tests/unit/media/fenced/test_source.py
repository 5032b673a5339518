from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from scribedock.media.fenced.source import RecordingFile


def test_an_impossible_position_returns_an_error_code(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"0123456789")
    with path.open("rb", buffering=0) as file:
        source = RecordingFile(file)  # type: ignore[arg-type]
        assert source.seek(4) == 4
        assert source.seek(-20, os.SEEK_CUR) == -errno.EINVAL
        for beyond_every_file in (2**63 - 2, 2**64):
            assert source.seek(beyond_every_file) == -errno.EINVAL
        assert (source.tell(), source.read(3)) == (4, b"456")
        assert source.seekable()


def test_a_file_that_cannot_be_read_is_not_damaged(tmp_path: Path) -> None:
    read, write = os.pipe()
    os.close(write)
    with os.fdopen(read, "rb", buffering=0) as pipe, pytest.raises(OSError, match="Illegal seek"):
        RecordingFile(pipe).seek(1)  # type: ignore[arg-type]
