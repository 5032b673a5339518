"""The formats that captions and transcripts are read from: one module each, and one line here."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from enum import StrEnum

from scribedock_captions.errors import UnsupportedFormat
from scribedock_captions.readers import dfxp, srt, text, web_vtt
from scribedock_captions.readers.cue import Cue, CueFile, Line
from scribedock_captions.readers.decoding import decoded

__all__ = ["READERS", "Cue", "CueFile", "Line", "TextFormat", "read", "recognised"]


class TextFormat(StrEnum):
    """The formats of `add_transcript`."""

    TEXT = "text"
    SRT = "srt"
    VTT = "vtt"
    DFXP = "dfxp"


READERS: Mapping[TextFormat, Callable[[str], CueFile]] = {
    TextFormat.TEXT: text.read,
    TextFormat.SRT: srt.read,
    TextFormat.VTT: web_vtt.read,
    TextFormat.DFXP: dfxp.read,
}

FORMAT_SIGNATURES = (
    (re.compile(r"\ufeff?WEBVTT(?![^ \t\n])"), TextFormat.VTT),
    (
        re.compile(
            r"\s*(?:<\?xml[^>]{0,200}>\s*)?(?:<!--.{0,10000}?-->\s*){0,9}<(?:\w{1,20}:)?tt[\s/>]", re.S
        ),
        TextFormat.DFXP,
    ),
)
UNSUPPORTED_SIGNATURES = (
    (re.compile(r"\s*Scenarist_SCC"), "SCC"),
    (re.compile(r"\s*<SAMI", re.IGNORECASE), "SAMI"),
    (re.compile(r"\s*\{QTtext\}", re.IGNORECASE), "QuickTime text"),
    (re.compile(r"\s*\[Script Info\]", re.IGNORECASE), "SubStation Alpha"),
    (re.compile(r"\s*\d+:\d\d:\d\d\.\d{3},\d+:\d\d:\d\d\.\d{3}\n"), "SBV"),
    (re.compile(r"\s*<(?:!DOCTYPE )?html", re.IGNORECASE), "HTML"),
    (re.compile(r"""\s*\{\s*"[a-z_]+"\s*:"""), "JSON"),
)


def recognised(text: str) -> TextFormat:
    """Tell the format of a text by its look.

    Raises UnsupportedFormat for a format that is known and not read.
    """
    for look, format in FORMAT_SIGNATURES:
        if look.match(text):
            return format
    for look, name in UNSUPPORTED_SIGNATURES:
        if look.match(text):
            raise UnsupportedFormat(
                f"The transcript is {name}, which is not read; use {', '.join(TextFormat)}"
            )
    return TextFormat.SRT if srt.TIMES.search(text) else TextFormat.TEXT


def read(data: bytes, format: TextFormat | None = None) -> CueFile:
    """Read the cues of a file; without a format, it is recognised by its look.

    Raises FileTooLarge, UnsupportedFormat, and UnreadableFile for what is no text, or not of the format.
    """
    characters = decoded(data)
    return READERS[format or recognised(characters)](characters)
