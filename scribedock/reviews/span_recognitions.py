"""Stretches of a recording that are recognized once more, for whoever is at the pass.

A reviewer asks for a stretch that was recognized badly, perhaps in another language. What is found changes no
list: it is kept for whoever asked, who puts it in, or not, like anything else that they type. It goes when it
is forgotten, and at the latest with the pass.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from scribedock.db.engine import Database
from scribedock.db.tables import span_recognitions, tasks
from scribedock.errors import InvalidQuery, ItemNotFound
from scribedock.jobs.enqueuing import enqueue_span
from scribedock.jobs.job import UNFINISHED_STATUSES, Job, TaskStatus, TaskType
from scribedock.jobs.jobs import Jobs, add_task, set_task
from scribedock.orders.passes import PassKind
from scribedock.persons.acting import acting_person
from scribedock.reviews.review_pass import CONFLICT, actor_of, check_writable, find_joined
from scribedock.speech.span import Span

MIN_SPAN_MS = 300
"""A short word; in less than that nothing is recognized."""
MAX_SPAN_MS = 5 * 60_000
"""Of a stretch: what somebody compares at once with what is there. For more there is `job/again`."""
MAX_UNDER_WAY = 3
"""Of one job, so that nobody keeps the recognizers of a server busy by pressing a button."""
MAX_KEPT = 20
"""Of one pass; the oldest go when another is asked for."""
FORGOTTEN = "Nobody wants the result any longer"
NOTHING_SAID = "Nobody is heard to speak in this stretch"
NOT_UNDERSTOOD = "Somebody speaks in this stretch, but no word of it was understood"

_IS_UNDER_WAY = tasks.c.status.in_([status.value for status in UNFINISHED_STATUSES])


@dataclass(frozen=True, kw_only=True)
class SpanRecognition:
    """A stretch that was asked for, and what has become of it."""

    id: str  # of its task
    job_id: str
    span: Span
    # The language that was asked for, as the catalogue spells it; empty: the job's. Once the stretch is
    # recognized, that of the words.
    language: str
    status: TaskStatus
    problem: str  # why nothing was recognized
    notice: str  # about the language
    compressed: bytes | None  # an ElementList with what is said in the stretch: JSON, zlib


class SpanRecognitions:
    def __init__(self, database: Database, jobs: Jobs) -> None:
        self._database = database
        self._jobs = jobs

    def request(
        self,
        job_id: str,
        visible_accounts: frozenset[str],
        kind: PassKind,
        account_id: str,
        span: Span,
        *,
        language: str,
    ) -> str:
        """Request that a stretch be recognized; return the task's id.

        language is one of the catalogue, or AUTO; empty: the job's. The same stretch in the same language,
        asked for by the same person and not recognized yet, is not asked for twice. Raises ItemNotFound;
        InvalidQuery for a stretch that is too short, too long or not in the recording, and for the list of a
        translation; InvalidQuery (409) where the pass is not the caller's, or too much is under way.
        """
        with self._database.write() as connection:
            job = self._jobs.fetch_job(connection, job_id, visible_accounts)
            current = find_joined(connection, job, kind)
            check_writable(current, kind, account_id)
            _check_span(job, span)
            under_way = connection.execute(
                _select(span_recognitions.c.pass_id == current.id, _IS_UNDER_WAY)
            ).all()
            for row in under_way:
                same = (row.start_ms, row.end_ms, row.language) == (span.start_ms, span.end_ms, language)
                if same and (row.person_id or row.account_id) == actor_of(account_id):
                    return str(row.id)
            if len(under_way) >= MAX_UNDER_WAY:
                raise InvalidQuery(
                    f"{MAX_UNDER_WAY} stretches of this recording are being recognized: wait for one of "
                    "them, or stop it with review/forget_recognized",
                    status=CONFLICT,
                )
            _forget_oldest(connection, current.id)
            task_id = add_task(connection, job_id, TaskType.JOB_RECOGNIZE_SPAN, TaskStatus.QUEUED)
            connection.execute(
                span_recognitions.insert().values(
                    id=task_id,
                    pass_id=current.id,
                    account_id=account_id,
                    person_id=acting_person(),
                    start_ms=span.start_ms,
                    end_ms=span.end_ms,
                    language=language,
                    notice="",
                )
            )
            enqueue_span(connection, job, task_id)
            return task_id

    def recognitions(
        self,
        job_id: str,
        visible_accounts: frozenset[str],
        kind: PassKind,
        account_id: str,
        *,
        task_id: str | None = None,
    ) -> list[SpanRecognition]:
        """Return what the caller has asked for in the current pass, oldest first.

        task_id: only that one, if it is among them. Raises ItemNotFound, InvalidQuery (409) where the pass is
        not the caller's.
        """
        with self._database.read() as connection:
            job = self._jobs.fetch_job(connection, job_id, visible_accounts)
            current = find_joined(connection, job, kind)
            check_writable(current, kind, account_id)
            query = _select(span_recognitions.c.pass_id == current.id, _is_of(account_id))
            if task_id is not None:
                query = query.where(span_recognitions.c.id == task_id)
            rows = connection.execute(query).all()
        return [_recognition(row) for row in rows]

    def forget(
        self,
        job_id: str,
        visible_accounts: frozenset[str],
        kind: PassKind,
        account_id: str,
        task_id: str,
    ) -> None:
        """Forget what was recognized for the caller, and stop it where it is under way.

        Raises ItemNotFound where the caller has asked for nothing of that id in the current pass; otherwise
        as `recognitions`.
        """
        with self._database.write() as connection:
            job = self._jobs.fetch_job(connection, job_id, visible_accounts)
            current = find_joined(connection, job, kind)
            check_writable(current, kind, account_id)
            own = (
                span_recognitions.c.id == task_id,
                span_recognitions.c.pass_id == current.id,
                _is_of(account_id),
            )
            if connection.execute(_select(*own)).first() is None:
                raise ItemNotFound(
                    f"task_id: you have asked for no stretch {task_id!r} in this pass; review/recognized "
                    "lists those that you have"
                )
            set_task(connection, task_id, TaskStatus.ABORTED, FORGOTTEN)
            connection.execute(span_recognitions.delete().where(*own))

    def start(self, task_id: str) -> SpanRecognition | None:
        """Note that the work begins; return what to recognize, None where nobody wants it any longer."""
        with self._database.write() as connection:
            row = connection.execute(_select(span_recognitions.c.id == task_id)).first()
            if row is None:
                set_task(connection, task_id, TaskStatus.ABORTED, FORGOTTEN)
                return None
            if not set_task(connection, task_id, TaskStatus.INPROGRESS):
                return None
        return _recognition(row)

    def is_wanted(self, task_id: str) -> bool:
        with self._database.read() as connection:
            return (
                connection.execute(_select(span_recognitions.c.id == task_id, _IS_UNDER_WAY)).first()
                is not None
            )

    def finish(self, task_id: str, body: bytes, *, language: str, notice: str) -> None:
        """Keep what was recognized, unless nobody wants it any longer.

        body is an ElementList, as JSON, with segments of the stretch alone; language, in the catalogue's
        spelling, that of its words.
        """
        asked = span_recognitions.c.id == task_id
        with self._database.write() as connection:
            if connection.execute(_select(asked)).first() is None:
                set_task(connection, task_id, TaskStatus.ABORTED, FORGOTTEN)
            elif set_task(connection, task_id, TaskStatus.COMPLETE):
                connection.execute(
                    span_recognitions.update()
                    .where(asked)
                    .values(compressed=zlib.compress(body), language=language, notice=notice)
                )

    def fail(self, task_id: str, problem: str) -> None:
        with self._database.write() as connection:
            set_task(connection, task_id, TaskStatus.FAILED, problem)

    def abandon(self, task_id: str) -> None:
        """End a task whose result nobody wants any longer."""
        with self._database.write() as connection:
            set_task(connection, task_id, TaskStatus.ABORTED, FORGOTTEN)


def forget_recognitions(connection: Connection, pass_id: str) -> None:
    """Forget whatever was recognized once more in a pass; what is under way stops when it notices."""
    connection.execute(span_recognitions.delete().where(span_recognitions.c.pass_id == pass_id))


def _check_span(job: Job, span: Span) -> None:
    """Raise InvalidQuery where the stretch cannot be recognized for the job's list."""
    if job.leading_id is not None and job.target_language:
        raise InvalidQuery(
            "The list of this job is a translation: what is said in its recording belongs into the list of "
            f"job {job.leading_id}, of which it was made"
        )
    length = span.end_ms - span.start_ms
    if length < MIN_SPAN_MS:
        raise InvalidQuery(f"end: must be at least {MIN_SPAN_MS} ms after start")
    if length > MAX_SPAN_MS:
        raise InvalidQuery(
            f"end: a stretch has at most {MAX_SPAN_MS:,} ms, and this one {length:,}; divide it, or order "
            "the whole recording once more (job/again)"
        )
    if job.media_ms is None or span.end_ms > job.media_ms:
        length_told = "has no known length yet" if job.media_ms is None else f"ends at {job.media_ms} ms"
        raise InvalidQuery(f"end: must lie in the recording, which {length_told}")


