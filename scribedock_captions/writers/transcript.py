"""The lines of the captions without their times, a blank line between captions."""

from __future__ import annotations

from scribedock_captions.document import CaptionDocument


def write(document: CaptionDocument) -> str:
    """Write the lines of all captions."""
    captions = document.captions
    return "\n\n".join("\n".join(caption.lines) for caption in captions) + "\n" * bool(captions)
