"""Orders of a transcription, and how they end."""

from __future__ import annotations

import uuid
import zlib
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from scribedock.accounts.reviewers import is_reviewed
from scribedock.budgets.budgets import check_order
from scribedock.budgets.ledger import charge_order, settle_order
from scribedock.clock import format_time
from scribedock.db.engine import Database, insert_once, time_of
from scribedock.db.tables import callbacks, jobs, media
from scribedock.db.tables import passes as passes_table
from scribedock.dispatch.work import withdraw_task
from scribedock.errors import InvalidQuery, ItemNotFound
from scribedock.jobs.elementlists import ElementLists
from scribedock.jobs.enqueuing import enqueue_callback, enqueue_order, list_finished
from scribedock.jobs.iwp import Iwp
from scribedock.jobs.job import Fidelity, Job, JobColumns, JobStatus, Priority, TaskStatus, TaskType
from scribedock.jobs.jobs import Jobs, add_task, set_task
from scribedock.jobs.order_options import NO_OPTIONS, OrderOptions
from scribedock.jobs.states import JobEvent
from scribedock.jobs.transcripts import check_usable
from scribedock.jobs.turnaround import check_allowed, due_date, effective_priority
from scribedock.orders.callback_url import names_status
from scribedock.orders.counting import count_end, count_speech
from scribedock.orders.notes import joined
from scribedock.orders.passes import PassKind, PassStatus, Step, planned
from scribedock.webhooks.event_types import EventType
from scribedock.webhooks.outbox import announce
from scribedock_captions.elementlist.codec import parse, to_json
from scribedock_captions.text.intelligence import annotated

NO_MEDIA = (
    "The job has no media: PUT the recording to the URL that request_upload_url returns, "
    "or use add_media or add_media_url, then order again"
)
FAILURE_CALLBACK = ""  # in place of an IWP name: the callback that says Media Failure


@dataclass(frozen=True, kw_only=True)
class Order:
    """What is ordered; None stands for what `modify` has set, else for the API's default."""

    fidelity: Fidelity
    priority: Priority | None = None
    turnaround_hours: int | None = None
    callback_url: str | None = None
    target_language: str = ""
    options: OrderOptions = NO_OPTIONS
    default_notes: str = ""  # of the account, plain text


