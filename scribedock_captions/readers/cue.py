"""What a reader gives: lines of text, when and how they are shown, and what could not be used."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from scribedock_captions.errors import FileTooLarge
from scribedock_captions.placement import Placement
from scribedock_captions.readers.formats import TextFormat
from scribedock_captions.readers.warnings import ReadingWarning, Warnings
from scribedock_captions.style import PLAIN, Style, StyledSpan, spans_of

MAX_CUES = 50_000
MAX_CHARACTERS = 4_000_000  # of all cues; ten hours of fast speech have a quarter of it
MAX_CUE_MS = 10**10
WHITE_SPACE = re.compile(r"[^\S\u00a0\u2007\u202f\u3000]+")
"""White space that means no more than that a word ends: a hard space and one of East Asia mean more."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """A line without markup, its spaces single; it is never empty."""

    text: str
    speaker: str = ""
    spans: tuple[StyledSpan, ...] = ()  # what is not plain


@dataclass(frozen=True, kw_only=True, slots=True)
class Cue:
    """Lines that are shown together, with their times as far as the file gives them."""

    lines: tuple[Line, ...]
    start: int | None = None  # ms; None in a format without times
    end: int | None = None  # ms; None where the file does not say
    placement: Placement | None = None  # None: where captions usually stand
    language: str = ""  # as the file says, BCP 47; empty: that of the file
    number: int = 0  # the line of the file where it begins, from 1; 0: unknown


@dataclass(frozen=True, kw_only=True, slots=True)
class CueFile:
    """The cues in the order of the file; those without text are left out."""

    cues: tuple[Cue, ...]
    language: str = ""  # as the file says, BCP 47; empty: unknown
    warnings: tuple[ReadingWarning, ...] = ()  # what could not be used, or was guessed
    format: TextFormat | None = None  # None: the cues come from no file


class Cues:
    """Collects cues.  Raises FileTooLarge for more of them than a recording can have."""

    def __init__(self, warnings: Warnings | None = None) -> None:
        self._found: list[Cue] = []
        self._characters = 0
        self._warnings = warnings or Warnings()

    def add(
        self,
        lines: Sequence[Line],
        start: int | None = None,
        end: int | None = None,
        *,
        placement: Placement | None = None,
        language: str = "",
        number: int = 0,
    ) -> None:
        """Add a cue, unless its lines are empty; times are in ms.  Raises FileTooLarge."""
        written = tuple(line for line in lines if line.text and not line.text.isspace())
        if not written:
            return
        self._characters += sum(len(line.text) for line in written)
        if len(self._found) == MAX_CUES or self._characters > MAX_CHARACTERS:
            raise FileTooLarge(
                f"The transcript is too long: the limits are {MAX_CUES:,} captions and "
                f"{MAX_CHARACTERS:,} characters"
            )
        cue = Cue(
            lines=written,
            start=_within(start),
            end=_within(end),
            placement=placement,
            language=language,
            number=number,
        )
        if (start or 0) < 0 or (end or 0) < 0:
            self._warnings.add("the caption begins before the recording; it is shown from 0", number)
            if end is not None and end <= 0:
                cue = replace(cue, end=None)
        elif start is not None and end is not None and end <= start:
            self._warnings.add(
                "the caption has no duration; it is shown as long as it takes to say it", number
            )
        if max(start or 0, end or 0) > MAX_CUE_MS:
            self._warnings.add(
                f"the caption has a time after {MAX_CUE_MS // 3_600_000:,} hours, which is the latest", number
            )
        self._found.append(cue)

    def found(self) -> tuple[Cue, ...]:
        """Return the cues that were added."""
        return tuple(self._found)


def plain_line(text: str, speaker: str = "") -> Line:
    """Make a line of a text without styles; its white space becomes single spaces."""
    return Line(text=WHITE_SPACE.sub(" ", text).strip(), speaker=speaker)


def line_of(pieces: Iterable[tuple[str, Style]], speaker: str = "") -> Line:
    """Make a line of pieces of text, each in a style; its white space becomes single spaces."""
    pieces = list(pieces)
    if all(style == PLAIN for _, style in pieces):
        return plain_line("".join(text for text, _ in pieces), speaker)
    text = "".join(text for text, _ in pieces)
    styles = [style for text, style in pieces for _ in text]
    letters: list[str] = []
    kept: list[Style] = []
    place = 0
    for gap in WHITE_SPACE.finditer(text):
        letters.append(text[place : gap.start()])
        kept += styles[place : gap.start()]
        letters.append(" ")
        kept.append(styles[gap.start()])
        place = gap.end()
    letters.append(text[place:])
    kept += styles[place:]
    joined = "".join(letters)
    stripped = joined.strip()
    first = len(joined) - len(joined.lstrip())
    return Line(text=stripped, speaker=speaker, spans=spans_of(kept[first : first + len(stripped)]))


def _within(time: int | None) -> int | None:
    return None if time is None else min(max(time, 0), MAX_CUE_MS)
