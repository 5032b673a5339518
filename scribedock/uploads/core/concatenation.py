"""A recording that comes as parts, side by side, which are then put together (tus, concatenation).

A part is an upload of its own below an upload URL: with a URL that was made for it, a row, a task and a
partial. It expires with that URL, is closed with the job, and counts as bytes that are kept; it never becomes
media itself. All parts of one URL together may have as many bytes as its recording may.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass

from scribedock.storage.store import Partial, PartialBusy
from scribedock.uploads.core.errors import (
    PartGone,
    PartUnfinished,
    TooManyParts,
    UploadBusy,
    UploadReplaced,
)
from scribedock.uploads.core.intake import Intake, Part
from scribedock.uploads.core.partials import Partials
from scribedock.uploads.core.records import UploadState, UploadStatus
from scribedock.uploads.core.states import UploadStates
from scribedock.uploads.grant import Grant

MAX_PARTS = 200  # of one upload URL, those that were given up too


@dataclass(frozen=True, kw_only=True)
class FinishedParts:
    """Finished parts, in the order of the recording; one may stand several times."""

    listed: tuple[Part, ...]

    @property
    def bytes(self) -> int:
        """Return the bytes of the recording."""
        return sum(part.bytes for part in self.listed)

    @property
    def kept_bytes(self) -> int:
        """Return how many of them are kept now."""
        return sum(part.bytes for part in set(self.listed))


class Concatenation:
    def __init__(self, states: UploadStates, partials: Partials) -> None:
        self._states = states
        self._partials = partials

    def new_part(self, grant: Grant) -> Grant:
        """Return the grant for another part of an upload. Raises TooManyParts."""
        if len(self._states.parts_of(grant.upload_id)) >= MAX_PARTS:
            raise TooManyParts(MAX_PARTS)
        return grant.part(uuid.uuid4().hex)

    def bytes_of_others(self, grant: Grant) -> int:
        """Return the bytes that the other parts of the same upload have, or are to have."""
        if grant.parent_id is None:
            return 0
        return sum(
            state.length if state.length is not None else state.bytes
            for state in self._states.parts_of(grant.parent_id)
            if state.id != grant.upload_id and state.status is UploadStatus.RECEIVING
        )

    def finished_parts(self, grants: Sequence[Grant]) -> FinishedParts:
        """Return the parts, all of whose bytes are here.

        Raises PartGone, PartUnfinished, StorageFault, NoRoom.
        """
        found: dict[str, Part] = {}
        for number, grant in enumerate(grants, 1):
            if grant.upload_id not in found:
                state = self._states.find_upload(grant.upload_id)
                found[grant.upload_id] = self._finished(state, number)
        return FinishedParts(listed=tuple(found[grant.upload_id] for grant in grants))

    def _finished(self, state: UploadState | None, number: int) -> Part:
        if state is None or state.status is not UploadStatus.RECEIVING or state.partial is None:
            raise PartGone(number)
        size = self._partials.settled_bytes(state, state.partial)
        if size is None:
            raise PartGone(number)
        if size != state.length:
            raise PartUnfinished(number, size, state.length)
        return Part(id=state.id, partial=state.partial, bytes=size)

    def join(self, intake: Intake) -> None:
        """Write the parts of an intake into it. Raises UploadBusy, UploadReplaced, and as `Intake.write`."""
        with ExitStack() as held:  # all of them, so that none is swept while others are read
            partials: dict[str, Partial] = {}
            for part in set(intake.parts):
                partials[part.id] = self._held(part)
                held.callback(partials[part.id].suspend)
            for part in intake.parts:
                for data in partials[part.id].read():
                    intake.write(data)

    def _held(self, part: Part) -> Partial:
        try:
            partial = self._partials.resume(part.partial)
        except PartialBusy:
            raise UploadBusy from None
        if partial.bytes != part.bytes:
            partial.suspend()
            raise UploadReplaced
        return partial
