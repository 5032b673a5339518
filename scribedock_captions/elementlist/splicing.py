"""Edits of single segments: what takes the place of what, also in a list that others have edited since."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from scribedock_captions.elementlist.model import ElementList, Segment, Speaker


@dataclass(frozen=True, kw_only=True, slots=True)
class Splice:
    """Segments that take the place of others."""

    first: int  # place of the first segment that is replaced, from 0; of none: where the new ones go
    removed: int  # number of segments that are replaced
    added: int  # number of segments that take their place

    @property
    def end(self) -> int:
        """The place after the last segment that is replaced."""
        return self.first + self.removed


@dataclass(frozen=True, kw_only=True, slots=True)
class ListEdit:
    """Splices of one list, ascending, and all segments that they add, one after the other.

    Speakers of the edit take the place of those with the same id; its language and end count for nothing.
    """

    splices: tuple[Splice, ...]
    added: ElementList


def moved(splice: Splice, edit: Iterable[Splice]) -> Splice | None:
    """Return the splice as it is in the list after the edit, of a splice of the list before it.

    None where both are about the same segments. What both insert at the same place is inserted in the order
    in which they came.
    """
    shift = 0
    for other in edit:
        if other.end <= splice.first:
            shift += other.added - other.removed
        elif other.first < splice.end:
            return None
    return replace(splice, first=splice.first + shift)


def spliced(elementlist: ElementList, edit: ListEdit) -> ElementList:
    """Apply the edit. The result keeps the rules only once it is normalised, which moves no segment."""
    segments = list(elementlist.segments)
    added = list(edit.added.segments)
    for splice in reversed(edit.splices):
        taken: Sequence[Segment] = added[len(added) - splice.added :]
        del added[len(added) - splice.added :]
        segments[splice.first : splice.end] = taken
    return replace(
        elementlist, segments=tuple(segments), speakers=_joined(elementlist.speakers, edit.added.speakers)
    )


def _joined(speakers: Iterable[Speaker], edited: Iterable[Speaker]) -> tuple[Speaker, ...]:
    found = {speaker.id: speaker for speaker in speakers}
    found |= {speaker.id: speaker for speaker in edited}
    return tuple(found.values())
