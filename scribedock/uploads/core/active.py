"""The uploads under way in this process, and their upkeep.

While bytes come, a thread notes every second or two how far each upload is, and makes
its bytes survive a crash every few.  A plain PUT gets its row only when it has lasted
a second: most are over by then, and cost no more than their last commit.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping

import structlog

from scribedock.errors import ScribedockError
from scribedock.storage.store import StoreUnavailable
from scribedock.uploads.core.states import Progress, UploadStates
from scribedock.uploads.grant import Grant
from scribedock.uploads.http.head import CHUNKED
from scribedock.uploads.transfer.intake import Intake, Superseded

log = structlog.get_logger("scribedock.upload")

TICK_S = 1.0
NOTE_EVERY = 2  # ticks
SYNC_EVERY = 5
SILENT_S = 5.0  # a writer that heard nothing for so long may be taken over from
HANDOVER_S = 10.0


class ActiveUploads:
    def __init__(
        self,
        states: UploadStates,
        record: Callable[[Intake], None],
        check_room: Callable[[], None],
        ended: Callable[[Iterable[Grant]], Mapping[str, ScribedockError]],
    ) -> None:
        self._states = states
        self._record = record
        self._check_room = check_room  # raises where the store is about to be full
        self._ended = ended  # by upload, why its URL is good no more
        self._intakes: set[Intake] = set()
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="upload-upkeep", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join()

    def add(self, intake: Intake) -> None:
        with self._lock:
            self._intakes.add(intake)

    def remove(self, intake: Intake) -> None:
        with self._lock:
            self._intakes.discard(intake)
        intake.over.set()

    def in_flight(self, account_id: str) -> int:
        """Bytes that the account's uploads under way were announced with, or that came."""
        return sum(
            intake.partial.bytes - intake.start if intake.body.bytes == CHUNKED else intake.body.bytes
            for intake in self._snapshot()
            if intake.account_id == account_id
        )

    def writer_of(self, partial: str) -> Intake | None:
        return next((intake for intake in self._snapshot() if intake.partial.name == partial), None)

    def take_over(self, intake: Intake) -> bool:
        """Ends a request whose client has begun another; whether it has let go of its partial."""
        return self.end(intake, Superseded("Another request goes on with this upload"))

    def end(self, intake: Intake, error: ScribedockError) -> bool:
        if intake.interrupt is None:
            return False
        intake.interrupt(error)
        return intake.over.wait(HANDOVER_S)

    def end_those(self, wanted: Callable[[Intake], bool], error: ScribedockError) -> None:
        """Ends uploads under way, without waiting for it."""
        for intake in self._snapshot():
            if intake.interrupt is not None and wanted(intake):
                intake.interrupt(error)

    def _snapshot(self) -> list[Intake]:
        with self._lock:
            return list(self._intakes)

    def _run(self) -> None:
        ticks = 0
        while not self._stopping.wait(TICK_S):
            ticks += 1
            try:
                self._look_after(sync=not ticks % SYNC_EVERY, note=not ticks % NOTE_EVERY)
            except Exception:
                log.exception("upkeep of uploads failed; it is tried again")

    def _look_after(self, *, sync: bool, note: bool) -> None:
        try:
            self._check_room()
        except ScribedockError as error:
            # The others were announced with their length, and had room when they began.
            self.end_those(lambda intake: intake.body.bytes == CHUNKED, error)
        if sync:
            self._end_closed()
        progress = list(self._progress(sync=sync)) if sync or note or self._unrecorded() else []
        if not progress:
            return
        self._states.note((each for _, each in progress), durably=sync)
        for intake, each in progress:
            # Only now: the client may forget what it is told of.
            if each.synced is not None and not intake.content:
                intake.tell_progress(each.synced)

    def _end_closed(self) -> None:
        """Ends what another process has closed: a command, a server beside this one."""
        under_way = self._snapshot()
        ended = self._ended([intake.grant for intake in under_way]) if under_way else {}
        for intake in under_way:
            error = ended.get(intake.grant.upload_id)
            if error is not None and intake.interrupt is not None:
                intake.interrupt(error)

    def _unrecorded(self) -> bool:
        return any(not intake.recorded for intake in self._snapshot())

    def _progress(self, *, sync: bool) -> Iterator[tuple[Intake, Progress]]:
        now = time.monotonic()
        for intake in self._snapshot():
            if now - intake.began < TICK_S:
                continue
            with intake.lock:
                if intake.ended:
                    continue
                if not intake.recorded:
                    self._record(intake)
                try:
                    synced = intake.partial.sync() if sync else None
                except StoreUnavailable:  # the next bytes will tell
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