def _forget_oldest(connection: Connection, pass_id: str) -> None:
    """Make room for one more stretch of the pass."""
    of_pass = span_recognitions.c.pass_id == pass_id
    ids = [row.id for row in connection.execute(_select(of_pass, ~_IS_UNDER_WAY))]
    surplus = ids[: max(0, len(ids) - MAX_KEPT + 1)]
    connection.execute(span_recognitions.delete().where(span_recognitions.c.id.in_(surplus)))


def _is_of(account_id: str) -> sa.ColumnElement[bool]:
    """Build the condition that whoever acts now has asked for it."""
    asker = sa.func.coalesce(span_recognitions.c.person_id, span_recognitions.c.account_id)
    return asker == actor_of(account_id)


def _select(*conditions: sa.ColumnElement[bool]) -> sa.Select[Any]:
    """Select stretches with the state of their tasks, oldest first."""
    return (
        sa.select(span_recognitions, tasks.c.job_id, tasks.c.status, tasks.c.info)
        .join(tasks, tasks.c.id == span_recognitions.c.id)
        .where(*conditions)
        .order_by(tasks.c.requested, tasks.c.id)
    )


def _recognition(row: Any) -> SpanRecognition:
    return SpanRecognition(
        id=row.id,
        job_id=row.job_id,
        span=Span(start_ms=row.start_ms, end_ms=row.end_ms),
        language=row.language,
        status=TaskStatus(row.status),
        problem=row.info,
        notice=row.notice,
        compressed=None if row.compressed is None else bytes(row.compressed),
    )
