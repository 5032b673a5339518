"""A decoder of CEA-608, pair by pair: pop-on, paint-on and roll-up captions of the first channel.

Source: CEA-608, and 47 CFR 15.119.  A row of roll-up captions is a caption of its own, from its first letter
to the row that follows it, so that no word is shown twice.
"""

from __future__ import annotations

from enum import Enum, auto

from scribedock_captions.cea608.characters import PAIRS_READ_AS, READ_AS
from scribedock_captions.cea608.timecode import milliseconds_of
from scribedock_captions.readers.cue import Cues
from scribedock_captions.readers.scc.screen import COLUMNS, ROWS, Screen
from scribedock_captions.readers.warnings import Warnings
from scribedock_captions.style import PLAIN, Style

ROW_OF = {0x10: 11, 0x11: 1, 0x12: 3, 0x13: 12, 0x14: 14, 0x15: 5, 0x16: 7, 0x17: 9}
COMMANDS = (0x14, 0x15)  # the first byte of a command, in the first field and in the second
EXTENDED = (0x12, 0x13)
SECOND_CHANNEL = 0x08  # the bit of the first byte
INDENTED, UNDERLINED, ITALIC = 0x10, 0x01, 0x0E
ROLL_UP = {0x25: 2, 0x26: 3, 0x27: 4}


class Mode(Enum):
    """What letters do: they wait for the end of the caption, are painted, or roll up."""

    POP_ON = auto()
    PAINT_ON = auto()
    ROLL_UP = auto()
    TEXT = auto()  # a page of text, which is no caption


class Decoder:
    """Adds to `cues` each caption that is shown."""

    def __init__(self, cues: Cues, warnings: Warnings) -> None:
        self._cues = cues
        self._warnings = warnings
        self._shown, self._hidden = Screen(), Screen()
        self._mode = Mode.POP_ON
        self._row, self._column, self._style = ROWS, 0, PLAIN
        self._since: int | None = None  # the frame from which on something is shown
        self._number = 0  # the line of the file that brought it
        self._before: tuple[int, int] | None = None
        self._other_channel = False

    def break_off(self) -> None:
        """Receive a pause: a command after it is no repetition."""
        self._before = None

    def pair(self, high: int, low: int, frame: int, number: int) -> None:
        """Receive two bytes without parity, in a frame, from a line of the file."""
        if not 0x10 <= high <= 0x1F:
            self._before = None
            if not self._other_channel:
                for code in (high, low):
                    if code >= 0x20:
                        self._write(READ_AS.get(code, chr(code)), frame, number)
            return
        if (high, low) == self._before:
            self._before = None
            return
        self._before = (high, low)
        self._other_channel = bool(high & SECOND_CHANNEL)
        if self._other_channel:
            self._warnings.add_once("captions of another channel than the first are left out", number)
        else:
            self._control(high, low, frame, number)

    def close(self) -> None:
        """Add what is shown to the end."""
        self._show(None)

    def _control(self, high: int, low: int, frame: int, number: int) -> None:
        if low >= 0x40:
            self._place(high, low, frame)
        elif high in COMMANDS and low >= 0x20:
            self._command(low, frame, number)
        elif high == 0x17 and 0x21 <= low <= 0x23:
            self._column += low - 0x20
        elif high == 0x11 and 0x20 <= low <= 0x2F:
            self._write_code(low, frame, number)
        elif letter := PAIRS_READ_AS.get((high, low)):
            if high in EXTENDED:
                self._column = max(self._column - 1, 0)
            self._write(letter, frame, number)

    def _write_code(self, low: int, frame: int, number: int) -> None:
        """Read a mid-row code, which shows a space; it belongs to what has one style before and after it."""
        before = self._style
        self._restyle(low)
        after = self._style
        self._style = before if before == after else PLAIN
        self._write(" ", frame, number)
        self._style = after

    def _restyle(self, low: int) -> None:
        """Read a mid-row code, or the attributes of a preamble: a colour ends italics."""
        self._style = Style(italic=low & ITALIC == ITALIC, underline=bool(low & UNDERLINED))

    def _place(self, high: int, low: int, frame: int) -> None:
        """Read a preamble: where the next letter stands."""
        row = ROW_OF[high] + (1 if low & 0x20 and high != 0x10 else 0)
        if self._mode is Mode.ROLL_UP and row != self._row and self._shown:
            self._shown.move_row(self._row, row)
        self._row = row
        if low & INDENTED:
            self._column, self._style = (low & 0x0E) * 2, Style(underline=bool(low & UNDERLINED))
        else:
            self._column = 0
            self._restyle(low)

    def _command(self, low: int, frame: int, number: int) -> None:
        if low == 0x20:
            self._mode = Mode.POP_ON
        elif low == 0x21:
            self._column = max(self._column - 1, 0)
            self._memory.erase_right(self._row, self._column)
        elif low == 0x24:
            self._memory.erase_right(self._row, self._column)
        elif low in ROLL_UP:
            if self._mode is not Mode.ROLL_UP:
                self._show(frame)
                self._shown.erase()
                self._row, self._column = ROWS, 0
            self._mode = Mode.ROLL_UP
        elif low == 0x29:
            if self._mode is Mode.PAINT_ON:
                self._show(frame)
                self._shown.erase()
            self._mode = Mode.PAINT_ON
        elif low in (0x2A, 0x2B):
            self._mode = Mode.TEXT
            self._warnings.add_once("pages of text are left out", number)
        elif low == 0x2C:
            self._show(frame)
            self._shown.erase()
        elif low == 0x2D and self._mode is Mode.ROLL_UP:
            self._show(frame)
            self._shown.erase()
            self._column, self._style = 0, PLAIN
        elif low == 0x2E:
            self._hidden.erase()
        elif low == 0x2F:
            self._show(frame)
            self._shown, self._hidden = self._hidden, self._shown
            self._mode = Mode.POP_ON
            self._since, self._number = (frame, number) if self._shown else (None, 0)

    @property
    def _memory(self) -> Screen:
        return self._hidden if self._mode is Mode.POP_ON else self._shown

    def _write(self, letter: str, frame: int, number: int) -> None:
        if self._mode is Mode.TEXT:
            return
        self._memory.write(self._row, self._column, letter, self._style)
        self._column += 1
        if self._column > COLUMNS:
            self._warnings.add_once(
                f"a row is wider than {COLUMNS} columns; a decoder shows less of it", number
            )
        if self._mode is not Mode.POP_ON and self._since is None and letter.strip():
            self._since, self._number = frame, number

    def _show(self, end: int | None) -> None:
        """Add what was shown until this frame."""
        if self._since is not None:
            self._cues.add(
                self._shown.lines(),
                milliseconds_of(self._since),
                None if end is None else milliseconds_of(end),
                placement=self._shown.placement(),
                number=self._number,
            )
        self._since = None
