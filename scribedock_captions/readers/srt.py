"""SubRip, as it is found: a line with two times, and the text up to the next such line.

The number before the times is optional, the decimal mark is a comma or a point, markup is left out.
"""

from __future__ import annotations

import re

from scribedock_captions.errors import UnreadableFile
from scribedock_captions.readers.cue import CueFile, Cues, Line

TIME = r"(\d{1,4}):(\d{1,2}):(\d{1,2})(?:[,.:](\d{1,3}))?"
TIMES = re.compile(rf"^[^\S\n]*{TIME}[^\S\n]*-{{2,3}}>[^\S\n]*{TIME}[^\n]*$", re.MULTILINE)
MARKUP = re.compile(r"</?(?:b|i|u|s|font)(?:\s[^<>]{0,200})?>|\{\\[^{}]{0,200}\}", re.IGNORECASE)


def read(text: str) -> CueFile:
    """Read an SRT file.  Raises UnreadableFile where there are no times."""
    cues = Cues()
    found = list(TIMES.finditer(text))
    if not found and text.strip():
        raise UnreadableFile("The SRT transcript has no line as 00:00:01,000 --> 00:00:02,000")
    ends = [match.start() for match in found[1:]] + [len(text)] * bool(found)
    for number, (match, end) in enumerate(zip(found, ends, strict=True), start=1):
        body = text[match.end() : end]
        if number < len(found):
            body = _without_number(body, number + 1)
        lines = [Line(text=line) for line in MARKUP.sub("", body).split("\n")]
        cues.add(lines, _milliseconds(match.groups()[:4]), _milliseconds(match.groups()[4:]))
    return CueFile(cues=cues.found())


def _without_number(body: str, expected: int) -> str:
    """Remove the number of the next block, which is the last line, after an empty one."""
    before, _, last = body.rstrip().rpartition("\n")
    if not last.strip().isdecimal():
        return body
    is_number = not before.rpartition("\n")[2].strip() or last.strip() == str(expected)
    return before if is_number else body


def _milliseconds(parts: tuple[str | None, ...]) -> int:
    hours, minutes, seconds, rest = (part or "0" for part in parts)
    return ((int(hours) * 60 + int(minutes)) * 60 + int(seconds)) * 1000 + int(rest.ljust(3, "0"))
