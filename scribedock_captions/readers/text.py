"""Plain text: empty lines divide its paragraphs; a time at the beginning of a line says when that is said.

So do the times that transcripts of Otter, Rev, Zoom and others have beside the name of a speaker.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from scribedock_captions.readers.cue import CueFile, Cues, Line, plain_line

BLANK = re.compile(r"\n[^\S\n]*\n\s*")
TIME = r"(?:(\d{1,3}):)?(\d{1,3}):(\d{2})(?:[.,](\d{1,3}))?"
NAME = r"(?P<name>\w[\w.'’-]{0,30}(?: \w[\w.'’-]{0,30}){0,3})"
TIME_LINE = re.compile(rf"[\[(]?{TIME}[\])]?")
RANGE_LINE = re.compile(rf"[\[(]?{TIME}\s?(?:-|–|—|-+>|to)\s?{TIME}[\])]?")
TIME_BEFORE = re.compile(rf"\[{TIME}\]\s+(?=\S)")
SPEAKER_AND_TIME = (
    re.compile(rf"{NAME} \({TIME}\):?"),
    re.compile(rf"{NAME}(?:\s{{2,10}}|\t){TIME}"),
    re.compile(rf"\[{NAME}\] {TIME}"),
)


def read(text: str) -> CueFile:
    """Read plain text as cues of which at most the beginning is known."""
    cues = Cues()
    place, number = 0, 1
    for paragraph in [*BLANK.finditer(text), None]:
        end = paragraph.start() if paragraph else len(text)
        _paragraph(text[place:end].split("\n"), number, cues)
        following = paragraph.end() if paragraph else end
        number += text.count("\n", place, following)
        place = following
    return CueFile(cues=cues.found())


def _paragraph(lines: list[str], number: int, cues: Cues) -> None:
    """Add the cues of a paragraph: one, and one more from each time on."""
    said: list[Line] = []
    start: int | None = None
    end: int | None = None
    speaker = ""
    for line in (line.strip() for line in lines):
        alone = TIME_LINE.fullmatch(line) or RANGE_LINE.fullmatch(line)
        named = next((found for look in SPEAKER_AND_TIME if (found := look.fullmatch(line))), None)
        before = TIME_BEFORE.match(line)
        found = alone or named or before
        if found:
            cues.add(said, start, end, number=number)
            times = found.groups()[1:] if named and not alone else found.groups()
            said, start = [], _milliseconds(times[:4])
            end = _milliseconds(times[4:]) if len(times) > 4 else None
            speaker = named["name"] if named and not alone else speaker if before else ""
        if found is None or found is before:
            said.append(plain_line(line[before.end() :] if before else line, speaker))
    cues.add(said, start, end, number=number)


def _milliseconds(time: Sequence[str | None]) -> int:
    hours, minutes, seconds, rest = (part or "0" for part in time)
    return ((int(hours) * 60 + int(minutes)) * 60 + int(seconds)) * 1000 + int(rest.ljust(3, "0"))
