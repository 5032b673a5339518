"""SubViewer as YouTube reads it: both times on a line, the text, a blank line."""

from __future__ import annotations

import re

from scribedock_captions.document import CaptionDocument
from scribedock_captions.writers.clock import short_clock

TIME_LINE = re.compile(r"^(\d+:\d\d:\d\d\.\d{3}),(?=\d+:\d\d:\d\d\.\d{3}$)", re.MULTILINE)


def write(document: CaptionDocument) -> str:
    """Write an SBV file."""
    blocks = []
    for caption in document.captions:
        text = "\n".join(caption.lines)
        blocks.append(f"{short_clock(caption.start)},{short_clock(caption.end)}\n{_escaped(text)}\n\n")
    return "".join(blocks)


def _escaped(text: str) -> str:
    """Add a space to a line of text that would be taken for times."""
    return TIME_LINE.sub(r"\1, ", text) if text.count(":") >= 4 else text
