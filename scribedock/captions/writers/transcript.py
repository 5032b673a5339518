"""The lines of the captions without their times, a blank line between captions."""

from __future__ import annotations

from scribedock.captions.caption import Caption
from scribedock.captions.options import CaptionOptions


def write(captions: list[Caption], options: CaptionOptions) -> str:
    return "\n\n".join("\n".join(caption.lines) for caption in captions) + "\n" * bool(captions)
