"""Taking in one file: opening a job, storing its bytes, ordering the transcription.

The job's external id stands for the file. Whatever was interrupted goes on with the job of that id, so that
no file is taken in twice, and the journal is written last.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import BinaryIO

from scribedock.accounts.accounts import Account
from scribedock.budgets.budgets import BudgetExceeded
from scribedock.clock import Clock
from scribedock.errors import InvalidQuery, ScribedockError, SystemFault
from scribedock.intake.folder import FoundFile, found_file
from scribedock.intake.journal import IntakeJournal
from scribedock.jobs.job import Job
from scribedock.jobs.languages import spoken_language
from scribedock.jobs.listing.filter import JobFilter
from scribedock.ordering.add_media import add_media_bytes
from scribedock.ordering.capabilities import Capabilities
from scribedock.ordering.delete_job import delete_job
from scribedock.ordering.parts import Parts
from scribedock.ordering.place_order import TranscriptionRequest, place_order

PIECE_BYTES = 1024 * 1024
PREFIX = "watch:"  # of external ids


class IntakeOutcome(StrEnum):
    ORDERED = "ordered"
    REFUSED = "refused"  # and will be; a file that changes is another one
    CHANGED = "changed"  # while it was read: it is left alone for now
    LATER = "later"  # the server is at fault: it is tried again
    OVER_BUDGET = "over budget"  # it is tried again when the budget is renewed


@dataclass(frozen=True, kw_only=True)
class TakenFile:
    file: FoundFile
    outcome: IntakeOutcome
    job_id: str = ""
    reason: str = ""
    renewed: datetime | None = None  # when the budget is that does not allow it


@dataclass(frozen=True, kw_only=True)
class IntakeOrder:
    """What is ordered for each file."""

    owner: Account
    language: str  # as `job/new` takes it; empty: not named
    asked: TranscriptionRequest
    max_bytes: int


class FileChanged(Exception):
    """The file is not what it was."""


class FileIntake:
    def __init__(
        self,
        parts: Parts,
        capabilities: Capabilities,
        journal: IntakeJournal,
        order: IntakeOrder,
        clock: Clock,
    ) -> None:
        self._parts = parts
        self._capabilities = capabilities
        self._journal = journal
        self._order = order
        self._clock = clock
        self._visible = frozenset({order.owner.id})

    def is_new(self, file: FoundFile, folder: Path) -> bool:
        """Return whether the file has not been dealt with yet."""
        return not self._journal.knows(file.digest(folder))

    def take(self, file: FoundFile, folder: Path) -> TakenFile:
        """Take in a file that is new.

        Raises what a database raises that is away: the file is taken in by a later call then.
        """
        digest = file.digest(folder)
        job = self._job_of(digest)
        try:
            self._check_budget(file, job)
            job = job or self._opened(file, digest)
            self._store(file, folder, job)
            self._place(job)
        except FileChanged:
            if job is not None:
                delete_job(self._parts, job.id, self._visible)
            return TakenFile(file=file, outcome=IntakeOutcome.CHANGED)
        except (OSError, SystemFault) as error:
            reason = error.comment if isinstance(error, SystemFault) else error.strerror or str(error)
            return TakenFile(file=file, outcome=IntakeOutcome.LATER, reason=reason)
        except BudgetExceeded as error:  # a job that has its recording keeps it, and is ordered later
            return TakenFile(
                file=file,
                outcome=IntakeOutcome.OVER_BUDGET,
                job_id="" if job is None else job.id,
                reason=error.comment,
                renewed=error.renewed,
            )
        except ScribedockError as error:
            if job is not None:
                delete_job(self._parts, job.id, self._visible)
            return self._noted(file, digest, IntakeOutcome.REFUSED, reason=error.comment)
        return self._noted(file, digest, IntakeOutcome.ORDERED, job_id=job.id)

    def _noted(
        self, file: FoundFile, digest: str, outcome: IntakeOutcome, *, job_id: str = "", reason: str = ""
    ) -> TakenFile:
        self._journal.note(digest, outcome=outcome, job_id=job_id, at=self._clock.now())
        return TakenFile(file=file, outcome=outcome, job_id=job_id, reason=reason)

    def _job_of(self, digest: str) -> Job | None:
        """Return the job that an interrupted run has opened for the file."""
        wanted = JobFilter(account_ids=self._visible, external_id=PREFIX + digest, limit=1)
        return next((job for page in self._parts.listing.matching(wanted) for job in page), None)

    def _check_budget(self, file: FoundFile, job: Job | None) -> None:
        """Raise BudgetExceeded where the bytes of a file that is still to be stored are more than is left."""
        if job is None or self._parts.media.media_of_job(job.id) is None:
            self._parts.budgets.check_upload(self._order.owner.id, file.size)

    def _opened(self, file: FoundFile, digest: str) -> Job:
        if file.size > self._order.max_bytes:
            raise InvalidQuery(
                f"The file has {file.size:,} bytes, more than SCRIBEDOCK_UPLOAD_MAX_BYTES "
                f"({self._order.max_bytes:,})"
            )
        self._parts.uploads.check_room()
        job_id, _ = self._parts.jobs.create(
            self._order.owner,
            name=file.name.encode(errors="replace").decode(),
            language=spoken_language(self._order.language or "en"),
            language_given=bool(self._order.language),
            external_id=PREFIX + digest,
            is_duplicate=False,
        )
        return self._parts.jobs.find_job(job_id)

    def _store(self, file: FoundFile, folder: Path, job: Job) -> None:
        """Give the job the file's bytes, if it has none. Raises FileChanged, OSError."""
        if self._parts.media.media_of_job(job.id) is not None:
            return
        with _opened_file(file.path) as source, self._parts.store.begin() as partial:
            while piece := source.read(PIECE_BYTES):
                partial.write(memoryview(piece))
                if partial.bytes > file.size:
                    raise FileChanged
            if partial.bytes != file.size or found_file(file.path, folder) != file:
                raise FileChanged
            add_media_bytes(self._parts, job.id, self._visible, partial)

    def _place(self, job: Job) -> None:
        if self._parts.jobs.find_job(job.id).order_task_id is None:
            place_order(self._parts, self._capabilities, job.id, self._visible, self._order.asked)


def _opened_file(path: Path) -> BinaryIO:
    """Open the file for reading. Raises FileChanged where it is gone, OSError."""
    try:
        return path.open("rb")
    except FileNotFoundError:
        raise FileChanged from None
