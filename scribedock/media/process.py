"""Starting the fenced child, listening to it, and ending it in time."""

from __future__ import annotations

import json
import os
import selectors
import signal
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import IO, Any

import structlog

from scribedock.children.allowance import POLL_S, Allowance, ClockRanOut, Meter, ProcessorTimeUsed
from scribedock.media.forking import CannotFork, ForkedChild, ForkServer
from scribedock.media.limits import SAMPLE_RATE, Limits
from scribedock.media.unusable import MediaUnusable

log = structlog.get_logger("scribedock.worker")

MAX_OUTPUT_BYTES = 256 * 1024  # bytes of all output of the child
LIMIT_MESSAGE = "The recording takes too long to read, or too much memory: it may be damaged."
FORK_SERVER = ForkServer()
CRASH_MESSAGE = "The recording is damaged: the decoder crashed on it."


class FenceFailure(Exception):
    """The child could not be started, fenced or fed, could not write, or was starved: a machine's fault."""


def always() -> None:
    """Do nothing: the work is wanted until it is done."""


def run(
    operation: str,
    recording: Path,
    destination: IO[bytes] | None,
    limits: Limits,
    *,
    track: int | None = None,
    channel: int | None = None,
    gain: float = 1.0,
    at_most_s: int | None = None,
    duration_ms: int | None = None,
    rate: int = SAMPLE_RATE,
    progress: Callable[[float], None] | None = None,
    check_wanted: Callable[[], None] = always,
) -> dict[str, Any]:
    """Have the child carry out one operation on a recording; see `reading.DecodeRequest` for what to ask.

    destination: what it writes to. duration_ms: the known length of the recording, for thumbnails. rate: of
    the samples that are decoded, in Hz.

    check_wanted is called about once a second; where it raises, the child is ended.

    Raises MediaUnusable where the recording is at fault, even by making the child crash or exceed its limits,
    and FenceFailure where this machine is at fault.
    """
    with recording.open("rb") as source, Path(os.devnull).open("wb") as nothing:
        sink = destination or nothing
        what = {
            "operation": operation,
            "track": track,
            "channel": channel,
            "gain": gain,
            "at_most_s": at_most_s,
            "duration_ms": duration_ms,
            "rate": rate,
        }
        child = _start(what, source, sink, limits, rate)
        try:
            return _listen(child, limits, progress, check_wanted)
        finally:
            child.kill()


def _start(
    what: Mapping[str, object], source: IO[bytes], sink: IO[bytes], limits: Limits, rate: int
) -> ForkedChild:
    order = {
        **what,
        "memory": limits.memory,
        "cpu_s": limits.cpu_s,
        "file_bytes": limits.audio_bytes(rate) + 1024**2,
        "max_duration_s": limits.max_duration_s,
    }
    try:
        return FORK_SERVER.fork(order, source.fileno(), sink.fileno())
    except CannotFork as error:
        raise FenceFailure(f"the process that reads media cannot be started: {error}") from error


def _listen(
    child: ForkedChild,
    limits: Limits,
    progress: Callable[[float], None] | None,
    check_wanted: Callable[[], None],
) -> dict[str, Any]:
    fenced = False
    for line in _lines(child, Allowance(cpu_s=limits.cpu_s), check_wanted):
        said = json.loads(line)
        if said == "ready":
            fenced = True
        elif isinstance(said, dict):
            return _answer(said)
        elif progress is not None:
            progress(said)
    code = child.wait()
    if not fenced:
        raise FenceFailure(f"the process that reads media ended before it began (status {code})")
    if code is None:
        raise FenceFailure("the process that reads media was ended with the one that it was forked from")
    if code == -signal.SIGKILL:  # also what ends a process out of processor time
        raise MediaUnusable(LIMIT_MESSAGE)
    raise MediaUnusable(CRASH_MESSAGE)


def _answer(said: dict[str, Any]) -> dict[str, Any]:
    if "unusable" in said:
        raise MediaUnusable(said["unusable"])
    if "machine" in said:
        raise FenceFailure(f"what is made of a recording cannot be written: {said['machine']}")
    if "fault" in said:
        log.warning("unexpected error while reading a recording", fault=said["fault"])
        raise MediaUnusable(CRASH_MESSAGE)
    return said


def _lines(child: ForkedChild, allowance: Allowance, check_wanted: Callable[[], None]) -> Iterator[bytes]:
    """Yield the child's output line by line until it ends.

    Raises MediaUnusable where it uses up its processor time, FenceFailure where it gets none, and what
    check_wanted raises.
    """
    rest, said = b"", 0
    meter = Meter(child.pid, allowance)
    asked = time.monotonic()
    with selectors.DefaultSelector() as selector:
        selector.register(child.words, selectors.EVENT_READ)
        while True:
            ready = selector.select(POLL_S)
            if time.monotonic() - asked >= POLL_S:
                asked = time.monotonic()
                check_wanted()
                _check(meter)
            if not ready:
                continue
            part = child.words.read(4096)
            said += len(part)
            if not part or said > MAX_OUTPUT_BYTES:
                return
            *lines, rest = (rest + part).split(b"\n")
            yield from lines


def _check(meter: Meter) -> None:
    try:
        meter.check()
    except ProcessorTimeUsed:
        raise MediaUnusable(LIMIT_MESSAGE) from None
    except ClockRanOut as error:
        raise FenceFailure(f"the process that reads media: {error}") from None
