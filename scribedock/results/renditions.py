"""Files made from a job's recording: those that customers ask for, and what browsers need to play it.

The first are mp3, mp4, with captions in the picture, or a spoken description; on the others see `playback`.
Each is made once for each source, kept while it is requested, and can be made again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from scribedock.db.engine import Database, time_of
from scribedock.db.tables import renditions, tasks
from scribedock.jobs.enqueuing import enqueue_rendition, rendition_ended
from scribedock.jobs.job import Job, TaskStatus, TaskType
from scribedock.jobs.jobs import Jobs, add_task, set_task
from scribedock.jobs.rendition_kind import PLAYBACK_KINDS, RenditionKind

NOTED_EVERY = timedelta(hours=1)
RETRIED_AFTER = timedelta(minutes=5)


@dataclass(frozen=True, kw_only=True)
class Rendition:
    id: str  # of its task
    job_id: str
    kind: RenditionKind
    source: str  # digest of the description of what it is made of
    storage_key: str | None  # None until it is made
    bytes: int | None
    wanted: datetime
    status: TaskStatus
    problem: str  # why it cannot be made
    details: Mapping[str, Any]
    changed: datetime | None  # when it was made, or was found to be impossible


class Renditions:
    def __init__(self, database: Database, jobs: Jobs) -> None:
        self._database = database
        self._jobs = jobs

    def request_rendition(
        self, job_id: str, visible_accounts: frozenset[str] | None, kind: RenditionKind, source: str
    ) -> Rendition:
        """Request a rendition, which a worker makes; one that failed by the server's fault is retried.

        source: describes what it is made of, at any length. Raises ItemNotFound.
        """
        digest = _digest(source)
        with self._database.write() as connection:
            job = self._jobs.fetch_job(connection, job_id, visible_accounts)
            found = _select(
                connection,
                renditions.c.job_id == job_id,
                renditions.c.kind == kind.value,
                renditions.c.source == digest,
            )
            if found is not None and found.status is not TaskStatus.ABORTED:
                connection.execute(
                    renditions.update().where(renditions.c.id == found.id).values(wanted=time_of(connection))
                )
                return found
            if found is not None:
                connection.execute(renditions.delete().where(renditions.c.id == found.id))
            return self._insert(connection, job, kind, digest)

    def _insert(self, connection: Connection, job: Job, kind: RenditionKind, digest: str) -> Rendition:
        task_id = add_task(connection, job.id, TaskType.JOB_MAKE_MEDIA, TaskStatus.QUEUED)
        connection.execute(
            renditions.insert().values(
                id=task_id, job_id=job.id, kind=kind.value, source=digest, wanted=time_of(connection)
            )
        )
        enqueue_rendition(connection, job, task_id, kind)
        made = _select(connection, renditions.c.id == task_id)
        assert made is not None
        return made

    def find_rendition(self, rendition_id: str) -> Rendition | None:
        with self._database.read() as connection:
            return _select(connection, renditions.c.id == rendition_id)

    def made_of(self, job_id: str, source: str) -> Mapping[RenditionKind, Rendition]:
        """Return what was requested for browsers of this source of the job's, whether made or not."""
        return self._made_for_browsers(job_id, _digest(source))

    def made_beside(self, rendition: Rendition) -> Mapping[RenditionKind, Rendition]:
        """Return what was requested for browsers of the same source as this one, with it."""
        return self._made_for_browsers(rendition.job_id, rendition.source)

    def _made_for_browsers(self, job_id: str, digest: str) -> Mapping[RenditionKind, Rendition]:
        of_source = (renditions.c.job_id == job_id, renditions.c.source == digest)
        for_browsers = renditions.c.kind.in_([kind.value for kind in PLAYBACK_KINDS])
        with self._database.read() as connection:
            found = connection.execute(_QUERY.where(*of_source, for_browsers)).all()
        return {each.kind: each for each in map(_rendition, found)}

    def keep(self, read: Collection[Rendition], now: datetime) -> None:
        """Keep what is read from being forgotten, without a write for each reader."""
        stale = [each.id for each in read if now - each.wanted > NOTED_EVERY]
        if not stale:
            return
        with self._database.write() as connection:
            of_ids = renditions.c.id.in_(stale)
            connection.execute(renditions.update().where(of_ids).values(wanted=time_of(connection)))

    def start(self, rendition_id: str) -> Rendition | None:
        """Start work on the rendition; return it, or None if nothing is left to do."""
        with self._database.write() as connection:
            found = _select(connection, renditions.c.id == rendition_id)
            if found is None or not set_task(connection, rendition_id, TaskStatus.INPROGRESS):
                return None
            return found

    def finish(
        self, rendition_id: str, *, storage_key: str, size: int, details: Mapping[str, Any] | None = None
    ) -> bool:
        """Record that the file is durable; return whether it is still wanted."""
        with self._database.write() as connection:
            if not set_task(connection, rendition_id, TaskStatus.COMPLETE):
                return False
            rendition_ended(connection, rendition_id)
            return (
                connection.execute(
                    renditions.update()
                    .where(renditions.c.id == rendition_id)
                    .values(storage_key=storage_key, bytes=size, details=details, changed=time_of(connection))
                ).rowcount
                == 1
            )

    def fail(self, rendition_id: str, problem: str) -> None:
        """Record that this recording can never become this rendition."""
        self._end(rendition_id, TaskStatus.FAILED, problem)

    def abort(self, rendition_id: str, problem: str) -> None:
        """Record a failure that may be temporary: the next request tries again."""
        self._end(rendition_id, TaskStatus.ABORTED, problem)

    def _end(self, rendition_id: str, status: TaskStatus, problem: str) -> None:
        with self._database.write() as connection:
            set_task(connection, rendition_id, status, problem)
            rendition_ended(connection, rendition_id)
            of_id = renditions.c.id == rendition_id
            connection.execute(renditions.update().where(of_id).values(changed=time_of(connection)))

    def stored_keys(self) -> frozenset[str]:
        with self._database.read() as connection:
            return frozenset(
                connection.execute(
                    sa.select(renditions.c.storage_key).where(renditions.c.storage_key.is_not(None))
                ).scalars()
            )

    def forget(self, *, unwanted_since: datetime) -> int:
        """Forget renditions that were not requested since; the sweep of the store removes their files."""
        with self._database.write() as connection:
            return connection.execute(
                renditions.delete().where(
                    renditions.c.wanted < unwanted_since, renditions.c.storage_key.is_not(None)
                )
            ).rowcount


def is_missing(rendition: Rendition | None, now: datetime) -> bool:
    """Return whether to request it: never made, or long enough ago failed by the server's fault."""
    if rendition is None:
        return True
    ended = rendition.changed
    return rendition.status is TaskStatus.ABORTED and (ended is None or now - ended > RETRIED_AFTER)


_QUERY = sa.select(renditions, tasks.c.status, tasks.c.info).join(tasks, tasks.c.id == renditions.c.id)


def _select(connection: Connection, *conditions: sa.ColumnElement[bool]) -> Rendition | None:
    row = connection.execute(_QUERY.where(*conditions)).first()
    return None if row is None else _rendition(row)


def _digest(source: str) -> str:
    return hashlib.sha256(source.encode()).hexdigest()


def _rendition(row: sa.Row[Any]) -> Rendition:
    return Rendition(
        id=row.id,
        job_id=row.job_id,
        kind=RenditionKind(row.kind),
        source=row.source,
        storage_key=row.storage_key,
        bytes=row.bytes,
        wanted=row.wanted,
        status=TaskStatus(row.status),
        problem=row.info,
        details=row.details or {},
        changed=row.changed,
    )
