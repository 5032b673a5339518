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
    track: int  # the index of the stream in its container
    tracks: tuple[int, ...]  # all that may be decoded, the likeliest to be what is said first


def decode(
    path: Path,
    destination: Path,
    limits: Limits,
    *,
    track: int | None = None,
    at_most_s: int | None = None,
    progress: Callable[[float], None] | None = None,
    check_wanted: Callable[[], None] = process.always,
) -> DecodedAudio:
    """Writes 16 kHz mono signed 16-bit little-endian samples without a header.

    The work is done in the fenced child, which tells `progress` the share done.  The destination
    appears only when it is whole.  A recording that breaks off is used as far as it goes, unless
    its own index says that there is more (MP4, MOV).  track is the index of the stream to decode,
    by default the likeliest of those that sound; at_most_s is how much of its beginning is wanted.
    Raises MediaUnusable, and FenceFailure where this machine is at fault.
    """
    temporary = destination.with_name(f".{destination.name}.{os.getpid()}")
    try:
        with temporary.open("wb") as audio:
            said = process.run(
                "decode",
                path,
                audio,
                limits,
                track=track,
                at_most_s=at_most_s,
                progress=progress,
                check_wanted=check_wanted,
            )
            decoded = DecodedAudio(**{**said, "tracks": tuple(said["tracks"])})
            os.fsync(audio.fileno())
        temporary.replace(destination)
    finally:
        temporary.unlink(missing_ok=True)
    return decoded