class Orders:
    def __init__(
        self, database: Database, jobs: Jobs, elementlists: ElementLists, *, priorities: Collection[Priority]
    ) -> None:
        """Accept orders of these priorities only."""
        self._database = database
        self._jobs = jobs
        self._elementlists = elementlists
        self._priorities = frozenset(priorities)

    def place(
        self,
        job_id: str,
        visible_accounts: frozenset[str] | None,
        order: Order,
        *,
        needs_authorization: bool,
        bring: Callable[[Connection, Job], None] | None = None,
        then: Callable[[Connection, Job], None] | None = None,
    ) -> str:
        """Record the order, and close the job's upload URLs; return the TaskId.

        bring: attaches media that come with the order, in the order's transaction.
        then: does what follows from the order, given the ordered job, in the order's transaction.
        Raises InvalidQuery without usable media, which a sandbox's job need not have, and for a job that
        is ordered, running or finished; ItemNotFound where retention has erased the recording; InvalidOption
        for a priority that this server does not accept; BudgetExceeded, which leaves the job as it was.
        """
        with self._database.write() as connection:
            job = self._jobs.fetch_job(connection, job_id, visible_accounts)
            if job.order_task_id is not None or job.status is JobStatus.COMPLETE:
                raise InvalidQuery(
                    f"The transcription of this job is ordered already; the job is {job.status}. "
                    "Open another job to transcribe again"
                )
            if bring is not None:
                bring(connection, job)
            self._check_media(connection, job)
            check_usable(connection, job)
            order = _completed(order, job)
            priority = effective_priority(order.priority or Priority.STANDARD, order.turnaround_hours)
            check_allowed(priority, self._priorities)
            if not job.sandbox:
                check_order(connection, job.account_id, job.media_ms)
            task_id = add_task(connection, job_id, TaskType.JOB_PERFORM_TRANSCRIPTION, TaskStatus.QUEUED)
            if not job.sandbox:
                charge_order(connection, task_id, job.account_id, job.media_ms)
            now = time_of(connection)
            # The date of a job that needed no authorization when created says nothing about this order.
            held = needs_authorization and job.authorized in (None, job.created)
            self._jobs.advance(
                connection,
                job,
                JobEvent.ORDERED_UNAUTHORIZED if held else JobEvent.ORDERED,
                fidelity=order.fidelity.value,
                priority=priority.value,
                turnaround_hours=order.turnaround_hours,
                callback_url=order.callback_url,
                target_language=order.target_language,
                options=order.options.to_json(),
                order_task_id=task_id,
                due=due_date(now, priority, order.turnaround_hours),
                authorized=None if held else job.authorized or job.created,
                progress=0.0,
                started=None,
                failure_reason=None,
                notice=None,
                speech_ms=None,
                worded_ms=None,
                unrecognized_ms=None,
                words=None,
                words_in_doubt=None,
                words_aligned=None,
                words_estimated=None,
            )
            ordered = self._jobs.fetch_job(connection, job_id)
            if not held:
                assert ordered.due is not None
                enqueue_order(connection, ordered, task_id, due=ordered.due)
            if then is not None:
                then(connection, ordered)
            return task_id

    def _check_media(self, connection: Connection, job: Job) -> None:
        row = connection.execute(sa.select(media).where(media.c.job_id == job.id)).first()
        if row is None and not job.sandbox:
            job.check_recording_kept()
            raise InvalidQuery(NO_MEDIA)
        if row is not None and row.refused:
            raise InvalidQuery(
                f"The media of this job cannot be used ({job.failure_reason}); "
                "add other media, then order again"
            )

    def start(self, task_id: str, engine: str) -> Job | None:
        """Start work on the order; return its job, or None if nothing is left to do."""
        with self._database.write() as connection:
            job = self._ordered(connection, task_id)
            if job is None or job.status in (JobStatus.AUTHORIZING, JobStatus.REVIEWING):
                return None
            if not set_task(connection, task_id, TaskStatus.INPROGRESS):
                return None
            self._jobs.advance(
                connection, job, JobEvent.STARTED, started=job.started or time_of(connection), engine=engine
            )
        return self._jobs.find_job(job.id)

    def note(self, task_id: str, columns: JobColumns) -> None:
        """Set columns of the job that say how the work goes, unless the order has ended."""
        with self._database.write() as connection:
            job = self._ordered(connection, task_id)
            if job is not None and job.status is JobStatus.IN_PROCESS:
                self._jobs.set(connection, job.id, **columns)

    def finish(
        self,
        task_id: str,
        body: bytes,
        *,
        passes: tuple[Iwp, ...],
        media_ms: int,
        noted: JobColumns | None = None,
    ) -> bool:
        """Store the machine's ElementList under each name, and complete the job; False if it had ended.

        noted: columns of the job that say how it went. Where passes by people follow, the job is handed
        over to them instead, without FINAL.
        """
        compressed = zlib.compress(body)
        with self._database.read() as connection:
            ordered = self._ordered(connection, task_id)
        # Before the transaction, because it makes all other writers wait.
        rich = None if ordered is None else _enriched(ordered, passes, compressed)
        with self._database.write() as connection:
            job = self._ordered(connection, task_id)
            if job is None or job.status is not JobStatus.IN_PROCESS:
                return False
            self._jobs.set(connection, job.id, **(JobColumns(media_ms=media_ms) | (noted or {})))
            settle_order(connection, task_id, media_ms)
            steps = planned(job, reviewed=job.sandbox or is_reviewed(connection, job.account_id))
            if steps:
                reviewed = any(step.kind is PassKind.REVIEW for step in steps)
                self._jobs.advance(connection, job, JobEvent.HANDED_OVER, progress=1.0, reviewed=reviewed)
                _open_passes(connection, job.id, steps)
                passes = tuple(name for name in passes if name is not Iwp.FINAL)
            self.publish(connection, job, task_id, passes, compressed, rich=rich)
        count_speech(job, media_ms, noted or {})
        if not steps:
            count_end(JobStatus.COMPLETE)
        return True

    def publish(
        self,
        connection: Connection,
        job: Job,
        task_id: str,
        names: tuple[Iwp, ...],
        compressed: bytes,
        *,
        rich: bytes | None = None,
        cause_id: str | None = None,
    ) -> None:
        """Store the list of a pass under each name, and plan its callbacks; FINAL completes the job.

        `job` was read in this write transaction. rich: the list with keywords and topics, if they were
        found already. Both lists are the API's JSON, zlib-compressed. cause_id: the task that the lists and
        callbacks belong to, where it is not the order's: a name is published once for each.
        """
        cause_id = cause_id or task_id
        for iwp_name, version in _with_intelligence(job, names, compressed, rich):
            (created,) = self._elementlists.store(connection, job.id, cause_id, (iwp_name,), version)
            announce(
                connection,
                EventType.VERSION_PUBLISHED,
                account_id=job.account_id,
                job_id=job.id,
                task_id=cause_id,
                iwp_name=iwp_name.value,
                elementlist_version=format_time(created),
            )
        now = time_of(connection)
        if Iwp.FINAL in names:
            set_task(connection, task_id, TaskStatus.COMPLETE)
            self._jobs.advance(connection, job, JobEvent.FINISHED, completed=now, returned=now, progress=1.0)
            list_finished(connection, job.id)
        for name in callback_names(job.options, names):
            self._plan_callback(connection, job, cause_id, name, now)

    def publish_correction(
        self, connection: Connection, job: Job, task_id: str, compressed: bytes, *, rich: bytes | None = None
    ) -> None:
        """Store a further FINAL of a finished job; nobody is called. Arguments as of `publish`."""
        [(name, version)] = _with_intelligence(job, (Iwp.FINAL,), compressed, rich)
        self._elementlists.store(connection, job.id, task_id, (name,), version)

    def tell_of_rejection(self, connection: Connection, job: Job, task_id: str, name: Iwp) -> None:
        """Plan the callback that says that the version of this name was rejected.

        Only a URL that names the state is called: to another, the call would say that the version is there.
        """
        if job.callback_url and names_status(job.callback_url):
            self._plan_callback(connection, job, task_id, name.value, time_of(connection))

    def fail(self, task_id: str, reason: str, *, refused: bool = True) -> bool:
        """End the order as Media Failure; the job may take new media and a new order.

        refused: whether the media is at fault, so that other media must be added first.
        """
        with self._database.write() as connection:
            job = self._ordered(connection, task_id)
            if job is None or not set_task(connection, task_id, TaskStatus.FAILED, reason):
                return False
            self._jobs.advance(connection, job, JobEvent.FAILED, failure_reason=reason, order_task_id=None)
            connection.execute(media.update().where(media.c.job_id == job.id).values(refused=refused))
            self._plan_callback(connection, job, task_id, FAILURE_CALLBACK, time_of(connection))
        count_end(JobStatus.MEDIA_FAILURE)
        return True

    def cancel(self, job_id: str, reason: str) -> str:
        """End the order whose work waits or runs; return its TaskId.

        The job becomes a Media Failure for this reason, with its callback, and may be ordered again: the API
        knows no other end without a result. Raises ItemNotFound; InvalidQuery where nothing is under way, and
        while people review the job.
        """
        with self._database.write() as connection:
            job = self._jobs.fetch_job(connection, job_id)
            task_id = job.order_task_id
            if task_id is None or job.status is JobStatus.COMPLETE:
                raise InvalidQuery(f"No order of job {job.id} is under way; the job is {job.status}")
            if job.status is JobStatus.REVIEWING:
                raise InvalidQuery(
                    f"People are reviewing job {job.id}, and its transcript is there already; delete the job "
                    "to end it"
                )
            self._jobs.advance(connection, job, JobEvent.CANCELLED, failure_reason=reason, order_task_id=None)
            set_task(connection, task_id, TaskStatus.ABORTED, reason)
            withdraw_task(connection, task_id)
            self._plan_callback(connection, job, task_id, FAILURE_CALLBACK, time_of(connection))
        return task_id

    def _ordered(self, connection: Connection, task_id: str) -> Job | None:
        job_id = connection.execute(
            sa.select(jobs.c.id).where(jobs.c.order_task_id == task_id)
        ).scalar_one_or_none()
        if job_id is None:
            return None
        try:
            return self._jobs.fetch_job(connection, job_id)
        except ItemNotFound:
            return None

    def _plan_callback(
        self, connection: Connection, job: Job, task_id: str, name: str, now: datetime
    ) -> None:
        if job.callback_url:
            planned_id = callback_id(task_id, name)
            insert_once(
                connection,
                callbacks,
                id=planned_id,
                job_id=job.id,
                task_id=task_id,
                iwp_name=name,
                url=job.callback_url,
                status=TaskStatus.QUEUED.value,
                created=now,
            )
            enqueue_callback(connection, job, planned_id, url=job.callback_url, ready=now, once=True)


