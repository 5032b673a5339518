"""WebVTT, the captions of the web (W3C)."""

from __future__ import annotations

from scribedock_captions.document import CaptionDocument
from scribedock_captions.writers.clock import clock
from scribedock_captions.writers.markup import escaped


def write(document: CaptionDocument) -> str:
    """Write a WebVTT file."""
    blocks = ["WEBVTT"]
    for caption in document.captions:
        text = escaped("\n".join(caption.lines))
        blocks.append(f"{clock(caption.start)} --> {clock(caption.end)}\n{text}")
    return "\n\n".join(blocks) + "\n"
