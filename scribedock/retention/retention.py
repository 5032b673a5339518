"""Erases what has been kept for long enough; shows beforehand what will be erased, and when."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
import structlog

from scribedock.db.engine import Database
from scribedock.db.tables import accounts, jobs, uploads
from scribedock.host.erasure_journal import ErasedPart, Erasure, ErasureJournal
from scribedock.jobs.jobs import Jobs
from scribedock.reports.audit import DONE, Audit
from scribedock.retention.candidates import Candidate, candidates
from scribedock.retention.erasing import ERASERS
from scribedock.retention.policies import Policy, Retained, RetentionPolicies
from scribedock.storage.leftovers import remove_object
from scribedock.storage.store import Store
from scribedock.uploads.core.records import UploadStatus
from scribedock.uploads.uploads import Uploads

log = structlog.get_logger("scribedock.retention")

ACTOR = "retention"  # in the audit log instead of an address
PARTS: Mapping[Retained, ErasedPart] = {
    Retained.RECORDINGS: ErasedPart.RECORDING,
    Retained.RESULTS: ErasedPart.RESULTS,
}
EXEMPT = "exempt"  # what an entry says where something has changed meanwhile
EXPIRED_UPLOAD = "The upload was kept for as long as its account's retention says, and was not finished"


@dataclass(frozen=True, kw_only=True)
class Due:
    """Something of a job that is erased at a time."""

    job_id: str
    account_id: str
    username: str
    retained: Retained
    at: datetime
    upload_id: str = ""  # of an unfinished upload


class Retention:
    def __init__(
        self,
        *,
        database: Database,
        jobs: Jobs,
        store: Store,
        uploads: Uploads,
        audit: Audit,
        policies: RetentionPolicies,
        journal: ErasureJournal,
    ) -> None:
        self._database = database
        self._jobs = jobs
        self._store = store
        self._uploads = uploads
        self._audit = audit
        self._policies = policies
        self._journal = journal

    def preview(self) -> list[Due]:
        """Return all that will be erased and when, as things stand now; what is due already comes first."""
        return self._due(None)

    def enforce(self) -> list[str]:
        """Erase what is due; return the ids of the jobs of which something was erased.

        Every erasure is in the audit log, under the account of its job. Where one fails, the others are done.
        """
        now = self._database.clock.now()
        changed = []
        for due in self._due(now):
            try:
                if self._erase(due):
                    changed.append(due.job_id)
            except Exception:
                log.exception("not erased; it is tried again", job=due.job_id, what=due.retained)
        self._sweep_audit(now)
        return changed

    def _due(self, until: datetime | None) -> list[Due]:
        """Return what is erased until then, and afterwards too where that is None; the next comes first."""
        policies = self._policies.of_all()
        found = [*self._recordings_and_results(policies, until), *self._partials(policies)]
        return sorted(
            (due for due in found if until is None or due.at <= until),
            key=lambda due: (due.at, due.job_id, due.retained),
        )

    def erase_part(self, job_id: str, part: ErasedPart) -> bool:
        """Erase the recording or the results of a job, whatever its policy; return whether there was any.

        Raises ItemNotFound, SystemFault.
        """
        with self._database.read() as connection:
            job = self._jobs.fetch_job(connection, job_id)
        marks = {ErasedPart.RECORDING: job.recording_erased, ErasedPart.RESULTS: job.results_erased}
        if marks[part] is not None:
            return False
        self._clear(job_id, part)
        return True

    def _recordings_and_results(
        self, policies: Mapping[str, Policy], until: datetime | None
    ) -> Iterator[Due]:
        for retained in PARTS:
            shortest = _shortest(policies, retained)
            if shortest is None:
                continue
            before = None if until is None else until - shortest
            with self._database.read() as connection:
                for each in candidates(connection, retained, ended_before=before):
                    due = _due(each, policies)
                    if due is not None:
                        yield due

    def _partials(self, policies: Mapping[str, Policy]) -> list[Due]:
        if _shortest(policies, Retained.PARTIALS) is None:
            return []
        query = (
            sa.select(
                uploads.c.id, uploads.c.started, uploads.c.job_id, jobs.c.account_id, accounts.c.username
            )
            .join(jobs, jobs.c.id == uploads.c.job_id)
            .join(accounts, accounts.c.id == jobs.c.account_id)
            .where(
                uploads.c.status == UploadStatus.RECEIVING.value,
                uploads.c.partial.is_not(None),
                jobs.c.deleted.is_(None),
                jobs.c.protected.is_(False),
            )
        )
        with self._database.read() as connection:
            rows = connection.execute(query).all()
        return [
            Due(
                job_id=row.job_id,
                account_id=row.account_id,
                username=row.username,
                retained=Retained.PARTIALS,
                at=row.started + period,
                upload_id=row.id,
            )
            for row in rows
            if (period := policies[row.account_id][Retained.PARTIALS].period) is not None
        ]

    def _erase(self, due: Due) -> bool:
        """Erase what is due, unless something has changed meanwhile; return whether it was erased."""
        entry = self._audit.begin_entry(
            account_id=due.account_id, address=ACTOR, call=f"erase {due.retained}", job_id=due.job_id
        )
        if due.retained is Retained.PARTIALS:
            erased = self._uploads.expire(due.upload_id, EXPIRED_UPLOAD)
        else:
            erased = self._clear(due.job_id, PARTS[due.retained], retained=due.retained)
        self._audit.end_entry(entry, DONE if erased else EXEMPT)
        if erased:
            log.info("erased as the retention of its account says", job=due.job_id, what=due.retained)
        return erased

    def _clear(self, job_id: str, part: ErasedPart, *, retained: Retained | None = None) -> bool:
        """Erase a part of the job in one transaction; return False where `retained` is exempt by now."""
        now = self._database.clock.now()
        with self._database.write() as connection:
            self._jobs.fetch_job(connection, job_id)
            if retained is not None and next(candidates(connection, retained, job_id=job_id), None) is None:
                return False
            keys = ERASERS[part](connection, job_id, now)
            self._journal.note(Erasure(at=now, part=part, id=job_id))
        for key in keys:
            remove_object(self._store, key)
        return True

    def _sweep_audit(self, now: datetime) -> None:
        default = self._policies.default[Retained.AUDIT]
        others = {
            account_id: _cutoff(now, policy[Retained.AUDIT].period)
            for account_id, policy in self._policies.of_all().items()
            if policy[Retained.AUDIT].days != default.days
        }
        self._audit.sweep(now - timedelta(days=default.days), others)


def _shortest(policies: Mapping[str, Policy], retained: Retained) -> timedelta | None:
    """Return the shortest time that any account keeps something; None: all keep it without limit."""
    periods = (policy[retained].period for policy in policies.values())
    return min((period for period in periods if period is not None), default=None)


def _cutoff(now: datetime, period: timedelta | None) -> datetime | None:
    return None if period is None else now - period


def _due(candidate: Candidate, policies: Mapping[str, Policy]) -> Due | None:
    period = policies[candidate.account_id][candidate.retained].period
    if period is None:
        return None
    return Due(
        job_id=candidate.job_id,
        account_id=candidate.account_id,
        username=candidate.username,
        retained=candidate.retained,
        at=candidate.ended + period,
    )
