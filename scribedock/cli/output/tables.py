"""Tables and fields as wide as the terminal; into a pipe, nothing is shortened."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Collection, Iterable, Sequence

from scribedock.cli.common import add_row, plain_table, show
from scribedock.host.terminal import MIN_COLUMNS, printable, wrapped

GAP = 2  # between columns
ELLIPSIS = "…"
SHORTEST = 6  # of a column that is shortened
ID_DIGITS = 12  # of an id on a terminal; the commands take the beginning of an id too


def on_terminal() -> bool:
    return sys.stdout.isatty()


def shown_id(full: str) -> str:
    """Return an id as a table shows it: its first digits on a terminal, all of them into a pipe."""
    return full[:ID_DIGITS] if on_terminal() else full


def print_table(
    headings: Sequence[str],
    rows: Iterable[Sequence[str]],
    *,
    shortened: Collection[str] = (),
    right: Collection[str] = (),
) -> None:
    """Print rows below headings.

    shortened: headings of columns whose texts are cut (`…`) where the terminal is too narrow; the widest of
    them gives way first. right: headings of columns of numbers.
    """
    cells = [[printable(cell) for cell in row] for row in rows]
    widths = [max(map(_width, column)) for column in zip(headings, *cells, strict=True)]
    if on_terminal():
        columns = max(shutil.get_terminal_size().columns, MIN_COLUMNS)
        flexible = [place for place, heading in enumerate(headings) if heading in shortened]
        widths = fitted(widths, flexible, columns - GAP * (len(widths) - 1))
    table = plain_table(*headings)
    for column in table.columns:
        if str(column.header) in right:
            column.justify = "right"
    for row in cells:
        add_row(table, *(cut(cell, width) for cell, width in zip(row, widths, strict=True)))
    show(table)


def print_fields(fields: Iterable[tuple[str, str]]) -> None:
    """Print a line for each field: its label, and its value, wrapped below itself."""
    shown = list(fields)
    margin = max(len(label) for label, _ in shown) + GAP
    for label, value in shown:
        print(wrapped(value, indent=" " * margin, first=f"{label:<{margin}}"))


def fitted(widths: Sequence[int], flexible: Sequence[int], room: int) -> list[int]:
    """Return the widths of columns that have `room` together, if the flexible ones can give way so far."""
    found = list(widths)
    while sum(found) > room:
        widest = max(flexible, key=lambda place: found[place], default=None)
        if widest is None or found[widest] <= SHORTEST:
            break
        found[widest] -= 1
    return found


def cut(text: str, width: int) -> str:
    """Return the text in at most `width` columns, cut with an ellipsis."""
    if _width(text) <= width:
        return text
    while _width(text) >= width:
        text = text[:-1]
    return text.rstrip() + ELLIPSIS


def _width(text: str) -> int:
    from rich.cells import cell_len

    return cell_len(text)
