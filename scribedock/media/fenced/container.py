"""A recording's container, its streams and their packets; used in the fenced child only."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import cast

import av
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.error import FFmpegError
from av.packet import Packet
from av.stream import Discard, Disposition
from av.video.stream import VideoStream

from scribedock.media.fenced.source import RecordingFile
from scribedock.media.formats import AUDIO_CODECS, DEMUXER_OPTIONS, is_playlist
from scribedock.media.unusable import MediaUnusable

HEAD_BYTES = 4096
PROBE_PACKETS = 2000  # within this many packets, a stream with sound yields some
EBML, DOCUMENT_TYPE = b"\x1a\x45\xdf\xa3", b"\x42\x82"
PLAIN_H264 = (66, 77, 100)  # Baseline, Main, High: 8 bits and 4:2:0 (ITU-T H.264, annex A)
SECONDARY_TRACK = (
    Disposition.comment
    | Disposition.lyrics
    | Disposition.karaoke
    | Disposition.visual_impaired
    | Disposition.clean_effects
    | Disposition.non_diegetic
    | Disposition.descriptions
)
"""The dispositions of tracks that are not, or not only, the speech of the recording itself."""
CUT_OFF_MESSAGE = "The recording is damaged or cut off in the middle. Upload the whole file again."


def open_container(source: RecordingFile, options: Mapping[str, str] = DEMUXER_OPTIONS) -> InputContainer:
    """Open the container at its beginning.

    options: what may be read of it. Raises MediaUnusable, which says what the file is instead of a recording.
    """
    source.seek(0)
    head = source.read(HEAD_BYTES)
    source.seek(0)
    if not head:
        raise MediaUnusable("The file is empty.")
    if is_playlist(head):
        raise MediaUnusable("A playlist is not a recording: upload the media itself.")
    try:
        return av.open(
            source,
            "r",
            container_options=dict(options),
            buffer_size=256 * 1024,
            metadata_errors="replace",
        )
    except (FFmpegError, ValueError) as error:
        if b"ftyp" in head[:16]:
            raise MediaUnusable(
                "The recording is damaged or cut off: its index is missing. Upload the whole file again."
            ) from error
        raise MediaUnusable(
            "This is not a recording that can be read: it is in no known audio or video format."
        ) from error


def audible_stream(source: RecordingFile) -> int:
    """Return the index of the stream to transcribe: the best one of which a part really decodes.

    Raises MediaUnusable, which says what there is instead.
    """
    with open_container(source) as container:
        audio = container.streams.audio
        if not audio:
            raise MediaUnusable(
                "The video has no sound." if container.streams.video else "There is no sound in this file."
            )
        found = readable_streams(container)
        if not found:
            names = ", ".join(codec(each) for each in audio)
            raise MediaUnusable(f"The sound is in an unsupported codec: {names}.")
        sounding = _first_sounds(container, found)
        for stream in found:
            if stream.index in sounding:
                return stream.index
        if container.duration == 0 or not _has_packets(source):
            raise MediaUnusable("The recording has no sound in it: it is 0 seconds long.")
        raise MediaUnusable(f"The recording is damaged: its sound ({codec(found[0])}) cannot be decoded.")


def readable_streams(container: InputContainer) -> list[AudioStream]:
    """Return the audio streams that may be decoded, the likeliest to have the speech first."""
    best = container.streams.best("audio")
    found = [each for each in container.streams.audio if codec(each) in AUDIO_CODECS]
    return sorted(found, key=lambda each: (bool(each.disposition & SECONDARY_TRACK), each is not best))


def video_streams(container: InputContainer) -> list[VideoStream]:
    """Return the video streams that are not cover pictures."""
    return [each for each in container.streams.video if not each.disposition & Disposition.attached_pic]


def shape_of_pictures(container: InputContainer) -> dict[str, object]:
    """Return where the moving pictures are, their codec, their rate, and their size in square pixels.

    What is not known is empty, or 0.
    """
    found = video_streams(container)
    if not found:
        return {"video_stream": None, "video_codec": None, "width": 0, "height": 0, "frames_per_s": ""}
    context, aspect = found[0].codec_context, found[0].sample_aspect_ratio
    width, height = (context.width, context.height) if context is not None else (0, 0)
    return {
        "video_stream": found[0].index,
        "video_codec": video_codec(found[0]),
        "width": round(width * (aspect or 1)),
        "height": height,
        "frames_per_s": str(found[0].average_rate or ""),
    }


def is_plain_h264(stream: VideoStream) -> bool:
    """Return whether every browser plays the stream.

    The answer comes from the configuration record (ISO/IEC 14496-15, 5.3.3.1).
    """
    record = stream.codec_context.extradata if stream.codec_context is not None else None
    return (
        stream.codec_context is not None
        and stream.codec_context.name == "h264"
        and record is not None
        and len(record) > 1
        and record[0] == 1
        and record[1] in PLAIN_H264
    )


def h264_profile(stream: VideoStream) -> str:
    """Return the name of the H.264 profile that the stream's own header says; empty for another codec."""
    context = stream.codec_context
    return (context.profile or "") if context is not None and context.name == "h264" else ""


