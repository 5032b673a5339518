"""A decoder of CEA-608 pop-on captions, frame by frame, written from the standard and not from our encoder.

It fails where two pairs are sent in one frame, where a byte has even parity, and where a row runs over its
32 columns.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

LINE = re.compile(r"(\d\d+):([0-5]\d):([0-5]\d);([0-2]\d)\t((?:[0-9a-f]{4} ?)+)")
COLUMNS, ROWS = 32, 15
# 47 CFR 15.119 (g): the places in which the standard characters are not those of ASCII.
STANDARD = dict(zip("*\\^_`{|}~\x7f", "áéíóúç÷Ññ█", strict=True))
SPECIAL = "®°½¿™¢£♪à\u00a0èâêîôû"
EXTENDED = {
    0x12: "ÁÉÓÚÜü‘¡*'—©℠•“”ÀÂÇÈÊËëÎÏïÔÙùÛ«»",
    0x13: "ÃãÍÌìÒòÕõ{}\\^_|~ÄäÖöß¥¤¦ÅåØø┌┐└┘",
}
STYLE_LETTERS = {(False, False): ".", (True, False): "i", (False, True): "u", (True, True): "b"}
"""By italics and underline."""
ROW_OF = {0x11: 1, 0x12: 3, 0x15: 5, 0x16: 7, 0x17: 9, 0x10: 11, 0x13: 12, 0x14: 14}


@dataclass(frozen=True)
class Shown:
    rows: dict[int, str]  # from 1; without the spaces around the text
    start: int  # frame
    end: int | None  # None: to the end of the film
    styles: tuple[str, ...] = ()  # of each row, a letter for each of its letters, as in `STYLE_LETTERS`

    @property
    def text(self) -> str:
        return "\n".join(text for _, text in sorted(self.rows.items()))


@dataclass
class Screen:
    """The memory that is shown, and the hidden one."""

    cells: dict[tuple[int, int], str] = field(default_factory=dict)
    styles: dict[tuple[int, int], str] = field(default_factory=dict)

    def rows(self) -> dict[int, str]:
        return {row: self._row(self.cells, row).strip() for row in sorted({row for row, _ in self.cells})}

    def row_styles(self) -> tuple[str, ...]:
        found = []
        for row in sorted({row for row, _ in self.cells}):
            text = self._row(self.cells, row)
            first = len(text) - len(text.lstrip())
            found.append(self._row(self.styles, row)[first : first + len(text.strip())])
        return tuple(found)

    @staticmethod
    def _row(cells: dict[tuple[int, int], str], row: int) -> str:
        columns = {column: letter for (at, column), letter in cells.items() if at == row}
        return "".join(columns.get(column, " ") for column in range(max(columns) + 1))


def frames(scc: str) -> dict[int, tuple[int, int]]:
    """The pair of each frame, without parity, by the number of the frame (29.97 a second, from 0)."""
    head, *lines = scc.splitlines()
    assert head == "Scenarist_SCC V1.0"
    found: dict[int, tuple[int, int]] = {}
    for line in filter(None, lines):
        match = LINE.fullmatch(line)
        assert match, line
        hour, minute, second, frame = map(int, match.groups()[:4])
        assert not (frame < 2 and second == 0 and minute % 10), f"{line[:11]} is left out in drop-frame"
        minutes = hour * 60 + minute
        at = (minutes * 60 + second) * 30 + frame - 2 * (minutes - minutes // 10)
        for pair in match[5].split():
            high, low = int(pair[:2], 16), int(pair[2:], 16)
            assert at not in found, f"two pairs in frame {at}"
            assert high.bit_count() % 2 == low.bit_count() % 2 == 1, f"{pair} has even parity"
            found[at] = (high & 0x7F, low & 0x7F)
            at += 1
    return found


def decode(scc: str) -> list[Shown]:
    shown, hidden = Screen(), Screen()
    row, column = 0, 0
    since: int | None = None
    found: list[Shown] = []
    before: tuple[int, int] | None = None
    loading = False
    style = "."

    def put(letter: str) -> None:
        nonlocal column
        assert loading and row and column < COLUMNS, f"row {row}, column {column}: {letter!r}"
        hidden.cells[row, column] = letter
        hidden.styles[row, column] = style
        column += 1

    def clear(at: int) -> None:
        nonlocal since
        if since is not None and shown.cells:
            found.append(Shown(shown.rows(), since, at, shown.row_styles()))
        since = None

    stream = frames(scc)
    last = -2
    for at in sorted(stream):
        high, low = stream[at]
        if at != last + 1:
            before = None
        last = at
        control = 0x10 <= high <= 0x1F
        if control and (high, low) == before:
            before = None  # the repetition of the pair before it
            continue
        before = (high, low) if control else None
        if not control:
            for code in (high, low):
                if code:
                    letter = chr(code)
                    put(STANDARD.get(letter, letter))
        elif high == 0x11 and 0x30 <= low <= 0x3F:
            put(SPECIAL[low - 0x30])
        elif high == 0x17 and 0x21 <= low <= 0x23:
            column += low - 0x20
        elif high == 0x11 and 0x20 <= low <= 0x2F:
            put(" ")
            assert low in (0x20, 0x21, 0x2E, 0x2F), f"a colour: {low:02x}"
            style = STYLE_LETTERS[low >= 0x2E, bool(low & 1)]
        elif high in EXTENDED and 0x20 <= low <= 0x3F:
            column = max(column - 1, 0)
            put(EXTENDED[high][low - 0x20])
        elif high == 0x14 and low < 0x40:
            if low == 0x20:
                loading = True
            elif low == 0x2E:
                hidden = Screen()
            elif low == 0x2C:
                clear(at)
                shown = Screen()
            elif low == 0x2F:
                clear(at)
                shown, hidden, since, loading = hidden, shown, at, False
            else:
                raise AssertionError(f"unknown command {high:02x} {low:02x}")
        else:
            italic = low & 0x1E == 0x0E
            assert low >= 0x40 and (italic or low & 0x10), f"unknown code {high:02x} {low:02x}"
            row = ROW_OF[high] + (1 if low & 0x20 else 0)
            column = 0 if italic else (low & 0x0E) * 2
            style = STYLE_LETTERS[italic, bool(low & 1)]
    if since is not None and shown.cells:
        found.append(Shown(shown.rows(), since, None, shown.row_styles()))
    return found


def milliseconds(frame: int) -> float:
    return frame * 1001 / 30
