"""The uploads under way in this process."""

from __future__ import annotations

import threading
from collections.abc import Callable

from scribedock.errors import ScribedockError
from scribedock.uploads.core.errors import Superseded
from scribedock.uploads.core.intake import Intake

TAKEOVER_SILENCE_S = 5.0  # after this long without a byte, another request may take the upload over
HANDOVER_S = 10.0


class ActiveUploads:
    def __init__(self) -> None:
        self._intakes: set[Intake] = set()
        self._lock = threading.Lock()

    def add(self, intake: Intake) -> None:
        with self._lock:
            self._intakes.add(intake)

    def remove(self, intake: Intake) -> None:
        with self._lock:
            self._intakes.discard(intake)
        intake.over.set()

    def all(self) -> list[Intake]:
        with self._lock:
            return list(self._intakes)

    def bytes_in_flight(self, account_id: str) -> int:
        """Return the bytes announced for the account's uploads under way, or received."""
        return sum(
            intake.partial.bytes - intake.start if intake.body.bytes is None else intake.body.bytes
            for intake in self.all()
            if intake.account_id == account_id
        )

    def writer_of(self, partial: str) -> Intake | None:
        return next((intake for intake in self.all() if intake.partial.name == partial), None)

    def take_over_upload(self, upload_id: str) -> None:
        """End all requests that still bring bytes to an upload."""
        for intake in self.all():
            if intake.grant.upload_id == upload_id and not intake.ended:
                self.take_over(intake)

    def take_over(self, intake: Intake) -> bool:
        """End a request whose client has begun another; return whether it has released its partial."""
        if intake.interrupt is None:
            return False
        intake.interrupt(Superseded())
        return intake.over.wait(HANDOVER_S)

    def end_those(self, wanted: Callable[[Intake], bool], error: ScribedockError) -> None:
        """Interrupt the wanted uploads with the error, without waiting for their end."""
        for intake in self.all():
            if intake.interrupt is not None and wanted(intake):
                intake.interrupt(error)
