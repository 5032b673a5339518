"""WebVTT, the captions of the web (W3C)."""

from __future__ import annotations

from scribedock.captions.caption import Caption
from scribedock.captions.options import CaptionOptions
from scribedock.captions.writers.clock import clock

ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})


def write(captions: list[Caption], options: CaptionOptions) -> str:
    blocks = [
        f"{clock(caption.start)} --> {clock(caption.end)}\n"
        + "\n".join(line.translate(ESCAPES) for line in caption.lines)
        for caption in captions
    ]
    return "\n\n".join(["WEBVTT", *blocks]) + "\n"
