"""Reading a recording with FFmpeg's libraries; runs in the fenced child only.

Time zero is the start of the container, as a player shows it: sound that begins
later than the picture is moved there by silence, and so are gaps.
"""

from __future__ import annotations

import importlib
import os
import pkgutil
from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import BinaryIO, cast

import av
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.error import FFmpegError
from av.packet import Packet
from av.stream import Discard, Disposition
from av.video.stream import VideoStream

from scribedock.media.formats import AUDIO_CODECS, DEMUXER_OPTIONS, is_playlist
from scribedock.media.sound import Sound, check_rate, resampler
from scribedock.media.source import Source
from scribedock.media.unusable import MediaUnusable

HEAD_BYTES = 4096
SMALL_FILE = 32 * 1024**2
PROBE_PACKETS = 2000  # within so many packets, a stream that has sound gives some
MAX_DAMAGED_PACKETS = 5000
PLAIN_H264 = (66, 77, 100)  # Baseline, Main, High: 8 bits and 4:2:0 (ITU-T H.264, annex A)
ASIDE = (
    Disposition.comment
    | Disposition.lyrics
    | Disposition.karaoke
    | Disposition.visual_impaired
    | Disposition.clean_effects
    | Disposition.non_diegetic
    | Disposition.descriptions
)
"""Of tracks that are not what is said in the recording itself, or not only."""
CUT_OFF = "The recording is damaged or cut off in the middle. Upload the whole file again."


