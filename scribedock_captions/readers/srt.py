"""SubRip, as it is found: a line with two times, and the text up to the next such line.

No standard describes it.  The number before the times is optional, hours too; the decimal mark is a comma or
a point, and any number of digits may follow it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from scribedock_captions.errors import UnreadableFile
from scribedock_captions.placement import Placement
from scribedock_captions.readers.cue import CueFile, Cues
from scribedock_captions.readers.srt_times import Block, blocks_of, index_of
from scribedock_captions.readers.subrip_markup import SubRipText
from scribedock_captions.readers.warnings import SHOWN_NEXT, Warnings, quoted
from scribedock_captions.readers.web_vtt_settings import is_setting, placement_of

COORDINATE = re.compile(r"[XY][12]:-?\d{1,6}")
WORD = re.compile(r"\S+")
ARROW_FIRST = re.compile(r"(?:-{1,3}>|→)")


def read(text: str) -> CueFile:
    """Read an SRT file.  Raises UnreadableFile where there are no times."""
    warnings = Warnings()
    lines = text.split("\n")
    blocks = blocks_of(lines)
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
        elif position + 1 == len(blocks) and position in numbers:
            _report_last_number(body, index_of(lines[block.place - 1]), block.place + 1, warnings)
        said, placement = markup.read("\n".join(body), block.place + 2)
        before, settings = _after_times(block, warnings)
        if before:
            said = [*markup.read(before, block.place + 1)[0], *said]
        if not block.readable:
            follows = (
                SHOWN_NEXT if block.start is None else "the caption is shown as long as it takes to say it"
            )
            warnings.add(
                f"cannot read the times {quoted(lines[block.place])}; {follows}",
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


def _numbers(lines: Sequence[str], blocks: Sequence[Block]) -> frozenset[int]:
    """Find the blocks before whose times a number stands, so that a caption "3" stays one.

    A file has numbers where most of its blocks have one straight before the times, after an empty line; or,
    in a file with an empty line after each other, before that.  Without an empty line, a number counts if it
    follows the one before, or is that of the block.
    """
    close, apart = set(), set()
    latest = 0
    for position, block in enumerate(blocks):
        first = blocks[position - 1].place + 1 if position else 0
        place = block.place - 1
        number = index_of(lines[place]) if place >= first else None
        if number is not None:
            in_order = number in (position + 1, latest + 1 if latest else position + 1)
            after_blank = place > first and not lines[place - 1].strip()
            if after_blank or (in_order and (place > first or 0 in close)) or place == first == 0:
                close.add(position)
                latest = number
        elif place > first and not lines[place].strip():
            number = index_of(lines[place - 1])
            if number == position + 1 and (place - 1 == first or not lines[place - 2].strip()):
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


def _report_last_number(body: list[str], before: int | None, place: int, warnings: Warnings) -> None:
    """Leave out a number after the last caption, which has no times and no text."""
    end = next((at for at in range(len(body) - 1, 0, -1) if body[at].strip()), 0)
    if end and not body[end - 1].strip() and before is not None and index_of(body[end]) == before + 1:
        warnings.add(f"the number {quoted(body[end])} has no times, and is left out", place + end + 1)
        del body[end:]


def _after_times(block: Block, warnings: Warnings) -> tuple[str, Placement | None]:
    """Return what is said in the line of the times, and where the caption stands by what that line says."""
    settings = []
    place = 0
    for word in WORD.finditer(block.after):
        if is_setting(word[0]):
            settings.append(word[0])
        elif COORDINATE.fullmatch(word[0]):
            warnings.add_once("coordinates after the times are left out", block.place + 1)
        else:
            break
        place = word.end()
    said = block.after[place:].strip()
    if ARROW_FIRST.match(said):
        warnings.add(f"the line has more than two times: {quoted(said)} is left out", block.place + 1)
        said = ""
    return said, placement_of(" ".join(settings))
