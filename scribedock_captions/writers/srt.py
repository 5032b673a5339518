"""SubRip: a number, a time, the text, a blank line; or what `srt_format` says."""

from __future__ import annotations

from scribedock_captions.caption import Caption
from scribedock_captions.document import CaptionDocument
from scribedock_captions.placement import key_of
from scribedock_captions.srt_template import SrtTemplate
from scribedock_captions.writers.clock import parts
from scribedock_captions.writers.markup import styled_lines


def write(document: CaptionDocument) -> str:
    """Write an SRT file, or what `srt_format` asks for."""
    fill = SrtTemplate(document.options.srt_format).fill
    return "".join(
        [
            fill((number, *parts(caption.start), *parts(caption.end), _text(caption)))
            for number, caption in enumerate(document.captions, start=1)
        ]
    )


def _text(caption: Caption) -> str:
    """Join the lines; an arrow in them would be taken for a time."""
    text = "\n".join(caption.lines if not caption.spans else styled_lines(caption, str)).replace("-->", "->")
    if caption.placement is None:
        return text
    return f"{{\\an{key_of(caption.placement)}}}{text}"
