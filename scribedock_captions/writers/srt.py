"""SubRip: a number, a time, the text, a blank line; or what `srt_format` says."""

from __future__ import annotations

from scribedock_captions.document import CaptionDocument
from scribedock_captions.srt_template import SrtTemplate
from scribedock_captions.writers.clock import parts


def write(document: CaptionDocument) -> str:
    """Write an SRT file, or what `srt_format` asks for."""
    fill = SrtTemplate(document.options.srt_format).fill
    return "".join(
        [
            fill((number, *parts(caption.start), *parts(caption.end), _text(caption.lines)))
            for number, caption in enumerate(document.captions, start=1)
        ]
    )


def _text(lines: tuple[str, ...]) -> str:
    """Join the lines; an arrow in them would be taken for a time."""
    return "\n".join(lines).replace("-->", "->")
