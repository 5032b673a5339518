"""From a recording to the audio that a recognizer hears."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from scribedock.media import process
from scribedock.media.limits import Limits


@dataclass(frozen=True, kw_only=True)
class DecodedAudio:
    audio_bytes: int  # 32,000 a second
    damaged_packets: int  # those that were passed over


def decode(
    path: Path, destination: Path, limits: Limits, *, progress: Callable[[float], None] | None = None
) -> DecodedAudio:
    """Writes 16 kHz mono signed 16-bit little-endian samples without a header.

    The work is done in the fenced child, which tells `progress` the share done.  The destination
    appears only when it is whole.  A recording that breaks off is used as far as it goes, unless
    its own index says that there is more (MP4, MOV).
    Raises MediaUnusable, and FenceFailure where this machine is at fault.
    """
    temporary = destination.with_name(f".{destination.name}.{os.getpid()}")
    try:
        with temporary.open("wb") as audio:
            decoded = DecodedAudio(**process.run("decode", path, audio, limits, progress=progress))
            os.fsync(audio.fileno())
        temporary.replace(destination)
    finally:
        temporary.unlink(missing_ok=True)
    return decoded
