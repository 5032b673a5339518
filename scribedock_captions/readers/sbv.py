"""SubViewer as YouTube writes it: both times on a line, the text, a blank line.  Hours may be missing."""

from __future__ import annotations

import re
from itertools import pairwise

from scribedock_captions.errors import UnreadableFile
from scribedock_captions.readers.cue import CueFile, Cues, plain_line
from scribedock_captions.readers.warnings import SHOWN_NEXT, Warnings, quoted

TIME = r"([-−])?(?:(\d{1,6}):)?(\d{1,6}):(\d{1,2})[.,](\d{1,9})"
TIMES = re.compile(rf"\s*{TIME}[ \t]?[,;][ \t]?{TIME}\s*")
LIKE_TIMES = re.compile(
    r"\s*[-−]?\d{1,6}:\d{1,2}[:\d]{0,9}[.,]?\d{0,9}[ \t]?[,;][ \t]?[-−]?\d{1,6}:\d{1,2}[:\d.,]{0,20}\s*"
)
BEGINNING = re.compile(rf"\s*{TIME}[ \t]?[,;]")
ONE_TIME = re.compile(rf"\s*(?:{TIME}[ \t]?[,;]\S{{0,20}}|\S{{1,20}}?[,;][ \t]?{TIME})\s*")
"""Times of which one at least can be read."""
BREAK = re.compile(r"\[br\]", re.IGNORECASE)
EXACT_TIME = r"[-−]?(?:\d{1,6}:)?\d{1,2}:\d{2}[.,]\d{3}"
SIGNATURE = re.compile(rf"\ufeff?\s*{EXACT_TIME},{EXACT_TIME}[^\S\n]*\n")


def read(text: str) -> CueFile:
    """Read an SBV file.  Raises UnreadableFile where there are no times."""
    warnings = Warnings()
    cues = Cues(warnings)
    lines = text.split("\n")
    blocks = [place for place, line in enumerate(lines) if len(line) < 100 and _is_times(lines, place)]
    if text.strip() and not any(TIMES.fullmatch(lines[place]) for place in blocks):
        raise UnreadableFile("The SBV transcript has no line as 0:00:01.000,0:00:02.000")
    for place, line in enumerate(lines[: blocks[0]] if blocks else []):
        if line.strip("\ufeff \t"):
            warnings.add(f"text before the first times is left out: {quoted(line)}", place + 1)
    for place, following in pairwise([*blocks, len(lines)]):
        body = "\n".join(lines[place + 1 : following])
        said = [plain_line(line) for line in BREAK.sub("\n", body).split("\n")]
        match = TIMES.fullmatch(lines[place])
        if match is None:
            beginning = BEGINNING.match(lines[place])
            start = _milliseconds(beginning.groups()) if beginning else None
            follows = SHOWN_NEXT if start is None else "the caption is shown as long as it takes to say it"
            warnings.add(f"cannot read the times {quoted(lines[place])}; {follows}", place + 1)
            cues.add(said, start, number=place + 1)
        else:
            times = match.groups()
            cues.add(said, _milliseconds(times[:5]), _milliseconds(times[5:]), number=place + 1)
    return CueFile(cues=cues.found(), warnings=warnings.found())


def _is_times(lines: list[str], place: int) -> bool:
    """Tell whether a line has times, or was meant to: it stands at the beginning of a block then."""
    line = lines[place]
    if TIMES.fullmatch(line):
        return True
    begins = not place or not lines[place - 1].strip()
    return begins and (LIKE_TIMES.fullmatch(line) or ONE_TIME.fullmatch(line)) is not None


def _milliseconds(parts: tuple[str | None, ...]) -> int:
    sign = parts[0]
    hours, minutes, seconds, rest = (part or "0" for part in parts[1:])
    found = ((int(hours) * 60 + int(minutes)) * 60 + int(seconds)) * 1000 + int(rest.ljust(3, "0")[:3])
    return -found if sign else found
