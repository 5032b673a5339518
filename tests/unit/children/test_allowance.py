from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest

from scribedock.children import allowance
from scribedock.children.allowance import Allowance, ClockRanOut, Meter, ProcessorTimeUsed

SPIN = "import threading\ndef spin():\n while True: pass\nthreading.Thread(target=spin).start()"
SLEEP = "import time; time.sleep(600)"


@pytest.fixture
def started() -> Iterator[list[subprocess.Popen[bytes]]]:
    processes: list[subprocess.Popen[bytes]] = []
    yield processes
    for process in processes:
        process.kill()
        process.wait()


def child(started: list[subprocess.Popen[bytes]], code: str) -> int:
    process = subprocess.Popen([sys.executable, "-c", code])
    started.append(process)
    return process.pid


def check_for(meter: Meter, seconds: float) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        meter.check()
        time.sleep(0.02)


def test_the_processor_time_of_all_threads_counts(started: list[subprocess.Popen[bytes]]) -> None:
    meter = Meter(child(started, SPIN), Allowance(cpu_s=0.3))
    with pytest.raises(ProcessorTimeUsed, match=r"not done after 0\.3 s of processor time"):
        check_for(meter, 60)


def test_earlier_processor_time_does_not_count(started: list[subprocess.Popen[bytes]]) -> None:
    pid = child(started, SPIN)
    with pytest.raises(ProcessorTimeUsed):
        check_for(Meter(pid, Allowance(cpu_s=0.3)), 60)
    Meter(pid, Allowance(cpu_s=0.3)).check()


def test_a_process_that_does_nothing_runs_out_of_the_clock_far_later(
    started: list[subprocess.Popen[bytes]],
) -> None:
    meter = Meter(child(started, SLEEP), Allowance(cpu_s=0.1))
    began = time.monotonic()
    with pytest.raises(ClockRanOut, match="by the clock"):
        check_for(meter, 60)
    assert time.monotonic() - began >= allowance.WALL_TIME_FACTOR * 0.1


def test_a_halted_process_runs_out_of_nothing(started: list[subprocess.Popen[bytes]]) -> None:
    pid = child(started, SLEEP)
    os.kill(pid, signal.SIGSTOP)
    while allowance._state(pid)[0] not in allowance.STOPPED_STATES:
        time.sleep(0.01)
    check_for(Meter(pid, Allowance(cpu_s=0.02)), 0.6)


def test_a_parent_that_was_halted_or_a_machine_that_slept_does_not_count(
    started: list[subprocess.Popen[bytes]], monkeypatch: pytest.MonkeyPatch
) -> None:
    meter = Meter(child(started, SLEEP), Allowance(cpu_s=1))
    now = time.monotonic()
    monkeypatch.setattr(time, "monotonic", lambda: now + 3600)
    meter.check()


def test_killing_a_process_that_is_gone_is_harmless() -> None:
    process = subprocess.Popen(["/bin/true"])
    process.wait()
    Meter(process.pid, Allowance(cpu_s=1)).check()
