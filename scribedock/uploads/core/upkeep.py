"""What happens to uploads while their bytes arrive.

Every second or two a thread records the progress of each upload, and every few seconds makes
its bytes durable.  A plain PUT gets its row only when it has lasted a second: most are
over by then, and cost no more than their last commit.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator

import structlog

from scribedock.db.engine import Database
from scribedock.errors import ScribedockError
from scribedock.storage.store import StoreUnavailable
from scribedock.uploads.core.active import ActiveUploads
from scribedock.uploads.core.intake import Intake
from scribedock.uploads.core.openness import closed_urls
from scribedock.uploads.core.partials import Partials
from scribedock.uploads.core.records import Progress
from scribedock.uploads.core.states import UploadStates

log = structlog.get_logger("scribedock.upload")

TICK_S = 1.0
NOTE_INTERVAL = 2  # ticks
SYNC_INTERVAL = 5


class Upkeep:
    def __init__(
        self, *, database: Database, active: ActiveUploads, states: UploadStates, partials: Partials
    ) -> None:
        self._database = database
        self._active = active
        self._states = states
        self._partials = partials
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="upload-upkeep", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        ticks = 0
        while not self._stopping.wait(TICK_S):
            ticks += 1
            try:
                self.look_after(sync=not ticks % SYNC_INTERVAL, note=not ticks % NOTE_INTERVAL)
            except Exception:
                log.exception("upkeep of uploads failed; it is tried again")

    def look_after(self, *, sync: bool, note: bool) -> None:
        """Do the work of one tick: sync makes bytes durable, note records how many were received."""
        try:
            self._partials.check_room()
        except ScribedockError as error:
            # The others announced their length, and had room when they began.
            self._active.end_those(lambda intake: intake.body.bytes is None, error)
        if sync:
            self._end_closed()
        progress = list(self._progress(sync=sync)) if sync or note or self._has_unrecorded() else []
        if not progress:
            return
        self._states.note((each for _, each in progress), durably=sync)
        for intake, each in progress:
            # Only now: the client may discard the bytes that are acknowledged.
            if each.synced is not None and not intake.content:
                intake.tell_progress(each.synced)

    def _end_closed(self) -> None:
        """End the uploads that another process has closed: a command, a server beside this one."""
        under_way = self._active.all()
        closed = closed_urls(self._database, [intake.grant for intake in under_way]) if under_way else {}
        for intake in under_way:
            error = closed.get(intake.grant.upload_id)
            if error is not None and intake.interrupt is not None:
                intake.interrupt(error)

    def _has_unrecorded(self) -> bool:
        return any(not intake.recorded for intake in self._active.all())

    def _progress(self, *, sync: bool) -> Iterator[tuple[Intake, Progress]]:
        for intake in self._active.all():
            if intake.age_s < TICK_S:
                continue
            with intake.lock:
                if intake.ended:
                    continue
                if not intake.recorded:
                    self._partials.record(intake)
                try:
                    synced = intake.partial.sync() if sync else None
                except StoreUnavailable:  # the next bytes will show
                    continue
            yield (
                intake,
                Progress(
                    upload_id=intake.grant.upload_id,
                    partial=intake.partial.name,
                    bytes=intake.partial.bytes,
                    synced=synced,
                ),
            )
