"""SubRip, as it is found: a line with two times, and the text up to the next such line.

No standard describes it.  The number before the times is optional, hours too; the decimal mark is a comma or
a point, and any number of digits may follow it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from scribedock_captions.errors import UnreadableFile
from scribedock_captions.placement import Placement
from scribedock_captions.readers.cue import CueFile, Cues
from scribedock_captions.readers.subrip_markup import SubRipText
from scribedock_captions.readers.warnings import SHOWN_NEXT, Warnings, quoted
from scribedock_captions.readers.web_vtt_settings import placement_of

COLON = r"[ \t]?[:：][ \t]?"
TIME = (
    rf"(?P<sign{{0}}>[-−])?(?:(?P<hours{{0}}>\d{{{{1,9}}}}){COLON})?(?P<minutes{{0}}>\d{{{{1,9}}}}){COLON}"
    r"(?P<seconds{0}>\d{{1,9}})(?:[ \t]?(?P<mark{0}>[,.:;，．])[ \t]?(?P<rest{0}>\d{{1,30}}))?"
)
ARROW = r"(?P<arrow>-{1,3}[ \t]?>|[–—−]{1,2}>|[→⟶➔])"
FROM, TO = TIME.format(1), TIME.format(2)
TIMES = re.compile(rf"[^\S\n]*{FROM}[^\S\n]*{ARROW}[^\S\n]*{TO}(?P<after>[^\d\n][^\n]*)?")
ANY_TIME = re.compile(r"\d{1,9}[:：]\d{1,9}(?:[:：,.]\d{1,9})?")
ANY_ARROW = re.compile(r"-{2,3}[ \t]?>|[–—−]{1,2}>")
COORDINATES = re.compile(r"(?:[^\S\n]*[XY][12]:-?\d{1,6})+[^\S\n]*")
SETTINGS = re.compile(r"(?:[^\S\n]*(?:align|line|position|size|vertical|region):\S{1,60})+[^\S\n]*")


@dataclass(frozen=True, slots=True)
class _Block:
    """A line of times, and where it stands."""

    place: int
    start: int | None  # ms
    end: int | None
    after: str = ""  # what else stands in the line
    readable: bool = True
    frames: bool = False  # it ends with a colon and two digits, as a time with frames does


def looks_like_times(line: str) -> bool:
    """Tell whether a line has the two times of a caption."""
    return _times(line, 0) is not None


def read(text: str) -> CueFile:
    """Read an SRT file.  Raises UnreadableFile where there are no times."""
    warnings = Warnings()
    lines = text.split("\n")
    blocks = [
        block
        for place, line in enumerate(lines)
        if _may_be_times(line) and (block := _times(line, place) or _unreadable(line, place))
    ]
    if not any(block.readable for block in blocks) and text.strip():
        raise UnreadableFile("The SRT transcript has no line as 00:00:01,000 --> 00:00:02,000")
    numbers = _numbers(lines, blocks)
    cues = Cues(warnings)
    markup = SubRipText(warnings)
    if blocks:
        _report_preamble(lines[: blocks[0].place], 0 in numbers, warnings)
    for position, block in enumerate(blocks):
        following = blocks[position + 1].place if position + 1 < len(blocks) else len(lines)
        body = lines[block.place + 1 : following]
        if position + 1 in numbers:
            _remove_number(body)
        said, placement = markup.read("\n".join(body), block.place + 2)
        before, settings = _after_times(block, warnings)
        if before:
            said = [*markup.read(before, block.place + 1)[0], *said]
        if not block.readable:
            warnings.add(
                f"cannot read the times {quoted(lines[block.place])}; {SHOWN_NEXT}",
                block.place + 1,
            )
        if block.frames:
            warnings.add_once(
                "the file has frames in its times, and does not say how many a second has; they are read as "
                "decimals",
                block.place + 1,
            )
        cues.add(said, block.start, block.end, placement=placement or settings, number=block.place + 1)
    return CueFile(cues=cues.found(), warnings=warnings.found())


def _may_be_times(line: str) -> bool:
    return ">" in line or "→" in line or "⟶" in line or "➔" in line


def _times(line: str, place: int) -> _Block | None:
    match = TIMES.match(line)
    if match is None or (match["after"] is None and match.end() != len(line.rstrip())):
        return None
    if not match["arrow"].startswith("--") and not (match["rest1"] and match["rest2"]):
        return None  # "9:30 -> 10:15" is what somebody says
    return _Block(
        place,
        _milliseconds(match, 1),
        _milliseconds(match, 2),
        after=(match["after"] or "").strip(),
        frames=any(match[f"mark{side}"] in (":", ";") and len(match[f"rest{side}"]) < 3 for side in (1, 2)),
    )


def _unreadable(line: str, place: int) -> _Block | None:
    """Recognise a line that was meant for times: there is an arrow, and a time on one side of it at least."""
    arrow = ANY_ARROW.search(line)
    if arrow is None or len(line) > 200:
        return None
    sides = (line[: arrow.start()].strip(), line[arrow.end() :].strip())
    if not any(ANY_TIME.match(side) for side in sides):
        return None
    return _Block(place, None, None, readable=False)


def _milliseconds(match: re.Match[str], side: int) -> int:
    hours, minutes = int(match[f"hours{side}"] or 0), int(match[f"minutes{side}"])
    rest = (match[f"rest{side}"] or "0").ljust(3, "0")
    found = ((hours * 60 + minutes) * 60 + int(match[f"seconds{side}"])) * 1000 + int(rest[:3])
    if len(rest) > 3 and rest[3] >= "5":
        found += 1
    return -found if match[f"sign{side}"] else found


def _numbers(lines: Sequence[str], blocks: Sequence[_Block]) -> frozenset[int]:
    """Find the blocks before whose times a number stands, so that a caption "3" stays one.

    A file has numbers where most of its blocks have one straight before the times, after an empty line; or,
    in a file with an empty line after each other, before that.
    """
    close, apart = set(), set()
    for position, block in enumerate(blocks):
        first = blocks[position - 1].place + 1 if position else 0
        place = block.place - 1
        if place >= first and lines[place].strip().isdecimal():
            if place == first or not lines[place - 1].strip() or lines[place].strip() == str(position + 1):
                close.add(position)
        elif place > first and not lines[place].strip() and lines[place - 1].strip().isdecimal():
            number = lines[place - 1].strip()
            if (place - 1 == first or not lines[place - 2].strip()) and number.lstrip("0") == str(
                position + 1
            ):
                apart.add(position)
    if len(close) * 2 >= len(blocks) or 0 in close:
        return frozenset(close)
    return frozenset(apart) if len(apart) * 2 > len(blocks) else frozenset()


def _remove_number(body: list[str]) -> None:
    while body and not body[-1].strip():
        body.pop()
    if body:
        body.pop()


def _report_preamble(lines: list[str], numbered: bool, warnings: Warnings) -> None:
    if numbered:
        _remove_number(lines)
    for place, line in enumerate(lines):
        if line.strip():
            warnings.add(f"text before the first times is left out: {quoted(line)}", place + 1)


def _after_times(block: _Block, warnings: Warnings) -> tuple[str, Placement | None]:
    """Return what is said in the line of the times, and where the caption stands by what that line says."""
    if not block.after:
        return "", None
    if SETTINGS.fullmatch(block.after):
        return "", placement_of(block.after)
    if COORDINATES.fullmatch(block.after):
        warnings.add_once("coordinates after the times are left out", block.place + 1)
        return "", None
    return block.after, None
