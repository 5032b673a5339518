"""The one recording of a job: uploaded, sent as a body, or fetched from a URL."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from scribedock.budgets.ledger import charge_upload, settle_order
from scribedock.db.engine import Database, time_of
from scribedock.db.tables import jobs, media
from scribedock.errors import InvalidQuery
from scribedock.jobs.enqueuing import enqueue_media, recording_came
from scribedock.jobs.erasing.objects import lock_sharers, unreferenced
from scribedock.jobs.job import Job, JobStatus, TaskStatus, TaskType, erased_error
from scribedock.jobs.jobs import Jobs, add_task, set_task
from scribedock.keys.sealing import Sealing
from scribedock.webhooks.event_types import EventType
from scribedock.webhooks.outbox import announce

ORDERED_MESSAGE = "The transcription of this job is ordered already; its media cannot be changed"


class MediaSource(StrEnum):
    UPLOAD = "upload"  # a PUT to a pre-signed URL
    BODY = "body"  # the body of add_media
    URL = "url"  # fetched
    PAGE = "page"  # fetched, or what the fetched page embeds


# Built once: building a statement takes longer than running it.
INSERT_MEDIA = media.insert()
COLUMNS = [column for column in media.c if column is not media.c.url_digest]
MEDIA_OF_JOB = sa.select(*COLUMNS).where(media.c.job_id == sa.bindparam("job"))


@dataclass(frozen=True, kw_only=True)
class Media:
    job_id: str
    source: MediaSource
    url: str | None
    task_id: str
    storage_key: str | None  # None until the bytes are durable
    bytes: int | None
    etag: str | None
    refused: bool
    added: datetime
    audio_track: int | None  # of several, the one with speech: its index in the container


@dataclass(frozen=True, kw_only=True)
class Attached:
    task_id: str
    replaced_key: str | None  # the object that nothing refers to any longer


class JobMedia:
    def __init__(self, database: Database, jobs: Jobs, sealing: Sealing) -> None:
        self._database = database
        self._jobs = jobs
        self._sealing = sealing

    def media_of_job(self, job_id: str) -> Media | None:
        with self._database.read() as connection:
            return _find(connection, job_id)

    def fetch_media(self, connection: Connection, job_id: str) -> Media | None:
        """Do as `media_of_job` within a transaction."""
        return _find(connection, job_id)

    def media_behind_job(self, job: Job) -> Media | None:
        """Return the media that the job's list is about: its own, or the leading job's."""
        return self.media_of_job(job.leading_id or job.id)

    def check_kept(self, job: Job) -> None:
        """Raise ItemNotFound where retention has erased the recording that the job's list is about."""
        at = self.erased_at(job)
        if at is not None:
            raise erased_error("recording", at)

    def erased_at(self, job: Job) -> datetime | None:
        """Return when retention has erased the recording that the job's list is about; None: it has not."""
        query = sa.select(jobs.c.recording_erased).where(jobs.c.id == (job.leading_id or job.id))
        with self._database.read() as connection:
            at: datetime | None = connection.execute(query).scalar()
        return at

    def media_of_task(self, task_id: str) -> Media | None:
        """Return the media that this task adds; None once other media replaced it."""
        with self._database.read() as connection:
            return _select(connection, media.c.task_id == task_id)

    def check_addable(self, job: Job) -> None:
        """Raise InvalidQuery where `add_media` may not give the job (another) media."""
        existing = self.media_of_job(job.id)
        _refuse_second(job, existing)

    def attach(
        self,
        connection: Connection,
        job: Job,
        source: MediaSource,
        *,
        storage_key: str | None,
        size: int | None,
        etag: str | None = None,
        url: str | None = None,
        replace: bool,
    ) -> Attached:
        """Make this the job's media, with a task that fetches or probes it.

        `job` must have been read in this write transaction. Raises InvalidQuery once the transcription is
        ordered (409 where it would `replace` media), and for a second media unless `replace`.
        """
        existing = _find(connection, job.id)
        if not replace:
            _refuse_second(job, existing)
        elif job.order_task_id is not None:
            raise InvalidQuery(ORDERED_MESSAGE, status=409)
        task_id = add_task(connection, job.id, TaskType.JOB_ADD_MEDIA, TaskStatus.QUEUED)
        if existing is not None:
            set_task(connection, existing.task_id, TaskStatus.ABORTED, "Replaced by other media")
            lock_sharers(connection, job.id)
            connection.execute(media.delete().where(media.c.job_id == job.id))
            same = sa.or_(jobs.c.id == job.id, jobs.c.recording_of == job.id)
            connection.execute(
                jobs.update().where(same, jobs.c.recording_of.is_not(None)).values(recording_of=None)
            )
        row = {
            "job_id": job.id,
            "source": source.value,
            "url": url,
            "url_digest": None if url is None else self._sealing.digest(url),
            "task_id": task_id,
            "storage_key": storage_key,
            "bytes": size,
            "etag": etag,
            "refused": False,
            "added": time_of(connection),
        }
        connection.execute(INSERT_MEDIA, row)
        enqueue_media(connection, job, task_id, url=url if storage_key is None else None)
        if storage_key is not None:
            _note_received(connection, job, task_id, source, size)
        if any(each is not None for each in (job.media_ms, job.failure_reason, job.recording_erased)):
            connection.execute(
                jobs.update()
                .where(jobs.c.id == job.id)
                .values(media_ms=None, failure_reason=None, recording_erased=None)
            )
        replaced = [existing.storage_key] if existing and existing.storage_key else []
        return Attached(task_id=task_id, replaced_key=next(iter(unreferenced(connection, replaced)), None))

    def accept(self, connection: Connection, job: Job) -> None:
        """Let the job's media be ordered although it could not be used before."""
        connection.execute(media.update().where(media.c.job_id == job.id).values(refused=False))

    def fetched(self, task_id: str, *, storage_key: str, size: int) -> bool:
        """Record that the bytes of fetched media are durable; return whether it is still the job's media."""
        with self._database.write() as connection:
            found = _lock(connection, task_id)
            if found is None:
                return False
            connection.execute(
                media.update().where(media.c.task_id == task_id).values(storage_key=storage_key, bytes=size)
            )
            job = self._jobs.fetch_job(connection, found.job_id)
            enqueue_media(connection, job, task_id, url=None, once=True)
            if found.storage_key is None:
                _note_received(connection, job, task_id, found.source, size)
            recording_came(connection, found.job_id)
        return True

    def fetch_failed(self, task_id: str, problem: str) -> None:
        """Record that the media could not be fetched: its order fails, or other media may be added."""
        with self._database.write() as connection:
            found = _lock(connection, task_id)
            set_task(connection, task_id, TaskStatus.FAILED, problem)
            if found is not None:
                connection.execute(media.update().where(media.c.task_id == task_id).values(refused=True))
                connection.execute(
                    jobs.update().where(jobs.c.id == found.job_id).values(failure_reason=problem)
                )
                recording_came(connection, found.job_id)

    def probed(self, task_id: str, *, media_ms: int | None, problem: str | None) -> None:
        """End the task with the probe's result; `problem` is a warning, an order remains possible.

        Why an order has failed meanwhile stays the reason.
        """
        with self._database.write() as connection:
            found = _lock(connection, task_id)
            set_task(connection, task_id, TaskStatus.COMPLETE, problem or "")
            if found is not None:
                connection.execute(
                    jobs.update()
                    .where(jobs.c.id == found.job_id, jobs.c.completed.is_(None))
                    .values(
                        media_ms=media_ms,
                        failure_reason=sa.case(
                            (
                                jobs.c.status == JobStatus.MEDIA_FAILURE.value,
                                sa.func.coalesce(jobs.c.failure_reason, problem),
                            ),
                            else_=problem,
                        ),
                    )
                )
                ordered = sa.select(jobs.c.order_task_id).where(jobs.c.id == found.job_id)
                settle_order(connection, connection.execute(ordered).scalar(), media_ms)
                if found.storage_key is None:
                    recording_came(connection, found.job_id)

    def note_track(self, job_id: str, track: int) -> None:
        """Record which sound track is transcribed, so that every rendition uses the same one."""
        with self._database.write() as connection:
            connection.execute(media.update().where(media.c.job_id == job_id).values(audio_track=track))

    def url_in_use(self, account_id: str, url: str) -> str | None:
        """Return a living job of the account whose media comes from the same URL."""
        with self._database.read() as connection:
            return connection.execute(
                sa.select(jobs.c.id)
                .join(media, media.c.job_id == jobs.c.id)
                .where(
                    jobs.c.account_id == account_id,
                    jobs.c.deleted.is_(None),
                    media.c.url_digest == self._sealing.digest(url),
                )
            ).scalar()

    def stored_keys(self) -> frozenset[str]:
        with self._database.read() as connection:
            return frozenset(
                connection.execute(
                    sa.select(media.c.storage_key).where(media.c.storage_key.is_not(None))
                ).scalars()
            )


