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
from scribedock_captions.readers.subrip_markup import without_overrides
from scribedock_captions.readers.warnings import Warnings, quoted
from scribedock_captions.readers.web_vtt_settings import placement_of
from scribedock_captions.readers.web_vtt_text import lines_of

SIGNATURE = re.compile(r"\ufeff?WEBVTT(?![^ \t\n])")
LIKE_SIGNATURE = re.compile(r"\ufeff?\s*WEBVTT(?![^\s:-])", re.IGNORECASE)
"""What other programs write, and a player refuses."""
SPACE = "[ \\t\\n\\f\\r]*"
TIMESTAMP = r"(?:([0-9]+):)?([0-9]{2}):([0-9]{2})\.([0-9]{3})(?![0-9])"
TIMINGS = re.compile(f"{SPACE}{TIMESTAMP}{SPACE}-->{SPACE}{TIMESTAMP}")
LANGUAGE = re.compile(
    r"(?:\A|Kind[ \t]*[:=][ \t]*\w{1,20}[;,]?[ \t]{1,5})Language[ \t]*[:=][ \t]*([^\s;,]{1,50})[ \t;]*\Z",
    re.IGNORECASE,
)
LANGUAGE_TAG = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{1,8}){0,5}")
KIND = re.compile(r"(?:\A|[\s;])Kind[ \t]*[:=][ \t]*(chapters|metadata)\b", re.IGNORECASE)
NUMBER = re.compile(r"[0-9]{1,6}")
COMMENT = re.compile(r"NOTE(?![^ \t])")
STYLE_SHEET = re.compile(r"(?:STYLE|REGION)[ \t]*")
HEADER_STYLE = re.compile(r"Style:[ \t]*")  # YouTube's files had one, up to the end of the header
STYLES_LEFT_OUT = "the styles and regions of the file are left out"
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
    return _read(text, 0, Warnings())


def read_alike(text: str) -> CueFile:
    """Read what is WebVTT but for its first line, as programs write it.  Raises UnreadableFile."""
    like = LIKE_SIGNATURE.match(text)
    if like is None or SIGNATURE.match(text):
        return read(text)
    warnings = Warnings()
    above = text.count("\n", 0, like.end())
    warnings.add("the file should begin with WEBVTT in capitals, and with nothing else", above + 1)
    return _read(text, above, warnings)


def _read(text: str, above: int, warnings: Warnings) -> CueFile:
    """Read a file that begins after this many lines."""
    cues = Cues(warnings)
    lines = text.split("\n")
    language = _header(lines[above:], above, warnings)
    for block in _blocks(lines, above + 1, warnings):
        said, placement = block.text, block.placement
        if "{\\" in said:
            warnings.add_once("overrides of SubStation Alpha are read as they are in SubRip", block.place + 1)
            said, where = without_overrides(said, warnings, block.place + 1)
            placement = where or placement
        cues.add(
            lines_of(said, warnings, block.place + 1),
            *block.timings,
            placement=placement,
            number=block.place,
        )
    return CueFile(cues=cues.found(), language=language, warnings=warnings.found())


def _header(lines: list[str], above: int, warnings: Warnings) -> str:
    """Return the language that the header names, as YouTube's files do; report what else it says of use."""
    for number, line in enumerate(lines[:50], start=above + 1):
        if not line or "-->" in line:
            break
        if kind := KIND.search(line):
            warnings.add(f"the file has {kind[1].lower()}, read as captions here", number)
        if match := LANGUAGE.search(line):
            if LANGUAGE_TAG.fullmatch(match[1]):
                return match[1]
            warnings.add(f"{quoted(match[1])} names no language as en or pt-BR do", number)
    return ""


def _blocks(lines: list[str], place: int, warnings: Warnings) -> Iterator[_Block]:
    if lines[-1] == "":
        lines.pop()  # what is after the last line feed is no line
    in_header = len(lines) > place and lines[place] != ""
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
                if _is_next_number(lines, first, place - 1, begin):
                    warnings.add("an empty line before the number of the caption is missing", place)
                    place, end = place - 1, place - 1
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


def _is_next_number(lines: list[str], first: int, place: int, begin: int) -> bool:
    """Tell whether a line is the number that follows the one before the caption in which it stands."""
    own, line = lines[first].strip(), lines[place].strip()
    return (
        place >= begin == first + 2
        and NUMBER.fullmatch(own) is not None
        and NUMBER.fullmatch(line) is not None
        and int(line) == int(own) + 1
    )


def _report(lines: list[str], first: int, warnings: Warnings, *, in_header: bool, reported: bool) -> None:
    """Report a block that is no caption, unless it is a comment or the header."""
    if not lines or reported:
        return
    if STYLE_SHEET.fullmatch(lines[0]):
        warnings.add_once(STYLES_LEFT_OUT, first + 1)
    elif in_header:
        if any(HEADER_STYLE.fullmatch(line) for line in lines):
            warnings.add_once(STYLES_LEFT_OUT, first + 1)
            lines = lines[: next(at for at, line in enumerate(lines) if HEADER_STYLE.fullmatch(line))]
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
