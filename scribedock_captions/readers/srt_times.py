"""The lines of times in SubRip, in every spelling that is found, and what merely looks like one.

A line with an arrow and two times is one.  Without an arrow, as in what Premiere exports, nothing else may
stand in the line, and both times must have hours and a fraction, which nobody says.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

INVISIBLE = "\ufeff\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069"
"""Marks of byte order and of direction, and spaces of no width: they mean nothing beside a time."""
BESIDE = " \t\ufeff\u200b\u200e\u200f\u202c\u2060\u2069"
GAP = rf"[\s{INVISIBLE}]{{0,20}}"
COLON = r"[ \t]?[:：][ \t]?"
TIME = (
    rf"(?P<sign{{0}}>[-−])?(?:(?P<hours{{0}}>\d{{{{1,9}}}}){COLON})?(?P<minutes{{0}}>\d{{{{1,9}}}}){COLON}"
    r"(?P<seconds{0}>\d{{1,9}})"
    r"(?:[ \t]?(?P<mark{0}>[,.:;，．'’])[ \t]?(?P<rest{0}>\d{{1,30}}))?"
)
FROM, TO = TIME.format(1), TIME.format(2)
ARROW = r"(?P<arrow>(?:-|&#45;){1,3}[ \t]?(?:>|&gt;)|[–—−]{1,2}>|[→⟶➔])"
INDEX = re.compile(rf"{GAP}[#№]?[ \t]?(?P<number>\d{{1,9}})[ \t]?[.):]?{GAP}")
TIMES = re.compile(
    rf"{GAP}(?:(?P<index>[#№]?\d{{1,9}}[.):]?)[ \t]{{1,20}})?[\[(\"]?{FROM}{GAP}{ARROW}{GAP}{TO}"
    rf"[\])\"]?(?P<after>(?!\d)[^\n]*)"
)
OTHER_ARROW = r"(?:-{1,3}|[–—−]{1,2}|={1,2}>?|>{1,2}|[~|/,;]|to|bis|a|[ \t])"
WITHOUT_ARROW = re.compile(rf"{GAP}[\[(\"]?{FROM}{GAP}{OTHER_ARROW}{GAP}{TO}[\])\"]?{GAP}")
IN_SECONDS = re.compile(rf"{GAP}(\d{{1,7}}[.,]\d{{1,6}}){GAP}(?:-->|→){GAP}(\d{{1,7}}[.,]\d{{1,6}}){GAP}")
BEGINNING = re.compile(rf"{GAP}{FROM}{GAP}{ARROW}")
DOTTED = re.compile(r"(?<![\d.;])(\d{1,3})([;.])(\d{1,2})\2(\d{1,2})(?=[,.:;]\d{1,3}(?!\d))")
"""Hours, minutes and seconds with points or semicolons between them."""
SPACED = re.compile(r"(\d:\d\d) (\d{3})(?!\d)")
"""Seconds, a space, and milliseconds."""
DIGIT = re.compile(r"\d")
ANY_TIME = re.compile(r"\d{1,9}(?:[:：]\d{1,9}|\s?(?:h|m|min|s|sec|ms)(?![^\W\d]))", re.IGNORECASE)
ANY_ARROW = re.compile(r"(?:-|&#45;){2,3}[ \t]?(?:>|&gt;)|[–—−]{1,2}>")
WORDS_FIRST = re.compile(r"\s*[^\W\d]{2,} ")
WITH_HOURS = re.compile(r"\d{1,9}[:：.;]\w{1,9}[:：.;]\w{1,9}")
MAX_LINE = 200  # characters of a line of times that is not readable, or has no arrow


@dataclass(frozen=True, slots=True)
class Block:
    """A line of times, and where it stands."""

    place: int
    start: int | None  # ms
    end: int | None
    after: str = ""  # what else stands in the line
    readable: bool = True
    exact: bool = True  # no words of a caption look like it
    frames: bool = False  # it ends with a colon and two digits, as a time with frames does


def looks_like_times(line: str) -> bool:
    """Tell whether a line has the two times of a caption."""
    return _readable(line, 0) is not None


def blocks_of(lines: Sequence[str]) -> list[Block]:
    """Find the lines of times.

    Where the others have fractions, one without is taken for what somebody says ("9:30 --> 10:15"), unless
    it stands at the beginning of a block.
    """
    found = [block for place, line in enumerate(lines) if (block := _block(line, place))]
    if sum(block.exact for block in found) * 2 < len(found):
        return found
    return [block for block in found if block.exact or _begins_block(lines, block.place)]


def index_of(line: str) -> int | None:
    """Return the number that stands before times: 7, also written as 7. or #7."""
    match = INDEX.fullmatch(line) if len(line) < MAX_LINE else None
    return int(match["number"]) if match else None


