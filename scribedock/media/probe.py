"""What a recording is, and whether it can be used."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from scribedock.media import process
from scribedock.media.limits import Limits


@dataclass(frozen=True, kw_only=True)
class MediaInfo:
    duration_ms: int
    container: str  # FFmpeg's name of it
    audio_codec: str
    audio_stream: int  # its index in the container
    sample_rate: int  # Hz
    channels: int
    audio_streams: int
    has_video: bool  # moving pictures; a cover does not count
    video_stream: int | None  # its index in the container
    plain_h264: bool  # the pictures are H.264 that every browser plays
    h264_profile: str  # as its header names it; empty for another codec
    video_codec: str | None
    first_track: bool  # whether the audio stream is the first, which players play
    document_type: str  # of a file in EBML: webm or matroska


def probe(path: Path, limits: Limits, *, track: int | None = None) -> MediaInfo:
    """Describe a recording by reading it in the fenced child.

    At least one audio stream must really decode. The length is that of the audio where the file is small
    enough to be read to its end (32 MiB), else the one that its header declares; decoding corrects it. track
    is the index of the audio stream to describe, by default the likeliest to have the speech.

    Raises MediaUnusable, and FenceFailure where this machine is at fault.
    """
    return MediaInfo(**process.run("probe", path, None, limits, track=track))
