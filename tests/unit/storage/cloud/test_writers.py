from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from pathlib import Path

from scribedock.host.locked_file import LockedFile, abandoned_files
from scribedock.storage.cloud.writers import Writers

WRITER = textwrap.dedent(
    """
    import sys, time
    from pathlib import Path
    from scribedock.storage.cloud.writers import Writers

    print(Writers(Path(sys.argv[1])).join(), flush=True)
    time.sleep(600)
    """
)


def test_a_dead_process_is_remembered_for_a_while(tmp_path: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", WRITER, str(tmp_path)], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    writer = process.stdout.readline().strip()
    ours = Writers(tmp_path)
    ours.join()
    assert not ours.is_dead(writer)
    ours.sweep(remembered_s=-5)
    assert not ours.is_dead(writer)
    process.kill()
    process.wait()
    process.stdout.close()
    assert ours.is_dead(writer)
    ours.sweep(remembered_s=60)
    ours.sweep(remembered_s=60)
    assert ours.is_dead(writer)
    ours.sweep(remembered_s=-5)
    assert [path.name for path in tmp_path.iterdir()] == [f"writer-{ours.id}"]


def test_nothing_is_known_about_a_process_of_another_machine(tmp_path: Path) -> None:
    ours = Writers(tmp_path)
    for writer in ("0" * 32, "", "../../etc/passwd"):
        assert not ours.is_dead(writer)


def test_a_locked_file_is_not_removed(tmp_path: Path) -> None:
    file = LockedFile(tmp_path, "copy-")
    (tmp_path / "copy-left").write_bytes(b"")
    assert [path.name for path in abandoned_files(tmp_path, "copy-")] == ["copy-left"]
    assert file.path.stat().st_mode & 0o777 == 0o600
    os.write(file.descriptor, b"content")
    file.close()
    assert not file.path.exists()