def _begins_block(lines: Sequence[str], place: int) -> bool:
    return not place or not lines[place - 1].strip() or index_of(lines[place - 1]) is not None


def _block(line: str, place: int) -> Block | None:
    if DIGIT.search(line, 0, MAX_LINE) is None:
        return None
    return _readable(line, place) or _unreadable(line, place)


def _readable(line: str, place: int) -> Block | None:
    if len(line) > MAX_LINE and "-->" not in line:
        return None
    spelled = DOTTED.sub(r"\1:\3:\4", line)
    if len(SPACED.findall(spelled)) == 2:
        spelled = SPACED.sub(r"\1,\2", spelled)
    if match := TIMES.fullmatch(spelled):
        return _arrowed(match, place)
    if seconds := IN_SECONDS.fullmatch(line):
        start, end = (round(float(each.replace(",", ".")) * 1000) for each in seconds.groups())
        return Block(place, start, end, exact=False)
    match = WITHOUT_ARROW.fullmatch(spelled)
    if match and all(match[f"hours{side}"] and _fraction(match, side) for side in (1, 2)):
        return _timed(match, place, exact=False)
    return None


def _arrowed(match: re.Match[str], place: int) -> Block | None:
    exact = bool(_fraction(match, 1) and _fraction(match, 2))
    if not exact and (match["index"] or not match["arrow"].startswith(("--", "&#45;&#45;"))):
        return None  # "9:30 -> 10:15" is what somebody says
    if not _fraction(match, 2) and match["after"][:1].isalnum():
        return None
    return _timed(match, place, match["after"].strip(BESIDE), exact=exact)


def _timed(match: re.Match[str], place: int, after: str = "", *, exact: bool = True) -> Block:
    return Block(
        place,
        _milliseconds(match, 1),
        _milliseconds(match, 2),
        after=after,
        exact=exact,
        frames=any(match[f"mark{side}"] in (":", ";") and len(match[f"rest{side}"]) < 3 for side in (1, 2)),
    )


def _unreadable(line: str, place: int) -> Block | None:
    """Recognise a line that was meant for times: there is an arrow, and a time on one side of it at least."""
    arrow = ANY_ARROW.search(line) if len(line) <= MAX_LINE else None
    if arrow is None or WORDS_FIRST.match(line):
        return None
    sides = (line[: arrow.start()].strip(), line[arrow.end() :].strip())
    if not any(ANY_TIME.match(side) for side in sides):
        return None
    beginning = BEGINNING.match(line)
    start = _milliseconds(beginning, 1) if beginning and _fraction(beginning, 1) else None
    exact = any(WITH_HOURS.match(side) for side in sides)
    return Block(place, start, None, readable=False, exact=exact)


def _fraction(match: re.Match[str], side: int) -> str:
    return match[f"rest{side}"] or ""


def _milliseconds(match: re.Match[str], side: int) -> int:
    hours, minutes = int(match[f"hours{side}"] or 0), int(match[f"minutes{side}"])
    rest = (_fraction(match, side) or "0").ljust(3, "0")
    found = ((hours * 60 + minutes) * 60 + int(match[f"seconds{side}"])) * 1000 + int(rest[:3])
    if len(rest) > 3 and rest[3] >= "5":
        found += 1
    return -found if match[f"sign{side}"] else found
