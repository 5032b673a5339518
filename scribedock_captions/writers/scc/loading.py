"""What brings the rows of a caption into the hidden memory of a decoder.

Source: 47 CFR 15.119 (d), (f) and (h).  A preamble says where a row begins: at every fourth column, and
whether underlined; or at the first, in italics.  Elsewhere a mid-row code begins italics, and takes a column.
"""

from __future__ import annotations

from collections.abc import Sequence

from scribedock_captions.cea608.characters import encoded, with_parity
from scribedock_captions.style import PLAIN, Style
from scribedock_captions.writers.scc import schedule
from scribedock_captions.writers.scc.rows import COLUMNS, Row

ROWS = 15
INDENT_COLUMNS = 4  # columns; what a preamble can say without another command
ROW_CODES = (
    *(0x1140, 0x1160, 0x1240, 0x1260, 0x1540, 0x1560, 0x1640, 0x1660),
    *(0x1740, 0x1760, 0x1040, 0x1340, 0x1360, 0x1440, 0x1460),
)
INDENT_CODE = 0x10  # of the second byte: white, from a column on
MID_ROW_CODE = 0x1120  # white
TAB_CODE = 0x1721  # one column to the right
ITALIC_CODE = 0x0E  # of the second byte, in the place of a colour
UNDERLINE_CODE = 0x01


def load(rows: Sequence[Row]) -> bytes:
    """Return the commands and characters that load the rows, at the bottom and in the middle."""
    widest = max(row.columns for row in rows)
    indent = (COLUMNS - widest) // 2 // INDENT_COLUMNS
    led = any(row.runs[0].style.italic for row in rows)  # a column before each row is for the code
    if led and indent:
        indent = (COLUMNS - widest - 1) // 2 // INDENT_COLUMNS
    led = led and indent > 0
    data = [schedule.RESUME_CAPTION_LOADING, schedule.ERASE_NON_DISPLAYED_MEMORY]
    for row, code in zip(rows, ROW_CODES[ROWS - len(rows) :], strict=True):
        data.append(_row(row, code, indent, led=led))
    return b"".join(data)


def _row(row: Row, code: int, indent: int, *, led: bool) -> bytes:
    first = row.runs[0]
    if not led:
        data = _preamble(code, indent, first.style) + encoded(first.text)
    elif first.style == PLAIN:
        data = _preamble(code, indent, PLAIN) + _twice(TAB_CODE) + encoded(first.text)
    else:
        data = _preamble(code, indent, PLAIN) + _mid_row(first.style) + encoded(first.text)
    return data + b"".join([_mid_row(run.style) + encoded(run.text) for run in row.runs[1:]])


def _preamble(code: int, indent: int, style: Style) -> bytes:
    """Return the code that says where a row begins; italics have no indent."""
    return _twice(code | _attributes(style) | (0 if style.italic else INDENT_CODE + 2 * indent))


def _mid_row(style: Style) -> bytes:
    """Return the code that changes the style, and shows a space."""
    return _twice(MID_ROW_CODE | _attributes(style))


def _attributes(style: Style) -> int:
    return ITALIC_CODE * style.italic | UNDERLINE_CODE * style.underline


def _twice(code: int) -> bytes:
    return bytes((with_parity(code >> 8), with_parity(code & 0xFF))) * 2