def document_type(head: bytes) -> str:
    """Return what a file in EBML calls itself: `webm` or `matroska` (RFC 8794 §11.2.4); else empty.

    head: its first bytes.
    """
    at = head.find(DOCUMENT_TYPE)
    if not head.startswith(EBML) or at < 0 or at + len(DOCUMENT_TYPE) >= len(head):
        return ""
    length = head[at + len(DOCUMENT_TYPE)] & 0x7F
    begin = at + len(DOCUMENT_TYPE) + 1
    return head[begin : begin + length].rstrip(b"\0").decode("ascii", "replace")


def select_stream(container: InputContainer, index: int) -> AudioStream:
    """Return the stream and drop all others. Raises MediaUnusable for an index that does not exist."""
    stream = next((each for each in container.streams.audio if each.index == index), None)
    if stream is None:
        raise MediaUnusable("The recording is damaged: one of its sound tracks is gone.")
    entries = stream.index_entries
    if container.format.name.startswith("mov") and len(entries):
        last = entries[-1]
        if last.pos + last.size > container.size:
            raise MediaUnusable(CUT_OFF_MESSAGE)
    _keep(container, [stream])
    return stream


def packets(container: InputContainer, *streams: AudioStream) -> Iterator[Packet[AudioStream]]:
    """Yield the packets of the streams, then an empty packet for each, which drains the decoder.

    Raises MediaUnusable where the file ends before its own index says.
    """
    try:
        yield from cast("Iterator[Packet[AudioStream]]", container.demux(*streams))
    except FFmpegError as error:
        if not container.format.name.startswith("mov"):
            return
        raise MediaUnusable(CUT_OFF_MESSAGE) from error
    except IndexError:
        return  # at the end PyAV fails on streams that began in mid-file


def video_codec(stream: VideoStream) -> str:
    return stream.codec_context.name if stream.codec_context is not None else "unknown"


def codec(stream: AudioStream) -> str:
    return stream.codec_context.name if stream.codec_context is not None else "unknown"


def _first_sounds(container: InputContainer, streams: list[AudioStream]) -> set[int]:
    """Return which of the streams yield a frame; the search stops when the first stream does."""
    _keep(container, streams)
    sounding: set[int] = set()
    for count, packet in enumerate(packets(container, *streams), start=1):
        try:
            frames = packet.decode()
        except FFmpegError:
            frames = []
        if any(frame.samples for frame in frames):
            sounding.add(packet.stream.index)
        if streams[0].index in sounding or count >= PROBE_PACKETS:
            break
    return sounding


def _has_packets(source: RecordingFile) -> bool:
    with open_container(source) as container:
        return any(packet.size for packet in packets(container, *container.streams.audio))


def _keep(container: InputContainer, streams: list[AudioStream]) -> None:
    """Drop all other streams in the demuxer, and decode in this thread."""
    wanted = {stream.index for stream in streams}
    for each in container.streams:
        if each.index not in wanted:
            each.discard = Discard.all
    for stream in streams:
        stream.codec_context.thread_count = 1
