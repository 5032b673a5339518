"""What a reader could not use, or had to guess: each thing with its line, so that nothing is silent."""

from __future__ import annotations

from dataclasses import dataclass

MAX_WARNINGS = 50
SHOWN_NEXT = "what follows is shown after the caption before"
MAX_QUOTED = 60  # characters of a file in a message


@dataclass(frozen=True, kw_only=True, slots=True)
class ReadingWarning:
    """What was left out, guessed or mended."""

    message: str
    line: int = 0  # of the file, from 1; 0 where it is about no line

    def __str__(self) -> str:
        return f"line {self.line}: {self.message}" if self.line else self.message


class Warnings:
    """Collects warnings; beyond MAX_WARNINGS it only counts them."""

    def __init__(self) -> None:
        self._found: list[ReadingWarning] = []
        self._kinds: set[str] = set()
        self._more = 0

    def add(self, message: str, line: int = 0) -> None:
        """Add a warning about a line, counted from 1; 0 is no line."""
        if len(self._found) < MAX_WARNINGS:
            self._found.append(ReadingWarning(message=message, line=line))
        else:
            self._more += 1

    def add_once(self, message: str, line: int = 0) -> None:
        """Add a warning, unless the same one was added about an earlier line."""
        if message not in self._kinds and len(self._kinds) < 10 * MAX_WARNINGS:
            self._kinds.add(message)
            self.add(message, line)

    def found(self) -> tuple[ReadingWarning, ...]:
        """Return the warnings, and last how many more there are."""
        if not self._more:
            return tuple(self._found)
        return (*self._found, ReadingWarning(message=f"and {self._more:,} more warnings"))


def quoted(text: str) -> str:
    """Return the beginning of a text, for a message."""
    shown = " ".join(text.split())
    return repr(shown if len(shown) <= MAX_QUOTED else f"{shown[:MAX_QUOTED]}…")
