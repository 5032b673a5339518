from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from scribedock.storage.file import FileStore
from scribedock.storage.store import PartialBusy
from tests.support.storage.contract import *  # noqa: F403

WRITER = textwrap.dedent(
    """
    import sys, time
    from pathlib import Path
    from scribedock.storage.file import FileStore

    partial = FileStore(Path(sys.argv[1])).begin()
    partial.write(memoryview(b"half a recording"))
    print(partial.name, flush=True)
    time.sleep(600)
    """
)


@pytest.fixture
def store(tmp_path: Path) -> FileStore:
    return FileStore(tmp_path / "media")


def test_a_partial_of_a_killed_writer_can_be_resumed(store: FileStore, tmp_path: Path) -> None:
    writer = subprocess.Popen(
        [sys.executable, "-c", WRITER, str(tmp_path / "media")], stdout=subprocess.PIPE, text=True
    )
    assert writer.stdout is not None
    name = writer.stdout.readline().strip()
    with pytest.raises(PartialBusy):
        store.resume(name)
    writer.kill()
    writer.wait()
    writer.stdout.close()
    with store.resume(name) as partial:
        assert b"".join(map(bytes, partial.read())) == b"half a recording"


def test_a_file_from_another_file_system_is_adopted(store: FileStore) -> None:
    elsewhere = Path("/dev/shm") / f"scribedock-{os.getpid()}"
    elsewhere.write_bytes(b"from memory")
    key = store.adopt(elsewhere)
    assert store.path(key).read_bytes() == b"from memory"
    assert not elsewhere.exists()


def test_other_users_cannot_read_stored_files(store: FileStore) -> None:
    with store.begin() as partial:
        partial.write(memoryview(b"private"))
        key = partial.commit()
    assert store.path(key).stat().st_mode & 0o077 == 0