def warm_up() -> None:
    """Loads all that the fence would keep from being loaded when it is needed."""
    for module in pkgutil.walk_packages(av.__path__, "av."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    frame = AudioFrame(format="flt", layout="stereo", samples=64)
    frame.sample_rate = 8_000
    frame.time_base = Fraction(1, 8_000)
    resampler().resample(frame)


def probe(file: BinaryIO, max_duration_s: int, track: int | None = None) -> dict[str, object]:
    """What the recording is; reads a small file to its end, and believes the header of a large one.

    track is the index of the stream to tell of, where it is known. Raises MediaUnusable.
    """
    index = _sounding_stream(file) if track is None else track
    with _open(file) as source:
        stream = _only(source, index)
        check_rate(stream.codec_context.sample_rate)
        duration = None if _size(file) <= SMALL_FILE else _declared_s(source, stream)
        if duration is None:
            duration = _demuxed_s(source, stream)
        _check_duration(duration, max_duration_s)
        picture = _moving_picture(source)
        return {
            "duration_ms": round(duration * 1000),
            "container": source.format.name,
            "audio_codec": stream.codec_context.name,
            "audio_stream": stream.index,
            "sample_rate": stream.codec_context.sample_rate,
            "channels": stream.codec_context.channels,
            "audio_streams": len(source.streams.audio),
            "has_video": picture is not None,
            "video_stream": None if picture is None else picture.index,
            "plain_h264": picture is not None and _is_plain_h264(picture),
        }


def decode(
    file: BinaryIO,
    max_duration_s: int,
    write: Callable[[bytes], None],
    *,
    track: int | None = None,
    at_most_s: int | None = None,
    progress: Callable[[float], None],
) -> dict[str, object]:
    """Hands the sound to `write` as 16 kHz mono signed 16-bit little-endian samples, part by part.

    track is the index of the stream, where it is known; at_most_s is how much of its beginning is wanted,
    where that is not all of it. Raises MediaUnusable.
    """
    index = _sounding_stream(file) if track is None else track
    with _open(file) as source:
        tracks = [each.index for each in _readable(source)]
        stream = _only(source, index)
        sound = Sound(write, start_s=_start_s(source), declared_s=_declared_s(source, stream))
        size, damaged = _size(file), 0
        for packet in _packets(source, stream):
            try:
                frames = packet.decode()
            except FFmpegError:
                damaged += 1
                if damaged > MAX_DAMAGED_PACKETS:
                    raise MediaUnusable(
                        "The recording is damaged: most of its sound cannot be decoded."
                    ) from None
                continue
            for frame in frames:
                sound.add(frame)
            _check_duration(sound.written_s, max_duration_s)
            if at_most_s is not None and sound.written_s >= at_most_s:
                break
            if packet.pos is not None:
                progress(packet.pos / size)
        sound.finish()
    if not sound.written:
        raise MediaUnusable("The recording has no sound in it: it is 0 seconds long.")
    return {"audio_bytes": sound.written, "damaged_packets": damaged, "track": index, "tracks": tracks}


def _open(file: BinaryIO) -> InputContainer:
    """Raises MediaUnusable with what the file is instead of a recording."""
    file.seek(0)
    head = file.read(HEAD_BYTES)
    file.seek(0)
    if not head:
        raise MediaUnusable("The file is empty.")
    if is_playlist(head):
        raise MediaUnusable("A playlist is not a recording: upload the media itself.")
    try:
        return av.open(
            Source(file),
            "r",
            container_options=DEMUXER_OPTIONS,
            buffer_size=256 * 1024,
            metadata_errors="replace",
        )
    except (FFmpegError, ValueError) as error:
        if b"ftyp" in head[:16]:
            raise MediaUnusable(
                "The recording is damaged or cut off: its index is missing. Upload the whole file again."
            ) from error
        raise MediaUnusable(
            "This is not a recording that can be read: it has no format of audio or video."
        ) from error


def _sounding_stream(file: BinaryIO) -> int:
    """The stream to transcribe: the best one of which a part really decodes.

    Raises MediaUnusable with what there is instead.
    """
    with _open(file) as source:
        audio = source.streams.audio
        if not audio:
            raise MediaUnusable(
                "The video has no sound." if source.streams.video else "There is no sound in this file."
            )
        readable = _readable(source)
        if not readable:
            names = ", ".join(_codec(each) for each in audio)
            raise MediaUnusable(f"The sound is in a codec that is not read here: {names}.")
        sounding = _first_sounds(source, readable)
        for stream in readable:
            if stream.index in sounding:
                return stream.index
        if source.duration == 0 or not _has_packets(file):
            raise MediaUnusable("The recording has no sound in it: it is 0 seconds long.")
        raise MediaUnusable(f"The recording is damaged: its sound ({_codec(readable[0])}) cannot be decoded.")


def _readable(source: InputContainer) -> list[AudioStream]:
    """The streams of sound that may be decoded, the likeliest to be what is said in the recording first."""
    best = source.streams.best("audio")
    readable = [each for each in source.streams.audio if _codec(each) in AUDIO_CODECS]
    return sorted(readable, key=lambda each: (bool(each.disposition & ASIDE), each is not best))


def _moving_picture(source: InputContainer) -> VideoStream | None:
    """The first stream of pictures that is no cover."""
    for stream in source.streams.video:
        if not stream.disposition & Disposition.attached_pic:
            return stream
    return None


def _is_plain_h264(stream: VideoStream) -> bool:
    """Whether every browser plays it: told from the configuration record (ISO/IEC 14496-15, 5.3.3.1)."""
    record = stream.codec_context.extradata if stream.codec_context is not None else None
    return (
        stream.codec_context is not None
        and stream.codec_context.name == "h264"
        and record is not None
        and len(record) > 1
        and record[0] == 1
        and record[1] in PLAIN_H264
    )


def _first_sounds(source: InputContainer, streams: list[AudioStream]) -> set[int]:
    """Which of the streams give a frame; the first stream is enough."""
    _keep(source, streams)
    sounding: set[int] = set()
    for count, packet in enumerate(_packets(source, *streams), start=1):
        try:
            frames = packet.decode()
        except FFmpegError:
            frames = []
        if any(frame.samples for frame in frames):
            sounding.add(packet.stream.index)
        if streams[0].index in sounding or count >= PROBE_PACKETS:
            break
    return sounding


def _has_packets(file: BinaryIO) -> bool:
    with _open(file) as source:
        return any(packet.size for packet in _packets(source, *source.streams.audio))


def _packets(source: InputContainer, *streams: AudioStream) -> Iterator[Packet[AudioStream]]:
    """The packets of the streams; ends with one empty packet each, which drains the decoder.

    Raises MediaUnusable where the file ends before its own index says.
    """
    try:
        yield from cast("Iterator[Packet[AudioStream]]", source.demux(*streams))
    except FFmpegError as error:
        if not source.format.name.startswith("mov"):
            return
        raise MediaUnusable(CUT_OFF) from error
    except IndexError:
        return  # at the end PyAV stumbles over streams that began in mid-file


def _only(source: InputContainer, index: int) -> AudioStream:
    """The stream, with all others dropped. Raises MediaUnusable where its index leads past the file's end."""
    stream = next((each for each in source.streams.audio if each.index == index), None)
    if stream is None:
        raise MediaUnusable("The recording is damaged: one of its sound tracks is gone.")
    entries = stream.index_entries
    if source.format.name.startswith("mov") and len(entries):
        last = entries[-1]
        if last.pos + last.size > source.size:
            raise MediaUnusable(CUT_OFF)
    _keep(source, [stream])
    return stream


def _keep(source: InputContainer, streams: list[AudioStream]) -> None:
    """Drops all other streams where the file is taken apart, and decodes in this thread."""
    wanted = {stream.index for stream in streams}
    for each in source.streams:
        if each.index not in wanted:
            each.discard = Discard.all
    for stream in streams:
        stream.codec_context.thread_count = 1


def _codec(stream: AudioStream) -> str:
    return stream.codec_context.name if stream.codec_context is not None else "unknown"


def _start_s(source: InputContainer) -> Fraction:
    return Fraction(source.start_time or 0, av.time_base)


def _declared_s(source: InputContainer, stream: AudioStream) -> Fraction | None:
    """The length that the header tells, if it tells any."""
    if source.duration is not None and source.duration > 0:
        return Fraction(source.duration, av.time_base)
    if stream.duration and stream.time_base:
        return stream.duration * stream.time_base
    return None


def _demuxed_s(source: InputContainer, stream: AudioStream) -> Fraction:
    """The end of the last packet, which needs no decoding."""
    end = length = Fraction(0)
    for packet in _packets(source, stream):
        if packet.size and packet.time_base:
            part = (packet.duration or 0) * packet.time_base
            length += part
            if packet.pts is not None:
                end = max(end, packet.pts * packet.time_base + part - _start_s(source))
    declared = _declared_s(source, stream)
    return end if declared is None or end <= declared + 1 else max(length, declared)


def _check_duration(seconds: Fraction, max_duration_s: int) -> None:
    if seconds > max_duration_s:
        raise MediaUnusable(f"The recording is longer than the limit of {_in_words(max_duration_s)}.")


def _in_words(seconds: int) -> str:
    return f"{seconds / 3600:g} hours" if seconds >= 3600 else f"{seconds:,} seconds"


def _size(file: BinaryIO) -> int:
    return os.fstat(file.fileno()).st_size