def _note_received(
    connection: Connection, job: Job, task_id: str, source: MediaSource, size: int | None
) -> None:
    """Charge the account with a recording that is here, and tell those who want to know."""
    if not job.sandbox:
        charge_upload(connection, task_id, job.account_id, size)
    announce(
        connection,
        EventType.UPLOAD_RECEIVED,
        account_id=job.account_id,
        job_id=job.id,
        task_id=task_id,
        source=source.value,
    )


def _lock(connection: Connection, task_id: str) -> Media | None:
    """Lock the task's job, then read the task's media: jobs are locked before their tasks everywhere.

    Otherwise a probe that ends while its media is replaced would deadlock with the upload.
    """
    found = _select(connection, media.c.task_id == task_id)
    if found is None:
        return None
    locked = sa.select(jobs.c.id).where(jobs.c.id == found.job_id).with_for_update(key_share=True)
    connection.execute(locked)
    return _select(connection, media.c.task_id == task_id)


def _find(connection: Connection, job_id: str) -> Media | None:
    return _media_of(connection.execute(MEDIA_OF_JOB, {"job": job_id}))


def _select(connection: Connection, condition: sa.ColumnElement[bool]) -> Media | None:
    return _media_of(connection.execute(sa.select(*COLUMNS).where(condition)))


def _media_of(found: sa.CursorResult[Any]) -> Media | None:
    row = found.mappings().first()
    return None if row is None else Media(**{**row, "source": MediaSource(row["source"])})


def _refuse_second(job: Job, existing: Media | None) -> None:
    if job.order_task_id is not None:
        raise InvalidQuery(ORDERED_MESSAGE)
    if existing is not None and not existing.refused and job.failure_reason is None:
        raise InvalidQuery("This job has media already; open another job for other media")
