"""Bytes that are kept between the requests of an upload: recording, resuming and discarding them."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

from scribedock.storage.leftovers import remove_partial
from scribedock.storage.store import Partial, PartialBusy, PartialMissing, Store, StoreUnavailable
from scribedock.uploads.core.digests import pack
from scribedock.uploads.core.errors import NoRoom, UploadComplete, UploadReplaced, storage_fault
from scribedock.uploads.core.intake import Intake
from scribedock.uploads.core.records import Beginning, UploadState
from scribedock.uploads.core.states import BOOT, UploadStates
from scribedock.uploads.grant import Grant

BRIEF_S = 2.0
"""For how long a request that asks for an offset may hold a partial in a slow store."""
PAUSE_S = 0.05
WAITING_AT_ONCE = 2
"""Of the threads that admit uploads, so that nobody holds up others' by appending where he may not."""


class CompletePartial:
    """Stands for the bytes of a recording that is whole: no partial is left, and nothing can be written."""

    name = ""

    def __init__(self, size: int) -> None:
        self.bytes = size

    def write(self, data: memoryview) -> None:
        if data:
            raise UploadComplete(self.bytes)

    def sync(self) -> int:
        return self.bytes

    def truncate(self, size: int) -> None:
        """Leave everything as it is, as the other methods do."""

    def read(self) -> Iterator[memoryview]:
        return iter(())

    def commit(self) -> str:
        raise PartialMissing

    def suspend(self) -> None: ...

    def discard(self) -> None: ...

    def __enter__(self) -> Partial:
        return self

    def __exit__(self, *error: object) -> None: ...


class Partials:
    """The partials of uploads, in the store and in the rows that name them."""

    def __init__(self, store: Store, states: UploadStates, *, reserve: int) -> None:
        """Take `reserve` as the bytes that must stay free in the store."""
        self._store = store
        self._states = states
        self._reserve = reserve
        self._waiting = threading.Semaphore(WAITING_AT_ONCE)

    def check_room(self, more: int = 0) -> None:
        """Raise NoRoom where `more` bytes would leave less free than the reserve."""
        free = self._store.free_bytes()
        if free is not None and free - more < self._reserve:
            raise NoRoom

    def begin(self) -> Partial:
        """Return a new partial. Raises StorageFault, NoRoom."""
        try:
            return self._store.begin()
        except OSError as error:
            raise storage_fault(error) from error

    def resume(self, name: str) -> Partial:
        """Return the partial, for writing at its end.

        Raises PartialBusy while somebody writes it, UploadReplaced where it is gone, StorageFault, NoRoom.
        """
        try:
            return self._store.resume(name)
        except PartialMissing:
            raise UploadReplaced from None
        except OSError as error:
            raise storage_fault(error) from error

    def resume_soon(self, name: str) -> Partial:
        """Do as `resume`, but wait for a holder that only looks: a request for the offset, or a sweep.

        Where others wait already, it does not.
        """
        if not self._waiting.acquire(blocking=False):
            return self.resume(name)
        try:
            return self._resumed_within(name, BRIEF_S)
        finally:
            self._waiting.release()

    def _resumed_within(self, name: str, seconds: float) -> Partial:
        over = time.monotonic() + seconds
        while True:
            try:
                return self.resume(name)
            except PartialBusy:
                if time.monotonic() > over:
                    raise
                time.sleep(PAUSE_S)

    def record(self, intake: Intake) -> None:
        """Record the intake's partial as the one that can be resumed, replacing an older one."""
        intake.recorded = True
        _, replaced = self._states.begin(
            intake.grant,
            Beginning(
                partial=intake.partial.name,
                started=intake.started,
                length=intake.body.length,
                protocol=intake.protocol,
                digests=pack(intake.whole, intake.unverified),
                wants_digest=intake.wants_digest,
            ),
        )
        if replaced is not None:
            self.discard_idle(replaced)

    def settle(self, state: UploadState, partial: Partial) -> int:
        """Forget the bytes that may not have survived; return how many there are, now durably.

        What was written since the machine started is there, synced or not; of the time before,
        only what was recorded as synced. Raises StorageFault, NoRoom.
        """
        try:
            size = partial.bytes if state.boot == BOOT else min(partial.bytes, state.bytes)
            if size < partial.bytes:
                partial.truncate(size)
            if state.boot != BOOT or state.bytes != size:
                partial.sync()
                self._states.keep(state.id, partial.name, size=size)
        except OSError as error:
            raise storage_fault(error) from error
        return size

    def settled_bytes(self, state: UploadState, name: str) -> int | None:
        """Return how many bytes of the upload are safe; None: its partial is gone, which is recorded now.

        Raises StorageFault, NoRoom.
        """
        try:
            partial = self._store.resume(name)
            try:
                return self.settle(state, partial)
            finally:
                partial.suspend()
        except PartialMissing:
            self._states.forget_partial(state.id, name)
            return None
        except PartialBusy:
            return self._store.partial_bytes(name) or 0
        except OSError as error:
            raise storage_fault(error) from error

    def invalidate(self, grant: Grant) -> None:
        """Make an upload invalid for ever, and give up its bytes."""
        partial = self._states.invalidate(grant)
        if partial is not None:
            self.remove(partial)

    def is_idle(self, name: str) -> bool:
        """Return whether nothing, in any process, is writing the partial."""
        try:
            self._store.resume(name).suspend()
        except PartialBusy:
            return False
        except PartialMissing:
            return True
        return True

    def discard_idle(self, name: str) -> None:
        """Remove a partial without a writer; a writer would remove it at its end."""
        try:
            self._store.resume(name).discard()
        except (PartialBusy, PartialMissing, StoreUnavailable):
            return

    def remove(self, name: str) -> None:
        """Remove a partial, even one that is being written."""
        remove_partial(self._store, name)


def synced_bytes(partial: Partial) -> int:
    """Make what was written survive a crash; return how many bytes do. Raises StorageFault, NoRoom."""
    try:
        return partial.sync()
    except OSError as error:
        raise storage_fault(error) from error
