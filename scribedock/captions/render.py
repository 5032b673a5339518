"""From an ElementList to the bytes of a file. The same list and options always give the same bytes."""

from __future__ import annotations

from dataclasses import dataclass

from scribedock.captions import transcript
from scribedock.captions.elementlist import ElementList
from scribedock.captions.layout import lay_out
from scribedock.captions.options import CaptionOptions, FileFormat, LineEnding, TranscriptOptions
from scribedock.captions.timing import time
from scribedock.captions.words import words_of
from scribedock.captions.writers import WRITERS, CaptionFormat
from scribedock.errors import InvalidOption

__all__ = ["CaptionFormat", "Rendering", "render_captions", "render_transcript"]

LINE_ENDINGS = {LineEnding.UNIX: "\n", LineEnding.WINDOWS: "\r\n", LineEnding.OSX: "\r"}
BYTE_ORDER_MARK = b"\xef\xbb\xbf"


@dataclass(frozen=True, kw_only=True)
class Rendering:
    """A file: its bytes in UTF-8, its MIME type and the extension of its name."""

    body: bytes
    media_type: str
    extension: str


def render_captions(
    elementlist: ElementList,
    format: CaptionFormat,
    options: CaptionOptions,
    *,
    media_end: int | None = None,
) -> Rendering:
    """The captions of a recording that ends at media_end (ms; absent: with the list).

    Raises InvalidOption for a format that has no writer.
    """
    writer = WRITERS.get(format)
    if writer is None:
        raise InvalidOption(f"caption_format: {format} is not in this release; use {', '.join(WRITERS)}")
    captions = lay_out(words_of(elementlist, options), options)
    ends = [caption.end for caption in captions]
    end = max([elementlist.end_time, *ends]) if media_end is None else media_end
    timed = time(captions, options, media_end=end)
    text = writer.write(timed, options).replace("\n", LINE_ENDINGS[options.line_ending_format])
    mark = BYTE_ORDER_MARK if options.utf8_mark else b""
    return Rendering(body=mark + text.encode(), media_type=writer.media_type, extension=writer.extension)


def render_transcript(elementlist: ElementList, options: TranscriptOptions) -> Rendering:
    body = transcript.write(elementlist, options).encode()
    if options.file_format is FileFormat.HTML:
        return Rendering(body=body, media_type="text/html", extension=".html")
    return Rendering(body=body, media_type="text/plain", extension=".txt")
