"""Reading a recording with FFmpeg's libraries; runs in the fenced child only.

Sound that begins later than the picture is moved to its place by silence, and so are gaps; see `timeline`.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction
from typing import BinaryIO

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.error import FFmpegError

from scribedock.media.fenced.container import (
    HEAD_BYTES,
    audible_stream,
    document_type,
    h264_profile,
    is_plain_h264,
    open_container,
    packets,
    readable_streams,
    select_stream,
    shape_of_pictures,
    video_codec,
    video_streams,
)
from scribedock.media.fenced.joined import MAX_PARTS, first_recording, following_recording
from scribedock.media.fenced.levels import LevelMeter
from scribedock.media.fenced.sound import SAMPLE_BYTES, Mix, Sound, check_rate
from scribedock.media.fenced.source import RecordingFile
from scribedock.media.fenced.timeline import declared_s, demuxed_s, zero_s
from scribedock.media.limits import SAMPLE_RATE
from scribedock.media.unusable import MediaUnusable

SMALL_FILE_BYTES = 32 * 1024**2
MAX_DAMAGED_PACKETS = 5000


class TooLong(MediaUnusable):
    """The recording is longer than allowed, or the recordings joined in one file are."""


@dataclass(frozen=True, kw_only=True)
class DecodeRequest:
    """What is wanted of a recording."""

    # The index of the audio stream, where it is known.
    track: int | None = None
    mix: Mix = field(default_factory=Mix)
    # How many seconds of the beginning; None for all.
    at_most_s: int | None = None
    # Of the samples that are written, in Hz.
    rate: int = SAMPLE_RATE

    @property
    def bytes_per_s(self) -> int:
        return SAMPLE_BYTES * self.rate


def warm_up() -> None:
    """Load everything that the fence would keep from being loaded later."""
    for module in pkgutil.walk_packages(av.__path__, "av."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    levels = LevelMeter()
    sound = Sound(lambda _: None, start_s=Fraction(0), declared_s=None, mix=Mix(channel=1), levels=levels)
    frame = AudioFrame.from_ndarray(
        np.array([[np.nan], [0.5]], np.float32).repeat(8000, axis=1), format="fltp", layout="stereo"
    )
    frame.sample_rate = 8_000
    frame.time_base = Fraction(1, 8_000)
    sound.add(frame)
    sound.finish()
    levels.measured()


def probe(file: BinaryIO, max_duration_s: int, track: int | None = None) -> dict[str, object]:
    """Return what the recording is.

    A small file is read to its end; the header of a large one is believed. track is the index of the stream
    to describe, where it is known. Raises MediaUnusable.
    """
    source = first_recording(RecordingFile(file))
    index = audible_stream(source) if track is None else track
    start_s = zero_s(source)
    with open_container(source) as container:
        stream = select_stream(container, index)
        check_rate(stream.codec_context.sample_rate)
        duration = None if source.size <= SMALL_FILE_BYTES else declared_s(container, stream)
        if duration is None:
            duration = demuxed_s(container, stream, start_s)
        _check_duration(duration, max_duration_s)
        pictures = video_streams(container)
        source.seek(0)
        return {
            "duration_ms": round(duration * 1000),
            "container": container.format.name,
            "audio_codec": stream.codec_context.name,
            "audio_stream": stream.index,
            "sample_rate": stream.codec_context.sample_rate,
            "channels": stream.codec_context.channels,
            "audio_streams": len(container.streams.audio),
            "has_video": bool(pictures),
            "video_stream": pictures[0].index if pictures else None,
            "plain_h264": bool(pictures) and is_plain_h264(pictures[0]),
            "h264_profile": h264_profile(pictures[0]) if pictures else "",
            "video_codec": video_codec(pictures[0]) if pictures else None,
            "first_track": stream.index == container.streams.audio[0].index,
            "document_type": document_type(source.read(HEAD_BYTES)),
        }


def decode(
    file: BinaryIO,
    max_duration_s: int,
    write: Callable[[bytes], None],
    wanted: DecodeRequest,
    *,
    progress: Callable[[float], None],
) -> dict[str, object]:
    """Pass the sound to `write` as mono signed 16-bit little-endian samples, part by part.

    Recordings that were joined in one file are all read. Raises MediaUnusable.
    """
    reading = _Reading(file, max_duration_s, write, wanted, progress)
    reading.run()
    if not reading.written:
        raise MediaUnusable("The recording has no sound in it: it is 0 seconds long.")
    return {
        "audio_bytes": reading.written,
        "damaged_packets": reading.damaged,
        "track": reading.track,
        "tracks": reading.tracks,
        "parts": reading.parts,
        "declared_ms": None if reading.declared_s is None else round(1000 * reading.declared_s),
        "unread_bytes": reading.unread_bytes,
        "levels": reading.levels.measured(),
    }


class _Reading:
    """Reads a file, one recording after the other."""

    def __init__(
        self,
        file: BinaryIO,
        max_duration_s: int,
        write: Callable[[bytes], None],
        wanted: DecodeRequest,
        progress: Callable[[float], None],
    ) -> None:
        self._file = file
        self._size = RecordingFile(file).size
        self._max_duration_s = max_duration_s
        self._write = write
        self._wanted = wanted
        self._progress = progress
        self.levels = LevelMeter()
        self.written = 0  # bytes
        self.damaged = 0  # packets
        self.track = 0
        self.tracks: list[int] = []
        self.parts: list[dict[str, object]] = []
        self.declared_s: Fraction | None = None
        self.unread_bytes = 0

    def run(self) -> None:
        """Read all recordings.

        Raises MediaUnusable where the first cannot be read, and where all together are too long.
        """
        source: RecordingFile | None = RecordingFile(self._file)
        while source is not None and not self._has_enough():
            try:
                container, end = self._read(first_recording(source))
            except TooLong:
                raise
            except MediaUnusable:
                if source.begin == 0:
                    raise
                self.unread_bytes = source.size
                return
            source = self._next(source, container, end)

    def _has_enough(self) -> bool:
        at_most_s = self._wanted.at_most_s
        return at_most_s is not None and self.written >= at_most_s * self._wanted.bytes_per_s

    def _next(self, source: RecordingFile, container: str, end: int) -> RecordingFile | None:
        """Return the recording after one that was read up to `end`, if it can be read."""
        if len(self.parts) >= MAX_PARTS:
            return None
        following, self.unread_bytes = following_recording(source, container, end)
        return following

    def _read(self, source: RecordingFile) -> tuple[str, int]:
        """Read a recording; return the name of its container and where its last packet ends in the source."""
        is_first = not self.parts
        known = self._wanted.track if is_first else None
        index = audible_stream(source) if known is None else known
        start_s = zero_s(source)
        end = 0
        with open_container(source) as container:
            tracks = [each.index for each in readable_streams(container)]
            stream = select_stream(container, index)
            declared = declared_s(container, stream)
            if is_first:
                self.track, self.tracks, self.declared_s = index, tracks, declared
            before = self.written
            start_ms = 1000 * before // self._wanted.bytes_per_s
            self.parts.append({"begin": source.begin, "start_ms": start_ms, **shape_of_pictures(container)})
            sound = Sound(
                self._write,
                start_s=start_s,
                declared_s=declared,
                mix=self._wanted.mix,
                levels=self.levels,
                rate=self._wanted.rate,
            )
            for packet in packets(container, stream):
                if packet.pos is not None:
                    end = max(end, packet.pos + packet.size)
                    self._progress((source.begin + packet.pos) / self._size)
                try:
                    frames = packet.decode()
                except FFmpegError:
                    self._count_damage()
                    continue
                for frame in frames:
                    sound.add(frame)
                self.written = before + sound.written
                _check_duration(Fraction(self.written, self._wanted.bytes_per_s), self._max_duration_s)
                if self._has_enough():
                    break
            sound.finish()
            self.written = before + sound.written
            return container.format.name, end

    def _count_damage(self) -> None:
        self.damaged += 1
        if self.damaged > MAX_DAMAGED_PACKETS:
            raise MediaUnusable("The recording is damaged: most of its sound cannot be decoded.")


def _check_duration(seconds: Fraction, max_duration_s: int) -> None:
    if seconds > max_duration_s:
        raise TooLong(f"The recording is longer than the limit of {_in_words(max_duration_s)}.")


def _in_words(seconds: int) -> str:
    return f"{seconds / 3600:g} hours" if seconds >= 3600 else f"{seconds:,} seconds"
