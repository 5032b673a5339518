"""SubRip, as it is found: a line with two times, and the text up to the next such line.

The number before the times is optional, the decimal mark is a comma or a point, markup is left out.
"""

from __future__ import annotations

import re

from scribedock.captions.readers.cue import CueFile, Cues, Line
from scribedock.errors import InvalidQuery

TIME = r"(\d{1,4}):(\d{1,2}):(\d{1,2})(?:[,.:](\d{1,3}))?"
TIMES = re.compile(rf"^[^\S\n]*{TIME}[^\S\n]*-{{2,3}}>[^\S\n]*{TIME}[^\n]*$", re.MULTILINE)
NUMBER = re.compile(r"(?:\A|\n)\s*\d+\s*\Z")
MARKUP = re.compile(r"</?(?:b|i|u|s|font)(?:\s[^<>]{0,200})?>|\{\\[^{}]{0,200}\}", re.IGNORECASE)


def read(text: str) -> CueFile:
    """Raises InvalidQuery where there are no times."""
    cues = Cues()
    found = list(TIMES.finditer(text))
    if not found and text.strip():
        raise InvalidQuery("The SRT transcript has no line as 00:00:01,000 --> 00:00:02,000")
    for place, match in enumerate(found):
        last = place + 1 == len(found)
        body = text[match.end() : len(text) if last else found[place + 1].start()]
        if not last:
            body = NUMBER.sub("", body)
        start, end = _milliseconds(match.groups()[:4]), _milliseconds(match.groups()[4:])
        cues.add([Line(text=line) for line in MARKUP.sub("", body).split("\n")], start, end)
    return CueFile(cues=cues.found())


def _milliseconds(parts: tuple[str | None, ...]) -> int:
    hours, minutes, seconds, rest = (part or "0" for part in parts)
    return ((int(hours) * 60 + int(minutes)) * 60 + int(seconds)) * 1000 + int(rest.ljust(3, "0"))
