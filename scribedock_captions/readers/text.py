"""Plain text: empty lines divide its paragraphs; a time on a line of its own is when a paragraph begins."""

from __future__ import annotations

import re

from scribedock_captions.readers.cue import CueFile, Cues, Line

BLANK = re.compile(r"\n[^\S\n]*\n\s*")
TIMECODE = re.compile(r"[\[(]?(?:(\d{1,3}):)?(\d{1,2}):(\d{2})(?:[.,](\d{1,3}))?[\])]?")


def read(text: str) -> CueFile:
    """Read plain text as cues of which at most the beginning is known."""
    cues = Cues()
    for paragraph in BLANK.split(text):
        lines = [line.strip() for line in paragraph.split("\n")]
        times = [TIMECODE.fullmatch(line) for line in lines]
        spoken = [Line(text=line) for line, time in zip(lines, times, strict=True) if time is None]
        cues.add(spoken, _milliseconds(times[0]) if times[0] else None)
    return CueFile(cues=cues.found())


def _milliseconds(time: re.Match[str]) -> int:
    hours, minutes, seconds, rest = (part or "0" for part in time.groups())
    return ((int(hours) * 60 + int(minutes)) * 60 + int(seconds)) * 1000 + int(rest.ljust(3, "0"))
