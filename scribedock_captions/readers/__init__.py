"""The formats that captions and transcripts are read from: one module each, and one line here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from scribedock_captions.readers import sbv, srt, text, web_vtt
from scribedock_captions.readers.cue import Cue, CueFile, Line
from scribedock_captions.readers.decoding import decoded
from scribedock_captions.readers.formats import TextFormat
from scribedock_captions.readers.languages import in_one_language
from scribedock_captions.readers.recognition import look_of, recognised
from scribedock_captions.readers.scc import scc
from scribedock_captions.readers.ttml import dfxp
from scribedock_captions.readers.warnings import ReadingWarning, Warnings

__all__ = ["READERS", "Cue", "CueFile", "Line", "ReadingWarning", "TextFormat", "read", "recognised"]

READERS: Mapping[TextFormat, Callable[[str], CueFile]] = {
    TextFormat.TEXT: text.read,
    TextFormat.SRT: srt.read,
    TextFormat.VTT: web_vtt.read,
    TextFormat.DFXP: dfxp.read,
    TextFormat.SCC: scc.read,
    TextFormat.SBV: sbv.read,
}

DETECTED: Mapping[TextFormat, Callable[[str], CueFile]] = {
    TextFormat.VTT: web_vtt.read_alike,
    TextFormat.SCC: scc.read_alike,
}
"""Readers that forgive what the format asks for, of files that are surely in it."""


def read(data: bytes, format: TextFormat | None = None, *, language: str = "", encoding: str = "") -> CueFile:
    """Read the cues of a file; without a format, it is detected from the content.

    language: which one to read, of a file that has several; absent, that of the file, or its first.
    encoding: of the bytes; absent, it is what the file says, UTF-8, or a guess.

    What could not be used, and what was guessed, is in the `warnings` of the file.  Raises FileTooLarge,
    UnsupportedFormat, and UnreadableFile for what is no text, or not of the format.
    """
    warnings = Warnings()
    characters = decoded(data, encoding=encoding, warnings=warnings)
    if format is TextFormat.TEXT and (name := look_of(characters)):
        warnings.add(f"this looks like {name}, and is read as plain text", 1)
    if format is None:
        format = recognised(characters)
        found = DETECTED.get(format, READERS[format])(characters)
    else:
        found = READERS[format](characters)
    if not found.cues and characters.strip():
        warnings.add("there are no captions in the file")
    chosen = in_one_language(found, language, warnings)
    reported = sorted((*warnings.found(), *found.warnings), key=lambda each: (not each.line, each.line))
    return replace(chosen, format=format, warnings=tuple(reported))
