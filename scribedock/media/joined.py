"""Files made from several recordings that were joined in one, by the ffmpeg program behind the fence.

Players, and ffmpeg itself, stop where the first recording ends, or lose their place there. So the sound is
what the fenced child decodes, as for the transcript: everything is heard where the transcript has it. The
pictures of each recording are encoded alone, in one size and rate, for as long as its sound is; one that has
none becomes black.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

from scribedock.media import process
from scribedock.media.audio import RecordingPart, decode
from scribedock.media.ffmpeg import (
    BOX,
    BYTES_PER_S,
    CPU_S_PER_S,
    ENCODED_PICTURES,
    FAST_START,
    INPUT_OPTIONS,
    SUBTITLE_FILE,
    THREADS,
    MediaType,
    encode,
    find_program,
)
from scribedock.media.formats import VIDEO_CODECS
from scribedock.media.limits import Limits
from scribedock.media.process import always
from scribedock.media.program import ProgramFailed, ProgramLimits, run
from scribedock.media.unusable import MediaUnusable

SOUND_FILE, LIST_FILE = "sound.pcm", "pictures.ffconcat"
MAX_FRAMES_PER_S = 30
LEAST_SIDE = 16  # pixels
WITHOUT_PICTURES = "The recording has no pictures that can be converted, so there is no mp4 of it."
QUIET = ("-nostdin", "-hide_banner", "-loglevel", "error", "-y", "-threads", THREADS)
PLAIN = ("-map_metadata", "-1", "-map_chapters", "-1", "-threads", THREADS)


@dataclass(frozen=True, kw_only=True)
class WholeForm:
    """What is made: ffmpeg's arguments for its sound, pictures and container."""

    # Of the sound, in Hz; it has one channel.
    rate: int
    sound: tuple[str, ...]
    # The largest width and height of the pictures; None: there are none.
    box: tuple[int, int] | None = None
    pictures: tuple[str, ...]
    container: tuple[str, ...]


JOINED_MP3 = WholeForm(
    rate=48_000, sound=("-c:a", "libmp3lame", "-b:a", "128k"), pictures=(), container=("-f", "mp3")
)
JOINED_MP4 = WholeForm(
    rate=48_000,
    sound=("-c:a", "aac", "-b:a", "128k"),
    box=BOX,
    pictures=ENCODED_PICTURES,
    container=FAST_START,
)


@dataclass(frozen=True, kw_only=True)
class _Canvas:
    """What all pictures are brought to."""

    width: int
    height: int
    frames_per_s: str


def count_recordings(path: Path, limits: Limits, *, check_wanted: Callable[[], None] = always) -> int:
    """Return how many recordings the file holds, one after the other, without decoding them.

    Those of formats that are read across such a joint count as one. Raises MediaUnusable, and FenceFailure
    where this machine is at fault.
    """
    counted = process.run("count", path, None, limits, check_wanted=check_wanted)["recordings"]
    assert isinstance(counted, int)
    return counted