def _open_passes(connection: Connection, job_id: str, steps: Sequence[Step]) -> None:
    now = time_of(connection)
    for position, step in enumerate(steps):
        connection.execute(
            passes_table.insert().values(
                id=uuid.uuid4().hex,
                job_id=job_id,
                position=position,
                iwp_name=step.iwp_name.value,
                kind=step.kind.value,
                status=(PassStatus.WAITING if position else PassStatus.OPEN).value,
                opened=None if position else now,
            )
        )


def wanted_intelligence(job: Job) -> tuple[Iwp, ...]:
    """Return the names of the passes whose lists get keywords and topics."""
    return job.options.generate_media_intelligence_iwp or ()


def _with_intelligence(
    job: Job, names: tuple[Iwp, ...], compressed: bytes, rich: bytes | None
) -> list[tuple[Iwp, bytes]]:
    """Return the list under each name, with keywords and topics where the order asks for them."""
    wanted = set(wanted_intelligence(job))
    rich = rich or _enriched(job, names, compressed)
    return [(name, rich if rich and name in wanted else compressed) for name in names]


def _enriched(job: Job, names: tuple[Iwp, ...], compressed: bytes) -> bytes | None:
    """Add keywords and topics to the list if the order asks for them under one of these names.

    Takes about a second for a list of two hours.
    """
    if not set(wanted_intelligence(job)) & set(names):
        return None
    return zlib.compress(to_json(annotated(parse(zlib.decompress(compressed)))))


def callback_id(task_id: str, name: str) -> str:
    """Derive a callback's id, the same for the same event, so that a repeated one can be recognized."""
    return uuid.uuid5(uuid.UUID(task_id), name).hex


def _completed(order: Order, job: Job) -> Order:
    """Complete the order with what `modify` set before it; a failed order leaves nothing to the next."""
    options = order.options
    if job.status is not JobStatus.MEDIA_FAILURE:
        options = options.over(job.options)
        order = replace(
            order,
            priority=order.priority or job.priority,
            turnaround_hours=order.turnaround_hours or job.turnaround_hours,
            callback_url=order.callback_url or job.callback_url,
        )
    notes = joined(order.default_notes, options.notes or "")
    return replace(order, options=replace(options, notes=notes) if notes else options)


def callback_names(options: OrderOptions, passes: tuple[Iwp, ...]) -> list[str]:
    """Return the names to call back for: FINAL, and each further finished pass in `return_iwp`."""
    wanted = {Iwp.FINAL, *(options.return_iwp or ())}
    return [name.value for name in passes if name in wanted]
