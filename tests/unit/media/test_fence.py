"""What a process behind the fence can no longer do, tried by a process behind it."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from scribedock.media.fence import fence_report

TRIES = """
import errno, json, os, socket, sys
from scribedock.media import fence

secret, folder, kept = sys.argv[1], sys.argv[2], open(sys.argv[3], "rb")
fence.confine(memory=1 << 30, cpu_s=10, file_bytes=1000, parent=os.getppid())

def refused(attempt):
    try:
        attempt()
    except OSError as error:
        return errno.errorcode[error.errno]
    return "possible"

print(json.dumps({
    "read": refused(lambda: open(secret).read()),
    "create": refused(lambda: open(folder + "/new", "w")),
    "remove": refused(lambda: os.remove(secret)),
    "make a folder": refused(lambda: os.mkdir(folder + "/sub")),
    "list": refused(lambda: os.listdir(folder)),
    "connect": refused(lambda: socket.create_connection(("127.0.0.1", 9), 1)),
    "kept": kept.read().decode(),
}))
"""


def attempts(tmp_path: Path) -> dict[str, str]:
    secret = tmp_path / "secret"
    secret.write_text("secret")
    (tmp_path / "kept").write_text("still readable")
    answer = subprocess.run(
        [sys.executable, "-c", TRIES, str(secret), str(tmp_path), str(tmp_path / "kept")],
        capture_output=True,
        check=True,
        text=True,
    )
    assert secret.exists()
    return dict(json.loads(answer.stdout))


def test_only_what_was_open_can_be_reached(tmp_path: Path) -> None:
    found = attempts(tmp_path)
    assert found.pop("kept") == "still readable"
    if not fence_report().landlock:
        del found["remove"], found["make a folder"]
    assert all(answer in ("EACCES", "EMFILE") for answer in found.values()), found


def test_the_kernel_itself_refuses_files_where_it_has_landlock(tmp_path: Path) -> None:
    if not fence_report().landlock:
        pytest.skip("this kernel has no Landlock")
    found = attempts(tmp_path)
    assert found["remove"] == found["make a folder"] == "EACCES"


def behind(tmp_path: Path, what: str) -> subprocess.CompletedProcess[bytes]:
    script = (
        "import os; from scribedock.media import fence;"
        f"out = os.open({str(tmp_path / 'out')!r}, os.O_WRONLY | os.O_CREAT);"
        f"fence.confine(memory=200 << 20, cpu_s=1, file_bytes=6000, parent=os.getppid())\n{what}"
    )
    return subprocess.run([sys.executable, "-c", script], check=False)


def test_processor_time_is_limited(tmp_path: Path) -> None:
    assert behind(tmp_path, "while True: pass").returncode == -signal.SIGKILL


def test_the_size_of_a_file_is_limited(tmp_path: Path) -> None:
    assert behind(tmp_path, "while True: os.write(out, bytes(5000))").returncode == 1
    assert (tmp_path / "out").stat().st_size == 6000


def test_memory_is_limited(tmp_path: Path) -> None:
    done = behind(tmp_path, "try: bytearray(400 << 20)\nexcept MemoryError: os._exit(7)")
    assert done.returncode == 7


def test_the_child_ends_with_its_parent(tmp_path: Path) -> None:
    child = (
        "import os, time; from scribedock.media import fence;"
        "fence.confine(memory=1 << 30, cpu_s=9, file_bytes=0, parent=os.getppid());"
        "os.write(1, b'%d\\n' % os.getpid()); time.sleep(60)"
    )
    parent = (
        "import subprocess, sys, os;"
        f"p = subprocess.Popen([sys.executable, '-c', {child!r}], stdout=subprocess.PIPE);"
        "os.write(1, p.stdout.readline()); os.kill(os.getpid(), 9)"
    )
    done = subprocess.run([sys.executable, "-c", parent], capture_output=True, check=False)
    assert _ended(int(done.stdout))


def _ended(pid: int) -> bool:
    for _ in range(50):
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except OSError:
            return True
        if state == "Z":
            return True
        time.sleep(0.1)
    return False
