"""Media made from a job's recording: mp3, mp4, with captions in the picture, or a spoken description.

A rendition is made once for each source, kept while it is requested, and can be made again.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from scribedock.clock import utc_now
from scribedock.db.engine import Database
from scribedock.db.tables import renditions, tasks
from scribedock.jobs.enqueuing import enqueue_rendition, rendition_ended
from scribedock.jobs.job import Job, TaskStatus, TaskType
from scribedock.jobs.jobs import Jobs, add_task, set_task


class RenditionKind(StrEnum):
    MP3 = "mp3"
    MP4 = "mp4"
    DESCRIPTION = "description"  # the audio description, spoken, as mp3
    CAPTIONED = "captioned"  # the captions burned into the picture, as mp4

    @property
    def extension(self) -> str:
        return ".mp3" if self in (RenditionKind.MP3, RenditionKind.DESCRIPTION) else ".mp4"

    @property
    def media_type(self) -> str:
        return "audio/mpeg" if self.extension == ".mp3" else "video/mp4"


@dataclass(frozen=True, kw_only=True)
class Rendition:
    id: str  # of its task
    job_id: str
    kind: RenditionKind
    source: str
    storage_key: str | None  # None until it is made
    bytes: int | None
    wanted: datetime
    status: TaskStatus
    problem: str  # why it cannot be made


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
        digest = hashlib.sha256(source.encode()).hexdigest()
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
                    renditions.update().where(renditions.c.id == found.id).values(wanted=utc_now())
                )
                return found
            if found is not None:
                connection.execute(renditions.delete().where(renditions.c.id == found.id))
            return self._insert(connection, job, kind, digest)

    def _insert(self, connection: Connection, job: Job, kind: RenditionKind, digest: str) -> Rendition:
        task_id = add_task(connection, job.id, TaskType.JOB_MAKE_MEDIA, TaskStatus.QUEUED)
        connection.execute(
            renditions.insert().values(
                id=task_id, job_id=job.id, kind=kind.value, source=digest, wanted=utc_now()
            )
        )
        enqueue_rendition(connection, job, task_id)
        made = _select(connection, renditions.c.id == task_id)
        assert made is not None
        return made

    def find_rendition(self, rendition_id: str) -> Rendition | None:
        with self._database.read() as connection:
            return _select(connection, renditions.c.id == rendition_id)

    def start(self, rendition_id: str) -> Rendition | None:
        """Start work on the rendition; return it, or None if nothing is left to do."""
        with self._database.write() as connection:
            found = _select(connection, renditions.c.id == rendition_id)
            if found is None or not set_task(connection, rendition_id, TaskStatus.INPROGRESS):
                return None
            return found

    def finish(self, rendition_id: str, *, storage_key: str, size: int) -> bool:
        """Record that the file is durable; return whether it is still wanted."""
        with self._database.write() as connection:
            if not set_task(connection, rendition_id, TaskStatus.COMPLETE):
                return False
            rendition_ended(connection, rendition_id)
            return (
                connection.execute(
                    renditions.update()
                    .where(renditions.c.id == rendition_id)
                    .values(storage_key=storage_key, bytes=size)
                ).rowcount
                == 1
            )

    def fail(self, rendition_id: str, problem: str) -> None:
        """Record that this recording can never become this rendition."""
        with self._database.write() as connection:
            set_task(connection, rendition_id, TaskStatus.FAILED, problem)
            rendition_ended(connection, rendition_id)

    def abort(self, rendition_id: str, problem: str) -> None:
        """Record a failure that may be temporary: the next request tries again."""
        with self._database.write() as connection:
            set_task(connection, rendition_id, TaskStatus.ABORTED, problem)
            rendition_ended(connection, rendition_id)

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


def _select(connection: Connection, *conditions: sa.ColumnElement[bool]) -> Rendition | None:
    row = connection.execute(
        sa.select(renditions, tasks.c.status, tasks.c.info)
        .join(tasks, tasks.c.id == renditions.c.id)
        .where(*conditions)
    ).first()
    if row is None:
        return None
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
    )
