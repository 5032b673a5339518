"""WebVTT, the captions of the web (W3C).

Its header may name the language, as YouTube's files do: the W3C's parser passes over that line, and other
programs read it.
"""

from __future__ import annotations

import re

from scribedock_captions.caption import Caption
from scribedock_captions.document import UNKNOWN_LANGUAGE, CaptionDocument, Metadata
from scribedock_captions.placement import settings_of
from scribedock_captions.writers.clock import clock
from scribedock_captions.writers.markup import escaped, styled_lines

LANGUAGE_TAG = re.compile(r"[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8}){0,5}")  # BCP 47


def write(document: CaptionDocument) -> str:
    """Write a WebVTT file."""
    blocks = [_header(document.metadata)]
    for caption in document.captions:
        times = f"{clock(caption.start)} --> {clock(caption.end)}"
        if settings := settings_of(caption.placement):
            times = f"{times} {settings}"
        blocks.append(f"{times}\n{_text(caption)}")
    return "\n\n".join(blocks) + "\n"


def _header(metadata: Metadata) -> str:
    known = metadata.language != UNKNOWN_LANGUAGE and LANGUAGE_TAG.fullmatch(metadata.language)
    return f"WEBVTT\nLanguage: {metadata.language}" if metadata.language_header and known else "WEBVTT"


def _text(caption: Caption) -> str:
    if not caption.spans and not caption.voices:
        return escaped("\n".join(caption.lines))
    lines = styled_lines(caption, escaped)
    if not caption.voices:
        return "\n".join(lines)
    voiced: list[str] = []
    before = ""
    for line, voice in zip(lines, caption.voices, strict=True):
        if before and voice != before:
            voiced[-1] += "</v>"
        voiced.append(f"<v {escaped(voice)}>{line}" if voice and voice != before else line)
        before = voice
    return "\n".join(voiced)
