"""From an ElementList to the bytes of a file. The same list and options always give the same bytes."""

from __future__ import annotations

from dataclasses import dataclass, replace

from scribedock_captions.document import CaptionDocument, Metadata
from scribedock_captions.elementlist.model import ElementList
from scribedock_captions.layout.layout import lay_out
from scribedock_captions.layout.timing import assign_times
from scribedock_captions.options import CaptionOptions, FileFormat, LineEnding, TranscriptOptions
from scribedock_captions.text.words import words_of
from scribedock_captions.writers import WRITERS, CaptionFormat
from scribedock_captions.writers import paragraphs as transcript

__all__ = [
    "CaptionFormat",
    "Rendering",
    "captions_of",
    "render_captions",
    "render_document",
    "render_transcript",
]

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
    metadata: Metadata | None = None,
) -> Rendering:
    """Make the captions of a recording that ends at media_end (ms; absent: with the list).

    Raises UnusableOption for an option that the format cannot use.
    """
    return render_document(
        captions_of(elementlist, format, options, media_end=media_end, metadata=metadata), format
    )


def captions_of(
    elementlist: ElementList,
    format: CaptionFormat,
    options: CaptionOptions,
    *,
    media_end: int | None = None,
    metadata: Metadata | None = None,
    styled: bool = False,
) -> CaptionDocument:
    """Return the captions as the format can show them, with their final times in ms.

    styled: the styles of sequences are those of `Style`, as `elementlist_of` writes them.
    """
    writer = WRITERS[format]
    allowed = writer.limit_options(options)
    words = writer.convert_words(words_of(elementlist, allowed, styled=styled))
    captions = lay_out(words, allowed, elementlist.language, short_ms=writer.short_ms)
    end = max([elementlist.end_time, *(caption.end for caption in captions)])
    return CaptionDocument(
        captions=assign_times(
            captions,
            allowed,
            media_end=end if media_end is None else media_end,
            seamless=writer.seamless and allowed.qt_seamless,
        ),
        words=words,
        metadata=replace(metadata or Metadata(), language=elementlist.language),
        options=allowed,
    )


def render_document(document: CaptionDocument, format: CaptionFormat) -> Rendering:
    """Write captions that are laid out already.  Raises UnusableOption as `render_captions` does."""
    writer, options = WRITERS[format], document.options
    text = writer.write(document)
    if options.line_ending_format is not LineEnding.UNIX:
        text = text.replace("\n", LINE_ENDINGS[options.line_ending_format])
    mark = BYTE_ORDER_MARK if options.utf8_mark and writer.byte_mark else b""
    return Rendering(body=mark + text.encode(), media_type=writer.media_type, extension=writer.extension)


def render_transcript(elementlist: ElementList, options: TranscriptOptions) -> Rendering:
    """Write a transcript to read, in paragraphs, as text or as HTML."""
    body = transcript.write(elementlist, options).encode()
    if options.file_format is FileFormat.HTML:
        return Rendering(body=body, media_type="text/html", extension=".html")
    return Rendering(body=body, media_type="text/plain", extension=".txt")
