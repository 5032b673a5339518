"""What a reader gives: lines of text, and when they are shown."""

from __future__ import annotations

from dataclasses import dataclass

from scribedock_captions.errors import FileTooLarge

MAX_CUES = 50_000
MAX_CHARACTERS = 4_000_000  # of all cues; ten hours of fast speech have a quarter of it
MAX_CUE_MS = 10**10


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """A line without markup, its spaces single; it is never empty."""

    text: str
    speaker: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Cue:
    """Lines that are shown together, with their times as far as the file gives them."""

    lines: tuple[Line, ...]
    start: int | None = None  # ms; None in a format without times
    end: int | None = None  # ms; None where the file does not say


@dataclass(frozen=True, kw_only=True, slots=True)
class CueFile:
    """The cues in the order of the file; those without text are left out."""

    cues: tuple[Cue, ...]
    language: str = ""  # as the file says, BCP 47


class Cues:
    """Collects cues.  Raises FileTooLarge for more of them than a recording can have."""

    def __init__(self) -> None:
        self._found: list[Cue] = []
        self._characters = 0

    def add(self, lines: list[Line], start: int | None = None, end: int | None = None) -> None:
        """Add a cue, unless its lines are empty; times are in ms.  Raises FileTooLarge."""
        written = tuple(
            Line(text=text, speaker=line.speaker) for line in lines if (text := " ".join(line.text.split()))
        )
        if not written:
            return
        self._characters += sum(len(line.text) for line in written)
        if len(self._found) == MAX_CUES or self._characters > MAX_CHARACTERS:
            raise FileTooLarge(
                f"The transcript is too long: the limits are {MAX_CUES:,} captions and "
                f"{MAX_CHARACTERS:,} characters"
            )
        self._found.append(Cue(lines=written, start=_within(start), end=_within(end)))

    def found(self) -> tuple[Cue, ...]:
        """Return the cues that were added."""
        return tuple(self._found)


def _within(time: int | None) -> int | None:
    return None if time is None else min(max(time, 0), MAX_CUE_MS)