def make_whole(
    source: Path,
    destination: Path,
    form: WholeForm,
    limits: Limits,
    *,
    track: int | None = None,
    subtitles: str = "",
    check_wanted: Callable[[], None] = always,
) -> None:
    """Make one file of all recordings in the source; `destination` is in a folder of its own.

    track: the index of the audio stream of the first recording. subtitles: Advanced SubStation Alpha to burn
    in. Raises MediaUnusable, ProgramMissing, FenceFailure, ProgramFailed, and what check_wanted raises.
    """
    program, folder = str(find_program()), destination.parent
    decoded = decode(
        source, folder / SOUND_FILE, limits, track=track, rate=form.rate, check_wanted=check_wanted
    )
    end_ms = 1000 * decoded.audio_bytes // (2 * form.rate)
    bounds = ProgramLimits(
        memory=limits.memory,
        cpu_s=60 + CPU_S_PER_S * (end_ms // 1000 + 1),
        file_bytes=64 * 1024**2 + (end_ms // 1000 + 1) * BYTES_PER_S + 2 * source.stat().st_size,
    )

    def convert(*arguments: str) -> None:
        command = [program, *QUIET, *arguments]
        readable = [source, folder]
        run(command, folder=folder, readable=readable, bounds=bounds, check_wanted=check_wanted)

    inputs = ["-f", "s16le", "-ar", str(form.rate), "-ac", "1", "-i", f"file:{SOUND_FILE}"]
    streams = ["-map", "0:a", *form.sound]
    if form.box is not None:
        if subtitles:
            (folder / SUBTITLE_FILE).write_text(subtitles, encoding="utf-8")
        _encode_pictures(convert, decoded.parts, end_ms, source, folder, form, has_subtitles=bool(subtitles))
        inputs += ["-f", "concat", "-protocol_whitelist", "file", "-i", f"file:{LIST_FILE}"]
        streams = ["-map", "1:v", "-c:v", "copy", *streams]
    convert(*inputs, *streams, *PLAIN, *form.container, f"file:{destination}")


def encode_all(
    source: Path,
    destination: Path,
    media_type: MediaType,
    limits: Limits,
    *,
    track: int | None = None,
    subtitles: str = "",
    check_wanted: Callable[[], None] = always,
) -> None:
    """Convert a recording, or all that were joined in the source; otherwise as `ffmpeg.encode`.

    Raises as that does.
    """
    if count_recordings(source, limits, check_wanted=check_wanted) == 1:
        encode(
            source,
            destination,
            media_type,
            limits,
            track=track,
            subtitles=subtitles,
            check_wanted=check_wanted,
        )
        return
    form = JOINED_MP3 if media_type is MediaType.MP3 else JOINED_MP4
    try:
        make_whole(
            source, destination, form, limits, track=track, subtitles=subtitles, check_wanted=check_wanted
        )
    except ProgramFailed as error:
        raise MediaUnusable(f"The recordings cannot be converted to {media_type}: {error}") from error


def _encode_pictures(
    convert: Callable[..., None],
    parts: Sequence[RecordingPart],
    end_ms: int,
    source: Path,
    folder: Path,
    form: WholeForm,
    *,
    has_subtitles: bool,
) -> None:
    """Write the pictures of each recording to a file, and the list of these files. Raises MediaUnusable."""
    canvas = _canvas_of(parts, form)
    ends = [*(each.begin for each in parts[1:]), source.stat().st_size]
    lines = ["ffconcat version 1.0"]
    for number, (part, (start_ms, until_ms), end) in enumerate(
        zip(parts, pairwise([*(each.start_ms for each in parts), end_ms]), ends, strict=True)
    ):
        length = f"{(until_ms - start_ms) / 1000:.3f}"
        size, rate = f"{canvas.width}x{canvas.height}", canvas.frames_per_s
        if _has_pictures(part):
            begin = ["-protocol_whitelist", "file,subfile", "-i"]
            begin.append(f"subfile,,start,{part.begin},end,{end},,:file:{source}")
            inputs = [*INPUT_OPTIONS[:-2], *begin, "-map", f"0:{part.video_stream}"]
        else:
            inputs = ["-f", "lavfi", "-i", f"color=c=black:s={size}:r={rate}"]
        filters = [
            "yadif=deint=interlaced",
            f"scale={canvas.width}:{canvas.height}:force_original_aspect_ratio=decrease:force_divisible_by=2",
            f"pad={canvas.width}:{canvas.height}:-1:-1,setsar=1,fps={rate}:start_time=0",
            "tpad=stop=-1:stop_mode=clone",
        ]
        if has_subtitles:
            shift = f"{start_ms / 1000:.3f}/TB"
            filters.append(f"setpts=PTS+{shift},ass={SUBTITLE_FILE},setpts=PTS-{shift}")
        file = f"pictures-{number}.mkv"
        streams = ["-an", "-sn", "-dn", "-vf", ",".join(filters), "-t", length, *form.pictures]
        convert(*inputs, *streams, *PLAIN, "-f", "matroska", f"file:{folder / file}")
        lines += [f"file {file}", f"duration {length}"]
    (folder / LIST_FILE).write_text("\n".join(lines) + "\n", encoding="ascii")


def _has_pictures(part: RecordingPart) -> bool:
    return part.video_stream is not None and part.video_codec in VIDEO_CODECS


def _canvas_of(parts: Sequence[RecordingPart], form: WholeForm) -> _Canvas:
    """Return the size and rate of the first pictures, within the bounds of the form. Raises MediaUnusable."""
    first = next((each for each in parts if _has_pictures(each)), None)
    if first is None or form.box is None:
        raise MediaUnusable(WITHOUT_PICTURES)
    width, height = (first.width, first.height) if first.width and first.height else form.box
    factor = min(Fraction(1), Fraction(form.box[0], width), Fraction(form.box[1], height))
    sides = [max(LEAST_SIDE, 2 * round(side * factor / 2)) for side in (width, height)]
    rate = Fraction(first.frames_per_s or MAX_FRAMES_PER_S)
    if not 1 <= rate <= MAX_FRAMES_PER_S:
        rate = Fraction(MAX_FRAMES_PER_S)
    return _Canvas(width=sides[0], height=sides[1], frames_per_s=str(rate))
