"""From a recording to an MP3 or MP4 file, by the ffmpeg program behind the fence.

The program is the system's, else the one that the package imageio-ffmpeg carries: PyAV's
libraries lack libass.  Nothing is encoded again that plays everywhere as it is.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from enum import Enum, StrEnum
from pathlib import Path

from scribedock.media.formats import AUDIO_CODECS, CONTAINERS, VIDEO_CODECS
from scribedock.media.limits import Limits
from scribedock.media.probe import MediaInfo, probe
from scribedock.media.process import always
from scribedock.media.program import ProgramFailed, ProgramLimits, ProgramMissing, run
from scribedock.media.unusable import MediaUnusable

THREADS = "2"
SUBTITLE_FILE = "captions.ass"
FONT_FOLDERS = tuple(map(Path, ("/usr/share/fonts", "/usr/local/share/fonts")))
COPYABLE_CONTAINERS = ("mov", "matroska")  # their time stamps can be copied to MP4
INPUT_OPTIONS = (
    "-format_whitelist",
    ",".join(sorted(CONTAINERS)),
    "-codec_whitelist",
    ",".join(sorted(AUDIO_CODECS | VIDEO_CODECS)),
    "-protocol_whitelist",
    "file",
)
LACKS_FFMPEG = (
    "This server has no ffmpeg, which converts media; its operator may install it, or scribedock[media]"
)
LACKS_CAPTIONS = "this server lacks ffmpeg (which scribedock[media] brings) or a font; ask its operator"
CPU_S_PER_S = 10  # seconds of processor time for a second of the recording
BYTES_PER_S = 1_500_000  # the most that is encoded here


def scale_filter(width: int, height: int) -> str:
    """Return the filter to the largest even size within these bounds, in the picture's proportions.

    Computed here, because releases of ffmpeg round differently where `force_divisible_by` does.
    """
    factor = f"min(1,min({width}/iw,{height}/ih))"
    return f"scale=w='max(2,2*round(iw*{factor}/2))':h='max(2,2*round(ih*{factor}/2))'"


BOX = (1920, 1080)
SCALE_FILTER = scale_filter(*BOX)
ENCODED_PICTURES = (
    *("-c:v", "libx264", "-preset", "veryfast", "-crf", "23"),
    *("-maxrate", "6M", "-bufsize", "12M", "-pix_fmt", "yuv420p"),
)
FAST_START = ("-movflags", "+faststart", "-f", "mp4")


class MediaType(StrEnum):
    MP3 = "mp3"
    MP4 = "mp4"


def find_ffmpeg() -> Path | None:
    """Return the path of ffmpeg, if it is installed."""
    found = shutil.which("ffmpeg")
    if found:
        return Path(found)
    try:
        import imageio_ffmpeg

        return Path(imageio_ffmpeg.get_ffmpeg_exe())
    except (ImportError, RuntimeError):
        return None


def find_program() -> Path:
    """Return the path of ffmpeg. Raises ProgramMissing."""
    program = find_ffmpeg()
    if program is None:
        raise ProgramMissing(LACKS_FFMPEG)
    return program


def draws_captions() -> bool:
    """Return whether this machine can burn in captions."""
    return find_ffmpeg() is not None and has_fonts()


def has_fonts() -> bool:
    """Return whether any font is installed that captions could be drawn with."""
    return any(
        path.suffix.lower() in (".ttf", ".otf", ".ttc")
        for folder in FONT_FOLDERS
        for path in folder.rglob("*")
    )


def encode(
    source: Path,
    destination: Path,
    media_type: MediaType,
    limits: Limits,
    *,
    track: int | None = None,
    subtitles: str = "",
    check_wanted: Callable[[], None] = always,
) -> None:
    """Convert a recording; `destination` lies in a folder of its own, which ffmpeg may write to.

    track: the index of the audio stream, by default the likeliest. subtitles: Advanced SubStation Alpha to
    burn in. check_wanted: is called about once a second; where it raises, ffmpeg is ended.

    Raises MediaUnusable where the recording cannot be converted, ProgramMissing, and FenceFailure where this
    machine is at fault.
    """
    find_program()
    info = probe(source, limits, track=track)
    if media_type is MediaType.MP4 and not info.has_video:
        raise MediaUnusable("The recording has no video, so there is no mp4 of it.")
    if subtitles:
        (destination.parent / SUBTITLE_FILE).write_text(subtitles, encoding="utf-8")
    arguments = ffmpeg_arguments(info, source, destination, media_type, burn_in=bool(subtitles))
    try:
        convert(info, source, destination, arguments, limits, check_wanted=check_wanted)
    except ProgramFailed as error:
        raise MediaUnusable(f"The recording cannot be converted to {media_type}: {error}") from error


def convert(
    info: MediaInfo,
    source: Path,
    destination: Path,
    arguments: Sequence[str],
    limits: Limits,
    *,
    check_wanted: Callable[[], None] = always,
) -> None:
    """Run ffmpeg with these arguments on a recording, as long as its length allows.

    Raises ProgramFailed, ProgramMissing, FenceFailure, and what check_wanted raises.
    """
    seconds = info.duration_ms // 1000 + 1
    run(
        [str(find_program()), *arguments],
        folder=destination.parent,
        readable=[source],
        bounds=ProgramLimits(
            memory=limits.memory,
            cpu_s=60 + CPU_S_PER_S * seconds,
            file_bytes=64 * 1024**2 + seconds * BYTES_PER_S + 2 * source.stat().st_size,
        ),
        check_wanted=check_wanted,
    )


def ffmpeg_arguments(
    info: MediaInfo,
    source: Path,
    destination: Path,
    media_type: MediaType,
    *,
    burn_in: bool = False,
) -> list[str]:
    """Return ffmpeg's arguments without its own name; it runs in the folder of the destination."""
    sound = ["-map", f"0:{info.audio_stream}"]
    if media_type is MediaType.MP3:
        codec = (
            ["-c:a", "copy"]
            if info.audio_codec in ("mp3", "mp3float")
            else ["-ac", str(min(info.channels, 2)), "-c:a", "libmp3lame", "-b:a", "128k"]
        )
        container = ["-f", "mp3"]
        picture: list[str] = []
    else:
        copies = info.container.startswith(COPYABLE_CONTAINERS)
        codec = (
            ["-c:a", "copy"]
            if copies and info.audio_codec == "aac"
            else ["-ac", str(min(info.channels, 2)), "-c:a", "aac", "-b:a", "128k"]
        )
        picture = ["-map", f"0:{info.video_stream}"]
        if copies and info.plain_h264 and not burn_in:
            picture += ["-c:v", "copy"]
        else:
            filters = f"{SCALE_FILTER},ass={SUBTITLE_FILE}" if burn_in else SCALE_FILTER
            picture += ["-vf", filters, *ENCODED_PICTURES]
        container = [*FAST_START]
    return around(source, destination, [*picture, *sound, *codec], container)


