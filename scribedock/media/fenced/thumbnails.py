"""Small pictures of a film, side by side in one JPEG; used in the fenced child only.

Each is the key frame at or before its time: what a player shows at once where somebody seeks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from itertools import islice

import av
import numpy as np
import numpy.typing as npt
from av.container import InputContainer
from av.error import FFmpegError
from av.video.codeccontext import VideoCodecContext
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from scribedock.media.fenced.container import open_container, video_streams
from scribedock.media.fenced.source import RecordingFile
from scribedock.media.formats import PICTURE_OPTIONS
from scribedock.media.unusable import MediaUnusable

BOX = (160, 90)  # pixels that a picture fits into
COLUMNS = 10
MAX_COUNT = 200
LEAST_INTERVAL_MS = 2000
JPEG_QUANTIZER = 5  # of 1 (best) to 31
MAX_PACKETS = 400  # that are read for one picture
NO_PICTURES = "None of the recording's pictures can be decoded."

Picture = npt.NDArray[np.uint8]


def warm_up() -> None:
    """Load everything that the fence would keep from being loaded later."""
    jpeg(_small(VideoFrame.from_ndarray(np.zeros((90, 160, 3), np.uint8), format="rgb24"), None))


def interval_ms(duration_ms: int) -> int:
    """Return the time between two pictures: whole seconds."""
    fair = -(-duration_ms // MAX_COUNT)
    return max(LEAST_INTERVAL_MS, -(-fair // 1000) * 1000)


def draw(
    source: RecordingFile, duration_ms: int, write: Callable[[bytes], None], progress: Callable[[float], None]
) -> dict[str, object]:
    """Write the sprite; return how the pictures lie in it (see `playback.thumbnails.Sprite`).

    Raises MediaUnusable where no picture can be decoded.
    """
    every_ms = interval_ms(duration_ms)
    count = max(1, -(-duration_ms // every_ms))
    pictures: list[Picture | None] = []
    with open_container(source, PICTURE_OPTIONS) as container:
        stream = _pictures_of(container)
        start = Fraction(container.start_time or 0, av.time_base)
        times = [start + Fraction(number * every_ms, 1000) for number in range(count)]
        for number, at in enumerate(times):
            pictures.append(_picture_at(container, stream, at, Fraction(every_ms, 2000)))
            progress((number + 1) / count)
    if any(each is None for each in pictures):
        pictures = [
            sought if sought is not None else passed
            for sought, passed in zip(pictures, _pictures_in_passing(source, times), strict=True)
        ]
    shown = [each for each in pictures if each is not None]
    if not shown:
        raise MediaUnusable(NO_PICTURES)
    height, width = shown[0].shape[:2]
    columns = min(COLUMNS, count)
    sheet = np.zeros((-(-count // columns) * height, columns * width, 3), np.uint8)
    last = shown[0]
    for number, picture in enumerate(pictures):
        last = last if picture is None or picture.shape != last.shape else picture
        row, column = divmod(number, columns)
        sheet[row * height : (row + 1) * height, column * width : (column + 1) * width] = last
    write(jpeg(sheet))
    return {"every_ms": every_ms, "width": width, "height": height, "columns": columns, "count": count}


def jpeg(sheet: Picture) -> bytes:
    """Encode an RGB picture, whose sides are even."""
    frame = VideoFrame.from_ndarray(sheet, format="rgb24").reformat(format="yuvj420p", dst_color_range="JPEG")
    frame.pts = 0
    encoder = av.CodecContext.create("mjpeg", "w")
    assert isinstance(encoder, VideoCodecContext)
    encoder.width, encoder.height = frame.width, frame.height
    encoder.pix_fmt, encoder.time_base = "yuvj420p", Fraction(1, 25)
    encoder.qmin = encoder.qmax = JPEG_QUANTIZER
    return b"".join(bytes(packet) for each in (frame, None) for packet in encoder.encode(each))


def fitted(width: int, height: int, aspect: Fraction) -> tuple[int, int]:
    """Return the even size within BOX of a picture whose pixels are `aspect` times as wide as high."""
    shape = Fraction(width) * aspect / height
    scale = min(Fraction(BOX[0]) / shape, Fraction(BOX[1]))
    return max(2, 2 * round(scale * shape / 2)), max(2, 2 * round(scale / 2))


def _picture_at(
    container: InputContainer, stream: VideoStream, at: Fraction, patience: Fraction
) -> Picture | None:
    """Return the picture that is shown at this time, in seconds.

    patience: how much later it may be, in seconds. None where there is none so soon, or that can be decoded.
    """
    assert stream.time_base is not None
    try:
        container.seek(int(at / stream.time_base), stream=stream, backward=True)
    except (FFmpegError, OverflowError):
        return None
    for time, frame in _frames(container, stream, at_most=MAX_PACKETS):
        return _small(frame, stream.sample_aspect_ratio) if time <= at + patience else None
    return None


def _pictures_in_passing(source: RecordingFile, times: Sequence[Fraction]) -> list[Picture | None]:
    """Return the key frames at or before these times, where the file has to be read from its beginning.

    Streams of MPEG have no index, and may have few key frames.
    """
    found: list[Picture | None] = []
    last: Picture | None = None
    with open_container(source, PICTURE_OPTIONS) as container:
        stream = _pictures_of(container)
        stream.codec_context.skip_frame = "NONKEY"
        for at, frame in _frames(container, stream):
            while last is not None and len(found) < len(times) and times[len(found)] < at:
                found.append(last)
            if len(found) == len(times):
                break
            last = _small(frame, stream.sample_aspect_ratio)
    return found + [last] * (len(times) - len(found))


def _frames(
    container: InputContainer, stream: VideoStream, *, at_most: int | None = None
) -> Iterator[tuple[Fraction, VideoFrame]]:
    """Yield the pictures with their times in seconds; at_most: of so many packets."""
    try:
        for packet in islice(container.demux(stream), at_most):
            try:
                frames = packet.decode()
            except FFmpegError:
                continue
            for frame in frames:
                if frame.pts is not None and frame.time_base is not None:
                    yield frame.pts * frame.time_base, frame
    except (FFmpegError, IndexError):
        return  # what is shown before the damage counts


def _pictures_of(container: InputContainer) -> VideoStream:
    """Return the stream with the pictures, decoded in this thread. Raises MediaUnusable without one."""
    found = video_streams(container)
    if not found:
        raise MediaUnusable("The recording has no moving pictures.")
    found[0].codec_context.thread_count = 1
    return found[0]


def _small(frame: VideoFrame, aspect: Fraction | None) -> Picture:
    turned = frame.rotation % 180 != 0
    width, height = fitted(frame.width, frame.height, aspect or Fraction(1))
    if turned:
        height, width = fitted(frame.height, frame.width, 1 / (aspect or Fraction(1)))
    small = frame.reformat(width=width, height=height, format="rgb24").to_ndarray()
    return np.ascontiguousarray(np.rot90(small, round(frame.rotation / 90) % 4))
