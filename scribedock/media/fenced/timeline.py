"""Where a recording begins, and how long it is; used in the fenced child only.

Time zero is what a player shows at 0:00: the earliest of the beginnings of its sound and of its moving
pictures. FFmpeg calls it the start time of the container (AVFormatContext.start_time: the presentation time
of the first frame, edit lists and the priming of encoders taken into account), and Chromium's player
subtracts the same (FFmpegDemuxer: the lowest start time of the streams). Captions that count from it fit
every player.

FFmpeg finds the beginning of some streams only with their decoder, which is kept out here for pictures. So
the pictures' first packets are asked for their presentation time, which needs no decoding.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

import av
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.error import FFmpegError

from scribedock.media.fenced.container import open_container, packets, video_streams
from scribedock.media.fenced.source import RecordingFile

FIRST_PACKETS = 2000
"""Within this many packets of a file, each stream that starts near its beginning has one."""
MAX_REORDERED_PICTURES = 16
"""Pictures stored within this distance of each other may be shown in another order (ITU-T H.264, A.3.1)."""


def zero_s(source: RecordingFile) -> Fraction:
    """Return the time stamp, in seconds, of what a player shows at 0:00. Raises MediaUnusable."""
    with open_container(source) as container:
        known = Fraction(container.start_time or 0, av.time_base)
        pictures = {stream.index for stream in video_streams(container)}
        return min([known, *_first_pictures_s(container, pictures)])


def _first_pictures_s(container: InputContainer, pictures: set[int]) -> Iterator[Fraction]:
    """Yield when the first of the pictures are shown, in seconds."""
    left = dict.fromkeys(pictures, MAX_REORDERED_PICTURES)
    if not left:
        return
    try:
        for count, packet in enumerate(container.demux(), start=1):
            index = packet.stream.index
            if packet.pts is None or packet.time_base is None or not packet.size or packet.is_discard:
                continue
            if left.get(index):
                left[index] -= 1
                yield packet.pts * packet.time_base
            if not any(left.values()) or count >= FIRST_PACKETS:
                return
    except (FFmpegError, IndexError):
        return  # damage is found during decoding


def declared_s(container: InputContainer, stream: AudioStream) -> Fraction | None:
    """Return the length that the header declares, in seconds, if it declares any."""
    if container.duration is not None and container.duration > 0:
        return Fraction(container.duration, av.time_base)
    if stream.duration and stream.time_base:
        return stream.duration * stream.time_base
    return None


def demuxed_s(container: InputContainer, stream: AudioStream, start_s: Fraction) -> Fraction:
    """Return the end of the last packet in seconds, without decoding; start_s is the recording's zero."""
    end = length = Fraction(0)
    for packet in packets(container, stream):
        if packet.size and packet.time_base:
            part = (packet.duration or 0) * packet.time_base
            length += part
            if packet.pts is not None:
                end = max(end, packet.pts * packet.time_base + part - start_s)
    declared = declared_s(container, stream)
    return end if declared is None or end <= declared + 1 else max(length, declared)