def around(source: Path, destination: Path, streams: Sequence[str], container: Sequence[str]) -> list[str]:
    """Return ffmpeg's arguments for these streams, of which alone the file consists."""
    head = ["-nostdin", "-hide_banner", "-loglevel", "error", "-y", "-threads", THREADS]
    inputs = [*INPUT_OPTIONS, "-i", f"file:{source}"]
    tail = ["-map_metadata", "-1", "-map_chapters", "-1", "-threads", THREADS]
    return [*head, *inputs, *streams, *tail, *container, f"file:{destination}"]


class SpeechForm(Enum):
    """What a spoken description is encoded as."""

    MP3 = ("-c:a", "libmp3lame", "-b:a", "64k", "-f", "mp3")
    # Chromium seeks in MP3 inexactly, and whatever is played beside a recording must be where that is.
    TRACK = ("-ar", "24000", "-c:a", "aac", "-b:a", "32k", *FAST_START)


def encode_speech(
    sound: Path,
    destination: Path,
    form: SpeechForm,
    *,
    seconds: int,
    limits: Limits,
    check_wanted: Callable[[], None] = always,
) -> None:
    """Encode a WAV file of ours; check_wanted is that of `encode`.

    Raises MediaUnusable, ProgramMissing, and FenceFailure where this machine is at fault.
    """
    program = find_program()
    command = [str(program), "-nostdin", "-loglevel", "error", "-y", "-protocol_whitelist", "file"]
    command += ["-f", "wav", "-i", f"file:{sound}", *form.value, f"file:{destination}"]
    bounds = ProgramLimits(
        memory=limits.memory, cpu_s=60 + seconds, file_bytes=64 * 1024**2 + seconds * BYTES_PER_S
    )
    try:
        run(command, folder=destination.parent, readable=[sound], bounds=bounds, check_wanted=check_wanted)
    except ProgramFailed as error:
        raise MediaUnusable(f"The speech cannot be converted to {form.name}: {error}") from error
