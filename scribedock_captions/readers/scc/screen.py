"""What a decoder of CEA-608 has in its memory: letters on 15 rows of 32 columns, with their styles.

Source: CEA-608, and 47 CFR 15.119.
"""

from __future__ import annotations

from scribedock_captions.placement import Placement, Vertical
from scribedock_captions.readers.cue import Line, line_of
from scribedock_captions.style import PLAIN, Style

COLUMNS, ROWS = 32, 15
TOP_ROWS, MIDDLE_ROWS = 5, 10  # the last rows of the upper thirds of the picture


class Screen:
    """A memory, empty at first."""

    def __init__(self) -> None:
        self._cells: dict[tuple[int, int], tuple[str, Style]] = {}

    def __bool__(self) -> bool:
        return any(letter.strip() for letter, _ in self._cells.values())

    def write(self, row: int, column: int, letter: str, style: Style) -> None:
        """Put a letter in a place; rows count from 1, columns from 0.

        A decoder has 32 columns, and writes what is too much over the last of them; here none is lost.
        """
        self._cells[row, column] = (letter, style)

    def erase_right(self, row: int, column: int) -> None:
        """Empty a row from a column on."""
        for place in [place for place in self._cells if place[0] == row and place[1] >= column]:
            del self._cells[place]

    def erase(self) -> None:
        """Empty the memory."""
        self._cells.clear()

    def take_row(self, row: int) -> Screen:
        """Return the row as a memory of its own, and empty it here."""
        taken = Screen()
        taken._cells = {place: cell for place, cell in self._cells.items() if place[0] == row}
        for place in taken._cells:
            del self._cells[place]
        return taken

    def move_row(self, row: int, to: int) -> None:
        """Move what a row has to another."""
        for (_, column), cell in self.take_row(row)._cells.items():
            self._cells[to, column] = cell

    def lines(self) -> list[Line]:
        """Return the rows that have text, from above."""
        found = []
        for row in sorted({row for row, _ in self._cells}):
            columns = {column: cell for (at, column), cell in self._cells.items() if at == row}
            found.append(line_of([columns.get(column, (" ", PLAIN)) for column in range(max(columns) + 1)]))
        return found

    def placement(self) -> Placement | None:
        """Return where the text stands; None for the bottom."""
        rows = [row for (row, _), (letter, _) in self._cells.items() if letter.strip()]
        last = max(rows, default=ROWS)
        if last <= TOP_ROWS:
            return Placement(vertical=Vertical.TOP)
        return Placement(vertical=Vertical.MIDDLE) if last <= MIDDLE_ROWS else None
