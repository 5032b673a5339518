"""Plain text: empty lines divide its paragraphs; a time at the beginning of a line says when that is said.

So do the times that transcripts of Otter, Rev, Zoom and others have beside the name of a speaker.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from scribedock_captions.readers.cue import CueFile, Cues, Line, plain_line
from scribedock_captions.readers.warnings import Warnings

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
BEGINNINGS = (
    re.compile(rf"[\[(]?{TIME}(?:[:;]\d\d)?[\])]?(?:\s?[-–—:])?\s+(?=\S)"),
    re.compile(rf"{NAME} [\[(]{TIME}[\])]:?\s+(?=\S)"),
    re.compile(rf"{NAME} {TIME}:?\Z"),
)
"""What begins lines of a text that has such a time in many of them, each later than the one before."""
LEAST_TIMED = 2  # lines
MANY = 1 / 3


def read(text: str) -> CueFile:
    """Read plain text as cues of which at most the beginning is known."""
    warnings = Warnings()
    cues = Cues(warnings)
    beginning, first = _beginning([line.strip() for line in text.split("\n")])
    if beginning:
        warnings.add("times at the beginning of lines are read as when these are said", first)
    place, number = 0, 1
    for paragraph in [*BLANK.finditer(text), None]:
        end = paragraph.start() if paragraph else len(text)
        _paragraph(text[place:end].split("\n"), number, cues, beginning)
        following = paragraph.end() if paragraph else end
        number += text.count("\n", place, following)
        place = following
    return CueFile(cues=cues.found(), warnings=warnings.found())


def _beginning(lines: Sequence[str]) -> tuple[re.Pattern[str] | None, int]:
    """Find what begins many lines with a time that ascends, and the first such line, from 1."""
    written = sum(bool(line) for line in lines)
    for look in BEGINNINGS:
        found = [
            (number, match)
            for number, line in enumerate(lines, start=1)
            if (match := look.match(line)) and not TIME_BEFORE.match(line)
        ]
        times = [_milliseconds(match.groups()[-4:]) for _, match in found]
        if len(times) >= LEAST_TIMED and len(times) >= MANY * written and times == sorted(set(times)):
            return look, found[0][0]
    return None, 0


def _paragraph(lines: list[str], number: int, cues: Cues, beginning: re.Pattern[str] | None) -> None:
    """Add the cues of a paragraph: one, and one more from each time on."""
    said: list[Line] = []
    start: int | None = None
    end: int | None = None
    speaker = ""
    for line in (line.strip() for line in lines):
        alone = TIME_LINE.fullmatch(line) or RANGE_LINE.fullmatch(line)
        named = next((found for look in SPEAKER_AND_TIME if (found := look.fullmatch(line))), None)
        before = TIME_BEFORE.match(line)
        begun = beginning.match(line) if beginning and not (alone or named or before) else None
        found = alone or named or before or begun
        if found:
            cues.add(said, start, end, number=number)
            names = found.groupdict()
            times = found.groups()[len(names) :]
            said, start = [], _milliseconds(times[:4])
            end = _milliseconds(times[4:]) if len(times) > 4 else None
            speaker = names.get("name", "" if found is alone else speaker)
        if found is None or found in (before, begun):
            said.append(plain_line(line[found.end() :] if found else line, speaker))
    cues.add(said, start, end, number=number)


def _milliseconds(time: Sequence[str | None]) -> int:
    hours, minutes, seconds, rest = (part or "0" for part in time)
    return ((int(hours) * 60 + int(minutes)) * 60 + int(seconds)) * 1000 + int(rest.ljust(3, "0"))
