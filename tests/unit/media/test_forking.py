"""Children that read media are forked from a process that has loaded what they need."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from scribedock.media.audio import decode
from scribedock.media.forking import ForkServer
from scribedock.media.limits import Limits
from scribedock.media.probe import probe
from scribedock.media.process import FORK_SERVER, FenceFailure
from tests.support.machine.processes import children
from tests.support.media.ffmpeg import tone
from tests.support.waiting import wait_until

LIMITS = Limits()
ORDER = {
    "operation": "probe",
    "track": None,
    "channel": None,
    "gain": 1.0,
    "at_most_s": None,
    "memory": LIMITS.memory,
    "cpu_s": LIMITS.cpu_s,
    "file_bytes": 1024,
    "max_duration_s": LIMITS.max_duration_s,
}


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tone(tmp_path_factory.mktemp("tone") / "tone.flac", seconds=2)


def probed_by(server: ForkServer, recording: Path) -> bytes:
    """Return what a child says of the recording."""
    with recording.open("rb") as source, Path(os.devnull).open("wb") as nothing:
        child = server.fork(ORDER, source.fileno(), nothing.fileno())
    said = child.words.read(4096) + child.words.read(4096)
    assert child.words.read(1) == b""
    assert child.wait() == 0
    child.kill()
    return said


def open_descriptors() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def state(pid: int) -> str:
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]


def test_many_children_at_once_leave_nothing_open(recording: Path) -> None:
    probe(recording, LIMITS)
    before = open_descriptors()
    with ThreadPoolExecutor(16) as threads:
        found = [threads.submit(probe, recording, LIMITS) for _ in range(48)]
        assert {each.result().duration_ms for each in found} == {2000}
    assert open_descriptors() == before
    wait_until(lambda: children(FORK_SERVER.pid) == [])


def test_a_fork_server_gets_no_secret(recording: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SCRIBEDOCK_ADMIN_PASSWORD", "hunter2")
    server = ForkServer()
    probed_by(server, recording)
    assert b"hunter2" not in Path(f"/proc/{server.pid}/environ").read_bytes()
    server.close()


def test_a_killed_fork_server_is_replaced(recording: Path) -> None:
    probe(recording, LIMITS)
    killed = FORK_SERVER.pid
    os.kill(killed, signal.SIGKILL)
    assert probe(recording, LIMITS).duration_ms == 2000
    assert FORK_SERVER.pid != killed


def test_a_halted_fork_server_is_replaced(recording: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    server = ForkServer()
    probed_by(server, recording)
    halted = server.pid
    os.kill(halted, signal.SIGSTOP)
    monkeypatch.setattr(server, "_answer_s", 0.2)
    start = server._start

    def start_with_patience() -> object:
        monkeypatch.setattr(server, "_answer_s", 60.0)
        return start()

    monkeypatch.setattr(server, "_start", start_with_patience)
    assert probed_by(server, recording)
    assert server.pid != halted
    server.close()


def test_a_child_that_ends_with_its_fork_server_is_not_the_fault_of_the_recording(
    tmp_path: Path,
) -> None:
    long = tone(tmp_path / "long.wav", seconds=3600)

    def kill(share: float) -> None:
        os.kill(FORK_SERVER.pid, signal.SIGKILL)

    with pytest.raises(FenceFailure, match="was ended with the one that it was forked from"):
        decode(long, tmp_path / "long.pcm", LIMITS, progress=kill)
    assert probe(long, LIMITS).duration_ms == 3_600_000


def test_an_idle_fork_server_ends_and_starts_again(recording: Path) -> None:
    server = ForkServer(idle_s=0.2)
    first = probed_by(server, recording)
    ended = server.pid
    wait_until(lambda: state(ended) == "Z")  # nobody has waited for it yet
    assert probed_by(server, recording) == first
    assert server.pid != ended
    server.close()


def test_a_child_ends_with_its_parent(recording: Path) -> None:
    code = (
        "import sys, time; from pathlib import Path; from scribedock.media.limits import Limits;"
        "from scribedock.media.probe import probe; from scribedock.media.process import FORK_SERVER;"
        "probe(Path(sys.argv[1]), Limits()); print(FORK_SERVER.pid, flush=True); time.sleep(600)"
    )
    parent = subprocess.Popen([sys.executable, "-c", code, str(recording)], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    server = int(parent.stdout.readline())
    assert Path(f"/proc/{server}").exists()
    parent.kill()
    parent.wait()
    parent.stdout.close()
    wait_until(lambda: not Path(f"/proc/{server}").exists())
