"""Files that browsers play in place of a recording that they do not, by the ffmpeg program behind the fence.

The sound is mono AAC in MP4, which every browser has played for the longest: Opus in WebM sounds better at
the same rate, but Safari plays it only since 2021 on some of its systems, since 2024 on all. It begins at the
recording's zero and has no gaps, so that captions fit it.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from scribedock.media.ffmpeg import COPYABLE_CONTAINERS, FAST_START, around, convert, scale_filter
from scribedock.media.joined import WholeForm, make_whole
from scribedock.media.limits import Limits
from scribedock.media.playback.browsers import PictureWay, in_words, picture_way
from scribedock.media.probe import MediaInfo
from scribedock.media.process import always
from scribedock.media.program import ProgramFailed
from scribedock.media.unusable import MediaUnusable

SOUND_RATE = "24000"  # Hz: what 32 kbit/s are enough for
WITHOUT_GAPS = "aresample=async=1:first_pts=0"
BOX = (1280, 720)
SCALED = ("-vf", f"yadif=deint=interlaced,{scale_filter(*BOX)}", "-fpsmax", "30")
PICTURES = (
    *("-c:v", "libx264", "-preset", "veryfast", "-crf", "26", "-maxrate", "1500k", "-bufsize", "3M"),
    # A key frame every 2 seconds: whoever seeks does not wait for more to be decoded.
    *("-force_key_frames", "expr:gte(t,n_forced*2)", "-pix_fmt", "yuv420p"),
)

JOINED_SOUND = WholeForm(
    rate=int(SOUND_RATE), sound=("-c:a", "aac", "-b:a", "32k"), pictures=(), container=FAST_START
)
JOINED_FILM = WholeForm(
    rate=48_000, sound=("-c:a", "aac", "-b:a", "64k"), box=BOX, pictures=PICTURES, container=FAST_START
)


def make_sound_proxy(
    info: MediaInfo,
    source: Path,
    destination: Path,
    limits: Limits,
    *,
    check_wanted: Callable[[], None] = always,
) -> None:
    """Make an MP4 with the sound alone, mono at 32 kbit/s.

    info: of the track that is wanted. Raises MediaUnusable, ProgramMissing, FenceFailure.
    """
    sound = ["-map", f"0:{info.audio_stream}", "-vn", "-af", WITHOUT_GAPS, "-ac", "1", "-ar", SOUND_RATE]
    arguments = around(source, destination, [*sound, "-c:a", "aac", "-b:a", "32k"], FAST_START)
    _convert(info, source, destination, arguments, limits, check_wanted)


def make_video_proxy(
    info: MediaInfo,
    source: Path,
    destination: Path,
    limits: Limits,
    *,
    check_wanted: Callable[[], None] = always,
) -> None:
    """Make an MP4 with pictures and sound: copied where they are playable, else encoded at 720p.

    Raises MediaUnusable, ProgramMissing, FenceFailure.
    """
    way = picture_way(info)
    if way is PictureWay.NONE:
        raise MediaUnusable(f"The pictures of the recording ({in_words(info)}) cannot be converted.")
    pictures = ["-c:v", "copy"] if way is PictureWay.COPIED else [*SCALED, *PICTURES]
    copies_sound = info.audio_codec == "aac" and info.container.startswith(COPYABLE_CONTAINERS)
    encoded = ["-af", WITHOUT_GAPS, "-ac", str(min(info.channels, 2)), "-c:a", "aac", "-b:a", "96k"]
    sound = ["-c:a", "copy"] if copies_sound else encoded
    streams = [
        *("-map", f"0:{info.video_stream}", *pictures),
        *("-map", f"0:{info.audio_stream}", *sound),
    ]
    _convert(
        info, source, destination, around(source, destination, streams, FAST_START), limits, check_wanted
    )


def make_joined_proxy(
    source: Path,
    destination: Path,
    limits: Limits,
    *,
    has_pictures: bool,
    track: int | None,
    check_wanted: Callable[[], None] = always,
) -> None:
    """Make an MP4 of all recordings that were joined in the source, with or without their pictures.

    track: the index of the audio stream of the first. Raises MediaUnusable, ProgramMissing, FenceFailure.
    """
    form = JOINED_FILM if has_pictures else JOINED_SOUND
    try:
        make_whole(source, destination, form, limits, track=track, check_wanted=check_wanted)
    except ProgramFailed as error:
        raise MediaUnusable(
            f"The recordings in the file cannot be converted for browsers: {error}"
        ) from error


def _convert(
    info: MediaInfo,
    source: Path,
    destination: Path,
    arguments: list[str],
    limits: Limits,
    check_wanted: Callable[[], None],
) -> None:
    try:
        convert(info, source, destination, arguments, limits, check_wanted=check_wanted)
    except ProgramFailed as error:
        raise MediaUnusable(
            f"The recording ({in_words(info)}) cannot be converted for browsers: {error}"
        ) from error
