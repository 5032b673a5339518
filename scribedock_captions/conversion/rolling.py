"""Captions that show again what was said: above the next row, or with another word of it marked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from scribedock_captions.readers.cue import Cue, CueFile

TOUCHING_MS = 100  # between captions that follow each other at once
LEAST_ROLLED = 2  # captions that begin with the rows of the one before, and have another
MOSTLY = 0.5
"""The share of captions that follow others at once, from which on a repeated row is still the same."""


def said_once(file: CueFile) -> CueFile:
    """Return the file without the rows that are shown on, if its captions roll up; otherwise the file.

    YouTube's captions of a recognizer do: each row comes as the last, then alone, then as the first.  What
    follows itself at once with another style, as Whisper marks each word in turn, is one caption.
    """
    if any(cue.start is None for cue in file.cues):
        return file
    cues = list(_without_marks(sorted(file.cues, key=lambda cue: cue.start or 0)))
    if len(cues) < len(file.cues):
        file = replace(file, cues=tuple(cues))
    following = [(before, cue) for before, cue in pairwise(cues) if _touch(before, cue)]
    repeated = [(_repeated(before, cue), len(cue.lines)) for before, cue in following]
    rolled = sum(0 < rows < all_rows for rows, all_rows in repeated)
    if rolled < LEAST_ROLLED or sum(rows > 0 for rows, _ in repeated) < MOSTLY * len(following):
        return file
    return replace(file, cues=tuple(_new_rows(cues)))


def _without_marks(cues: Sequence[Cue]) -> Iterator[Cue]:
    """Join captions that differ in their styles alone, and follow each other at once."""
    group: list[Cue] = []
    for cue in cues:
        if group and not (_touch(group[-1], cue) and _is_marked_anew(group[-1], cue)):
            yield replace(group[0], end=group[-1].end)
            group = []
        group.append(cue)
    if group:
        yield replace(group[0], end=group[-1].end)


def _is_marked_anew(before: Cue, cue: Cue) -> bool:
    return _texts(before) == _texts(cue) and before.lines != cue.lines


def _texts(cue: Cue) -> list[str]:
    return [line.text for line in cue.lines]


def _new_rows(cues: Sequence[Cue]) -> Iterator[Cue]:
    yield cues[0]
    for before, cue in pairwise(cues):
        rows = _repeated(before, cue) if _touch(before, cue) else 0
        if rows < len(cue.lines):
            yield replace(cue, lines=cue.lines[rows:])


def _touch(before: Cue, cue: Cue) -> bool:
    return before.end is not None and (cue.start or 0) <= before.end + TOUCHING_MS


def _repeated(before: Cue, cue: Cue) -> int:
    """Return how many rows at the beginning of a caption are the last ones of the caption before it."""
    texts, earlier = _texts(cue), _texts(before)
    most = min(len(texts), len(earlier))
    return next((rows for rows in range(most, 0, -1) if earlier[-rows:] == texts[:rows]), 0)
