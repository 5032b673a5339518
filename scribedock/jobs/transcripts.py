"""A transcript added to a job: its words are synchronized to the recording instead of recognized."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from scribedock.db.engine import Database, time_of
from scribedock.db.tables import transcripts
from scribedock.errors import InvalidQuery
from scribedock.jobs.enqueuing import enqueue_transcript, transcript_came
from scribedock.jobs.job import Job, TaskStatus, TaskType
from scribedock.jobs.jobs import Jobs, add_task, set_task
from scribedock_captions.readers import TextFormat

COLUMNS = [column for column in transcripts.c if column is not transcripts.c.compressed]


@dataclass(frozen=True, kw_only=True)
class Transcript:
    job_id: str
    task_id: str
    url: str | None  # where it is fetched from
    format: TextFormat | None  # None: detected
    arrived: bool  # its bytes were received
    problem: str | None  # why it cannot be used
    added: datetime


class Transcripts:
    def __init__(self, database: Database, jobs: Jobs) -> None:
        self._database = database
        self._jobs = jobs

    def transcript_of_job(self, job_id: str) -> Transcript | None:
        return self._find(transcripts.c.job_id == job_id)

    def transcript_of_task(self, task_id: str) -> Transcript | None:
        """Return the transcript that this task adds; None once another replaced it."""
        return self._find(transcripts.c.task_id == task_id)

    def body(self, job_id: str) -> bytes | None:
        """Return the file as it was received; None where there is none (yet)."""
        with self._database.read() as connection:
            compressed = connection.execute(
                sa.select(transcripts.c.compressed).where(transcripts.c.job_id == job_id)
            ).scalar()
        return None if compressed is None else zlib.decompress(compressed)

    def attach(
        self,
        job_id: str,
        visible_accounts: frozenset[str],
        *,
        format: TextFormat | None,
        body: bytes | None = None,
        url: str | None = None,
        warnings: str = "",
    ) -> str:
        """Make this the job's transcript, replacing an earlier one; return the TaskId.

        Without a body, the task fetches it from the URL. warnings: what of the body is not used, which the
        task says. Raises InvalidQuery once the job is ordered.
        """
        with self._database.write() as connection:
            job = self._jobs.fetch_job(connection, job_id, visible_accounts)
            check_addable(job)
            earlier = connection.execute(
                sa.select(transcripts.c.task_id).where(transcripts.c.job_id == job_id)
            ).scalar()
            if earlier is not None:
                set_task(connection, earlier, TaskStatus.ABORTED, "Replaced by another transcript")
                connection.execute(transcripts.delete().where(transcripts.c.job_id == job_id))
            status = TaskStatus.QUEUED if body is None else TaskStatus.COMPLETE
            task_id = add_task(connection, job_id, TaskType.JOB_ADD_TRANSCRIPT, status, warnings)
            connection.execute(
                transcripts.insert().values(
                    job_id=job_id,
                    task_id=task_id,
                    url=url,
                    format=format and format.value,
                    compressed=None if body is None else zlib.compress(body),
                    added=time_of(connection),
                )
            )
            if body is None:
                assert url is not None
                enqueue_transcript(connection, job, task_id, url=url)
        return task_id

    def fetched(self, task_id: str, body: bytes, warnings: str = "") -> None:
        """End the task with the file that it fetched, which is dropped if another replaced it.

        warnings: what of the file is not used, which the task says.
        """
        with self._database.write() as connection:
            connection.execute(
                transcripts.update()
                .where(transcripts.c.task_id == task_id)
                .values(compressed=zlib.compress(body))
            )
            set_task(connection, task_id, TaskStatus.COMPLETE, warnings)
            _let_order_begin(connection, task_id)

    def failed(self, task_id: str, problem: str) -> None:
        """Record that the transcript cannot be used: a waiting order fails, or another may be added."""
        with self._database.write() as connection:
            connection.execute(
                transcripts.update().where(transcripts.c.task_id == task_id).values(problem=problem)
            )
            set_task(connection, task_id, TaskStatus.FAILED, problem)
            _let_order_begin(connection, task_id)

    def _find(self, condition: sa.ColumnElement[bool]) -> Transcript | None:
        arrived = transcripts.c.compressed.is_not(None).label("arrived")
        with self._database.read() as connection:
            row = connection.execute(sa.select(*COLUMNS, arrived).where(condition)).mappings().first()
        if row is None:
            return None
        return Transcript(
            **{**row, "format": row["format"] and TextFormat(row["format"]), "arrived": bool(row["arrived"])}
        )


def _let_order_begin(connection: Connection, task_id: str) -> None:
    job_id = connection.execute(
        sa.select(transcripts.c.job_id).where(transcripts.c.task_id == task_id)
    ).scalar()
    if job_id is not None:
        transcript_came(connection, job_id)


def check_addable(job: Job) -> None:
    """Raise InvalidQuery where `add_transcript` comes too late."""
    if job.order_task_id is not None:
        raise InvalidQuery(
            "The transcription of this job is ordered already; "
            "add the transcript before perform_transcription"
        )


def check_usable(connection: Connection, job: Job) -> None:
    """Raise InvalidQuery where the job was given a transcript that cannot be used."""
    problem = connection.execute(
        sa.select(transcripts.c.problem).where(transcripts.c.job_id == job.id)
    ).scalar()
    if problem:
        raise InvalidQuery(
            f"The transcript of this job cannot be used ({problem}); add another, then order again"
        )
