"""The process that reads hostile media.

It is forked (see `forkserver`) with three open files and nothing else: the recording, the destination of the
audio, and standard output for its messages, one JSON value a line: "ready", shares of the work, and finally
an object.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO, NoReturn, cast

import av

from scribedock.media import fence
from scribedock.media.fenced import reading, thumbnails
from scribedock.media.fenced.joined import begins_of_recordings
from scribedock.media.fenced.peaks import PeakMeter
from scribedock.media.fenced.reading import DecodeRequest
from scribedock.media.fenced.sound import Mix
from scribedock.media.fenced.source import RecordingFile
from scribedock.media.limits import BYTES_PER_SECOND
from scribedock.media.unusable import MediaUnusable

Write = Callable[[bytes], None]


class Unwritable(Exception):
    """The disk is full, or gone."""


def prepare() -> None:
    """Load what every child needs, before it is forked."""
    av.logging.set_level(None)
    reading.warm_up()
    thumbnails.warm_up()


def work(order: dict[str, Any], recording: int, audio: int) -> NoReturn:
    """Carry out the order on these descriptors behind the fence, and exit."""
    fence.confine(
        memory=address_space() + order["memory"],
        cpu_s=order["cpu_s"],
        file_bytes=order["file_bytes"],
        parent=order["parent"],
    )
    say("ready")
    say(answer(order, cast(BinaryIO, os.fdopen(recording, "rb", buffering=0)), audio))
    os._exit(0)


def address_space() -> int:
    """Return the bytes of address space that this process already uses, mostly for libraries."""
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    return pages * os.sysconf("SC_PAGE_SIZE")


def answer(order: dict[str, Any], recording: BinaryIO, audio: int) -> dict[str, object]:
    try:
        return OPERATIONS[order["operation"]](order, recording, lambda data: write(audio, data))
    except MediaUnusable as error:
        return {"unusable": error.reason}
    except Unwritable as error:
        return {"machine": str(error)}
    except MemoryError:
        return {"unusable": "The recording takes more memory than any recording needs."}
    except Exception as error:
        return {"fault": f"{type(error).__name__}: {error}"[:500]}


def _probe(order: dict[str, Any], recording: BinaryIO, write: Write) -> dict[str, object]:
    return reading.probe(recording, order["max_duration_s"], order["track"])


def _decode(order: dict[str, Any], recording: BinaryIO, write: Write) -> dict[str, object]:
    wanted = DecodeRequest(
        track=order["track"],
        mix=Mix(channel=order["channel"], gain=order["gain"]),
        at_most_s=order["at_most_s"],
        rate=order["rate"],
    )
    return reading.decode(recording, order["max_duration_s"], write, wanted, progress=each_percent(say))


def _peaks(order: dict[str, Any], recording: BinaryIO, write: Write) -> dict[str, object]:
    meter = PeakMeter(write)
    wanted = DecodeRequest(track=order["track"])
    decoded = reading.decode(
        recording, order["max_duration_s"], meter.add, wanted, progress=each_percent(say)
    )
    overview_pairs = meter.finish()
    audio_bytes = decoded["audio_bytes"]
    parts = decoded["parts"]
    assert isinstance(audio_bytes, int) and isinstance(parts, list)
    return {
        "duration_ms": 1000 * audio_bytes // BYTES_PER_SECOND,
        "pairs": meter.pairs,
        "overview_pairs": overview_pairs,
        "declared_ms": decoded["declared_ms"],
        "parts": len(parts),
        "has_video": any(part["video_stream"] is not None for part in parts),
    }


def _thumbnails(order: dict[str, Any], recording: BinaryIO, write: Write) -> dict[str, object]:
    return thumbnails.draw(RecordingFile(recording), order["duration_ms"], write, each_percent(say))


def _count(order: dict[str, Any], recording: BinaryIO, write: Write) -> dict[str, object]:
    return {"recordings": len(begins_of_recordings(recording))}


OPERATIONS: dict[str, Callable[[dict[str, Any], BinaryIO, Write], dict[str, object]]] = {
    "count": _count,
    "probe": _probe,
    "decode": _decode,
    "peaks": _peaks,
    "thumbnails": _thumbnails,
}


def say(value: object) -> None:
    os.write(1, json.dumps(value).encode() + b"\n")


def write(descriptor: int, samples: bytes) -> None:
    rest = memoryview(samples)
    try:
        while rest:
            rest = rest[os.write(descriptor, rest) :]
    except OSError as error:
        raise Unwritable(error.strerror) from error


def each_percent(tell: Callable[[float], None]) -> Callable[[float], None]:
    told = -1

    def progress(share: float) -> None:
        nonlocal told
        percent = int(100 * min(share, 1))
        if percent > told:
            told = percent
            tell(percent / 100)

    return progress
