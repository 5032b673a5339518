"""From a recording to the audio that a recognizer hears."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scribedock.media import process
from scribedock.media.limits import SAMPLE_RATE, Limits


@dataclass(frozen=True, kw_only=True)
class Levels:
    """How loud a recording is, and how alike its channels are."""

    # Of the mix of all channels, 1 being full scale; what is louder only for a moment is ignored.
    peak: float
    # A sum of squares for each channel; none of a recording with one channel.
    energy: tuple[float, ...]
    # From -1 to 1, of each channel with each.
    correlation: tuple[tuple[float, ...], ...]
    # The number of the channel that has this name.
    centre: int | None


@dataclass(frozen=True, kw_only=True)
class RecordingPart:
    """One of the recordings that were joined in a file."""

    begin: int  # in the file, in bytes
    start_ms: int  # in the sound of all of them
    video_stream: int | None  # the index of its moving pictures in its container
    video_codec: str | None
    width: int  # of the pictures, in square pixels; 0 where it is not known
    height: int
    frames_per_s: str  # a fraction; empty where it is not known


@dataclass(frozen=True, kw_only=True)
class DecodedAudio:
    audio_bytes: int
    damaged_packets: int  # how many were skipped
    track: int  # the index of the stream in its container
    tracks: tuple[int, ...]  # all that may be decoded, the likeliest to have the speech first
    parts: tuple[RecordingPart, ...]  # that were joined in one file, and were read
    declared_ms: int | None  # how long the file says it is
    unread_bytes: int  # from the first one that could not be read to the end of the file
    levels: Levels  # before amplification


def decode(
    path: Path,
    destination: Path,
    limits: Limits,
    *,
    track: int | None = None,
    channel: int | None = None,
    gain: float = 1.0,
    at_most_s: int | None = None,
    rate: int = SAMPLE_RATE,
    progress: Callable[[float], None] | None = None,
    check_wanted: Callable[[], None] = process.always,
) -> DecodedAudio:
    """Decode a recording to mono signed 16-bit little-endian samples without a header.

    The fenced child does the work and tells `progress` the share done. The destination appears only when it
    is complete. A recording that breaks off is used as far as it goes, unless its own index says that there
    is more (MP4, MOV).

    track: the index of the stream to decode, by default the likeliest of those with sound. channel: the
    number of the only channel to take, by default a mix of all. gain: the factor of amplification. at_most_s:
    how many seconds of the beginning are wanted. rate: of the samples, in Hz.

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
                channel=channel,
                gain=gain,
                at_most_s=at_most_s,
                rate=rate,
                progress=progress,
                check_wanted=check_wanted,
            )
            decoded = _decoded(said)
            os.fsync(audio.fileno())
        temporary.replace(destination)
    finally:
        temporary.unlink(missing_ok=True)
    return decoded


def _decoded(said: Mapping[str, Any]) -> DecodedAudio:
    levels = said["levels"]
    return DecodedAudio(
        **{
            **said,
            "tracks": tuple(said["tracks"]),
            "parts": tuple(RecordingPart(**part) for part in said["parts"]),
            "levels": Levels(
                peak=levels["peak"],
                energy=tuple(levels["energy"]),
                correlation=tuple(tuple(row) for row in levels["correlation"]),
                centre=levels["centre"],
            ),
        }
    )
