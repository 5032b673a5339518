"""Children forked from a copy of this process: how they end, and what ends with what."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from scribedock.children.zygote import UNKNOWN, Zygote, ZygoteGone
from tests.support.machine.processes import children, command
from tests.support.waiting import wait_until

PARENT = """
import time
from tests.unit.children.test_zygote import work
from scribedock.children.zygote import Zygote
zygote = Zygote(work, title="zygote of a test")
child = zygote.fork("read", title="child of a test")
print(zygote.pid, child.pid, flush=True)
time.sleep(60)
"""


def work(text: str) -> None:
    """Do what the text says."""
    if text == "read":
        while os.read(0, 100):
            pass
    elif text == "raise":
        raise ValueError("that is wrong")
    else:
        os._exit(int(text))


@pytest.fixture
def zygote() -> Iterator[Zygote]:
    made = Zygote(work, title="zygote of a test")
    yield made
    made.close()


@pytest.mark.parametrize("code", [0, 3, 75])
def test_a_child_ends_with_its_own_status(zygote: Zygote, code: int) -> None:
    child = zygote.fork(str(code), title="child of a test")
    assert child.wait(20) == code
    assert child.wait() == child.poll() == code


def test_a_child_works_until_its_input_ends(zygote: Zygote) -> None:
    child = zygote.fork("read", title="child of a test")
    child.stdin.write(b"on")
    with pytest.raises(subprocess.TimeoutExpired):
        child.wait(0.1)
    assert child.poll() is None
    child.stdin.close()
    assert child.wait(20) == 0


def test_a_list_of_processes_names_what_they_are(zygote: Zygote) -> None:
    child = zygote.fork("read", title="child of a test")
    wait_until(lambda: command(child.pid) == "child of a test", pause_s=0.01)
    wait_until(lambda: command(zygote.pid) == "zygote of a test", pause_s=0.01)
    child.kill()
    assert child.wait(20) == -signal.SIGKILL


def test_a_child_that_fails_says_why(capfd: pytest.CaptureFixture[str]) -> None:
    zygote = Zygote(work, title="zygote of a test")
    assert zygote.fork("raise", title="child of a test").wait(20) == 1
    zygote.close()
    assert "that is wrong" in capfd.readouterr().err


def test_signals_to_all_processes_end_the_child_and_not_the_zygote(zygote: Zygote) -> None:
    child = zygote.fork("read", title="child of a test")
    os.kill(zygote.pid, signal.SIGTERM)
    os.kill(zygote.pid, signal.SIGINT)
    child.terminate()
    assert child.wait(20) == -signal.SIGTERM
    assert zygote.fork("4", title="child of a test").wait(20) == 4


def test_one_after_another_leaves_nothing_open(zygote: Zygote) -> None:
    def opened() -> list[int]:
        return [len(list(Path(f"/proc/{pid}/fd").iterdir())) for pid in (os.getpid(), zygote.pid)]

    assert zygote.fork("0", title="child of a test").wait(20) == 0
    before = opened()
    for _ in range(20):
        assert zygote.fork("0", title="child of a test").wait(20) == 0
    # It closes the last pipe after it has told the end; what earlier tests left open may be closed meanwhile.
    wait_until(lambda: all(map(int.__le__, opened(), before)), pause_s=0.01)


def test_a_child_ends_with_the_zygote(zygote: Zygote) -> None:
    child = zygote.fork("read", title="child of a test")
    os.kill(zygote.pid, signal.SIGKILL)
    assert child.wait(20) == UNKNOWN
    wait_until(lambda: not Path(f"/proc/{child.pid}").exists(), pause_s=0.01)
    with pytest.raises(ZygoteGone):
        zygote.fork("0", title="child of a test")


def test_zygote_and_child_end_with_the_parent() -> None:
    parent = subprocess.Popen([sys.executable, "-c", PARENT], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    pids = list(map(int, parent.stdout.readline().split()))
    assert children(parent.pid) == pids[:1]
    parent.kill()
    parent.wait()
    parent.stdout.close()
    wait_until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in pids), pause_s=0.01)
