"""WebVTT, read as the W3C's parsing algorithm says (WebVTT, §6): nothing that it reads is refused.

What that algorithm, and a player with it, ignores silently is reported.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from scribedock_captions.errors import UnreadableFile
from scribedock_captions.placement import Placement
from scribedock_captions.readers.cue import CueFile, Cues
from scribedock_captions.readers.warnings import Warnings, quoted
from scribedock_captions.readers.web_vtt_settings import placement_of
from scribedock_captions.readers.web_vtt_text import lines_of

SIGNATURE = re.compile(r"\ufeff?WEBVTT(?![^ \t\n])")
SPACE = "[ \\t\\n\\f\\r]*"
TIMESTAMP = r"(?:([0-9]+):)?([0-9]{2}):([0-9]{2})\.([0-9]{3})(?![0-9])"
TIMINGS = re.compile(f"{SPACE}{TIMESTAMP}{SPACE}-->{SPACE}{TIMESTAMP}")
LANGUAGE = re.compile(
    r"Language[ \t]*[:=][ \t]*([A-Za-z]{2,8}(?:[-_][A-Za-z0-9]{1,8}){0,5})[ \t]*", re.IGNORECASE
)
COMMENT = re.compile(r"NOTE(?![^ \t])")
STYLE_SHEET = re.compile(r"(?:STYLE|REGION)[ \t]*")
HEADER_LINE = re.compile(r"[A-Za-z][\w-]{0,40}[ \t]*[:=]")
TIME_MAP = "X-TIMESTAMP-MAP"
MAX_HOUR_DIGITS = 6


@dataclass(frozen=True, slots=True)
class _Block:
    timings: tuple[int, int]
    text: str
    placement: Placement | None
    place: int  # of the first line of the text, from 0


def read(text: str) -> CueFile:
    """Read a WebVTT file.  Raises UnreadableFile where it does not begin with WEBVTT."""
    if not SIGNATURE.match(text):
        raise UnreadableFile("The VTT transcript must begin with a line WEBVTT")
    warnings = Warnings()
    cues = Cues(warnings)
    lines = text.split("\n")
    for block in _blocks(lines, warnings):
        cues.add(
            lines_of(block.text, warnings, block.place + 1),
            *block.timings,
            placement=block.placement,
            number=block.place,
        )
    return CueFile(cues=cues.found(), language=_language(lines), warnings=warnings.found())


def _language(lines: list[str]) -> str:
    """Return the language that the header names, as YouTube's files do."""
    for line in lines[1:50]:
        if not line or "-->" in line:
            break
        if match := LANGUAGE.fullmatch(line):
            return match[1]
    return ""


def _blocks(lines: list[str], warnings: Warnings) -> Iterator[_Block]:
    if lines[-1] == "":
        lines.pop()  # what is after the last line feed is no line
    place = 1
    in_header = len(lines) > 1 and lines[1] != ""
    while place < len(lines):
        if lines[place] == "":
            place += 1
            continue
        block, place = _block(lines, place, warnings, in_header=in_header)
        in_header = False
        if block is not None:
            yield block


def _block(lines: list[str], place: int, warnings: Warnings, *, in_header: bool) -> tuple[_Block | None, int]:
    """Collect a block, and return the place after it: the standard's "collect a WebVTT block"."""
    timings = None
    placement = None
    seen_arrow = False
    begin = first = place
    end = place
    while place < len(lines) and lines[place] != "":
        line, count = lines[place], place - first + 1
        if "-->" in line:
            if in_header or not (count == 1 or (count == 2 and not seen_arrow)):
                break
            seen_arrow = True
            found = _timings(line)
            if found is None:
                warnings.add(
                    f"these times are not WebVTT's, and their caption is left out: {quoted(line)}; a time is "
                    "written as 00:00:01.000",
                    place + 1,
                )
            else:
                timings, placement = found
                begin = place + 1
        place += 1
        end = place
    if timings is None:
        _report(lines[first:end], first, warnings, in_header=in_header, reported=seen_arrow)
        return None, place
    return _Block(timings, "\n".join(lines[begin:end]), placement, begin), place


def _report(lines: list[str], first: int, warnings: Warnings, *, in_header: bool, reported: bool) -> None:
    """Report a block that is no caption, unless it is a comment or the header."""
    if not lines or reported:
        return
    if STYLE_SHEET.fullmatch(lines[0]):
        warnings.add_once("the styles and regions of the file are left out", first + 1)
    elif in_header:
        for place, line in enumerate(lines, start=first + 1):
            if line.startswith(TIME_MAP):
                warnings.add(f"{TIME_MAP} is not used: times count from the beginning of the file", place)
            elif not HEADER_LINE.match(line):
                warnings.add(f"text without times is left out: {quoted(line)}", place)
    elif not COMMENT.match(lines[0]):
        warnings.add(f"text without times is left out: {quoted(' '.join(lines))}", first + 1)


def _timings(line: str) -> tuple[tuple[int, int], Placement | None] | None:
    match = TIMINGS.match(line)
    if match is None:
        return None
    parts = match.groups()
    start, end = _milliseconds(parts[:4]), _milliseconds(parts[4:])
    if start is None or end is None:
        return None
    return (start, end), placement_of(line[match.end() :])


def _milliseconds(parts: tuple[str | None, ...]) -> int | None:
    hours, minutes, seconds, rest = (part or "0" for part in parts)
    if int(minutes) > 59 or int(seconds) > 59:
        return None
    hour = int(hours[-MAX_HOUR_DIGITS:]) if len(hours.lstrip("0")) <= MAX_HOUR_DIGITS else 10**MAX_HOUR_DIGITS
    return ((hour * 60 + int(minutes)) * 60 + int(seconds)) * 1000 + int(rest)
