"""The state of uploads: a row for each URL that has been used.

Issuing a URL writes nothing.  A row appears when bytes are kept that can be resumed,
or when the recording is complete.  Each has a task, which shows the bytes received.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from scribedock.clock import utc_now
from scribedock.db.engine import Database
from scribedock.db.tables import jobs, media, uploads
from scribedock.jobs.job import UNFINISHED_STATUSES, TaskStatus, TaskType
from scribedock.jobs.jobs import add_task, set_task, task_status
from scribedock.uploads.core.request import Protocol
from scribedock.uploads.grant import Grant

BOOT = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
UNTRUSTED_BOOT = ""  # in place of a boot: bytes beyond the recorded ones may be wrong
# Built once: building a statement takes longer than running it.
INSERT_UPLOAD = uploads.insert()
STATUS_QUERY = sa.select(uploads.c.status).where(uploads.c.id == sa.bindparam("upload"))
UPLOAD_TO_CHANGE = sa.select(uploads).where(uploads.c.id == sa.bindparam("upload")).with_for_update()


class UploadStatus(StrEnum):
    RECEIVING = "RECEIVING"
    RECEIVED = "RECEIVED"
    CANCELLED = "CANCELLED"
    CLOSED = "CLOSED"  # expired, or its job was ordered or deleted


@dataclass(frozen=True, kw_only=True)
class UploadState:
    id: str
    job_id: str
    task_id: str
    protocol: Protocol
    status: UploadStatus
    created: datetime
    started: datetime  # when the partial was begun
    expires: int  # s since 1970
    length: int | None  # of the recording; None: not known yet
    partial: str | None  # name in the store; None: no bytes are kept
    bytes: int  # that survive a crash of the machine
    boot: str
    digests: str  # that the whole recording must have
    wants_digest: bool

    @property
    def lacks_only_its_end(self) -> bool:
        """Whether all bytes arrived, but their receiver died before they became the job's media.

        A client of tus considers such an upload finished. One of the IETF's protocol says itself when
        its upload is complete.
        """
        return (
            self.status is UploadStatus.RECEIVING
            and self.partial is not None
            and self.bytes == self.length
            and self.protocol is not Protocol.IETF
        )


@dataclass(frozen=True, kw_only=True)
class Beginning:
    """A partial that may have to be resumed."""

    partial: str
    started: datetime
    length: int | None
    protocol: Protocol
    digests: str = ""
    wants_digest: bool = False


@dataclass(frozen=True, kw_only=True)
class Progress:
    upload_id: str
    partial: str  # perhaps not the recorded one: two requests may use one URL
    bytes: int  # received
    synced: int | None  # that survive a crash; None: not checked this time


class UploadStates:
    def __init__(self, database: Database) -> None:
        self._database = database

    def find_upload(self, upload_id: str) -> UploadState | None:
        found = self._select(uploads.c.id == upload_id)
        return found[0] if found else None

    def uploads_of_job(self, job_id: str) -> list[UploadState]:
        """Return the uploads of a job, oldest first."""
        return self._select(uploads.c.job_id == job_id)

    def begin(self, grant: Grant, beginning: Beginning) -> tuple[bool, str | None]:
        """Record a partial as the one to resume, unless a later one is recorded.

        Returns whether it is recorded, and the name of the partial that it replaced.
        """
        with self._database.write() as connection:
            row = _row(connection, grant.upload_id)
            if row is not None and _is_later(row, beginning):
                return False, None
            task_id = self._task(
                connection, grant, row, TaskStatus.INPROGRESS, described(0, beginning.length)
            )
            values = {
                "status": UploadStatus.RECEIVING.value,
                "task_id": task_id,
                "protocol": beginning.protocol.value,
                "started": beginning.started,
                "length": beginning.length,
                "partial": beginning.partial,
                "bytes": 0,
                "boot": BOOT,
                "digests": beginning.digests,
                "wants_digest": beginning.wants_digest,
            }
            _write(connection, grant, row, values)
        replaced = row.partial if row is not None and row.partial != beginning.partial else None
        return True, replaced

    def append(self, upload_id: str, *, offset: int, length: int | None, trusted: bool) -> None:
        """Record that bytes will arrive at `offset`; not trusted: they count once they were checked."""
        with self._database.write() as connection:
            row = _row(connection, upload_id)
            if row is None:
                return
            connection.execute(
                uploads.update()
                .where(uploads.c.id == upload_id)
                .values(bytes=offset, boot=BOOT if trusted else UNTRUSTED_BOOT, length=length)
            )
            set_task(connection, row.task_id, TaskStatus.INPROGRESS, described(offset, length))

    def keep(self, upload_id: str, partial: str, *, size: int) -> None:
        """Record that the partial has `size` bytes that survive a crash, and waits for more."""
        with self._database.write() as connection:
            row = _row(connection, upload_id)
            if row is None or row.partial != partial:
                return
            connection.execute(
                uploads.update().where(uploads.c.id == upload_id).values(bytes=size, boot=BOOT)
            )
            set_task(connection, row.task_id, TaskStatus.QUEUED, described(size, row.length))

    def cancel(self, grant: Grant) -> str | None:
        """Invalidate the URL for ever; return the name of its partial. Not to be called once received."""
        with self._database.write() as connection:
            row = _row(connection, grant.upload_id)
            info = "The upload was cancelled"
            task_id = self._task(connection, grant, row, TaskStatus.ABORTED, info)
            values: dict[str, Any] = {
                "status": UploadStatus.CANCELLED.value,
                "task_id": task_id,
                "partial": None,
            }
            if row is None:
                now = utc_now()
                values |= {
                    "protocol": Protocol.PLAIN.value,
                    "started": now,
                    "bytes": 0,
                    "boot": BOOT,
                    "digests": "",
                    "wants_digest": False,
                }
            _write(connection, grant, row, values)
        return row.partial if row is not None else None

    def forget_partial(self, upload_id: str, partial: str) -> None:
        """Record that the partial's bytes are gone: the upload starts over at its first byte."""
        with self._database.write() as connection:
            connection.execute(
                uploads.update()
                .where(uploads.c.id == upload_id, uploads.c.partial == partial)
                .values(partial=None, bytes=0, boot=BOOT)
            )

    def receive(self, connection: Connection, grant: Grant, *, protocol: Protocol, size: int) -> str | None:
        """Record that the recording is complete; return the name of the partial that was kept for it."""
        row = _row(connection, grant.upload_id)
        task_id = self._task(connection, grant, row, TaskStatus.COMPLETE, described(size, size))
        now = utc_now()
        values: dict[str, Any] = {
            "status": UploadStatus.RECEIVED.value,
            "task_id": task_id,
            "protocol": protocol.value,
            "started": now,
            "length": size,
            "partial": None,
            "bytes": size,
            "boot": BOOT,
            "digests": "",
            "wants_digest": False,
        }
        _write(connection, grant, row, values)
        return row.partial if row is not None else None

    def note(self, progress: Iterable[Progress], *, durably: bool) -> None:
        """Record the progress of uploads, in their rows and in their tasks."""
        with self._database.write() if durably else self._database.stamp() as connection:
            for each in progress:
                row = _row(connection, each.upload_id)
                if row is None or row.status != UploadStatus.RECEIVING or row.partial != each.partial:
                    continue
                if each.synced is not None and row.boot == BOOT:
                    connection.execute(
                        uploads.update().where(uploads.c.id == each.upload_id).values(bytes=each.synced)
                    )
                set_task(connection, row.task_id, TaskStatus.INPROGRESS, described(each.bytes, row.length))

    def close(self, upload_ids: Iterable[str], why: str, status: UploadStatus) -> list[str]:
        """End unfinished uploads; return the names of their partials."""
        partials = []
        with self._database.write() as connection:
            for upload_id in upload_ids:
                row = _row(connection, upload_id)
                if row is None or row.status != UploadStatus.RECEIVING:
                    continue
                partials.append(row.partial)
                connection.execute(
                    uploads.update()
                    .where(uploads.c.id == upload_id)
                    .values(status=status.value, partial=None)
                )
                set_task(connection, row.task_id, TaskStatus.ABORTED, why)
        return [partial for partial in partials if partial is not None]

    def unfinished(self, job_id: str | None = None) -> list[UploadState]:
        condition = uploads.c.status == UploadStatus.RECEIVING.value
        return self._select(condition if job_id is None else condition & (uploads.c.job_id == job_id))

    def kept_bytes(self, account_id: str) -> int:
        """Return the bytes of the account's partials."""
        return self._sum(
            sa.select(sa.func.sum(uploads.c.bytes))
            .join(jobs, jobs.c.id == uploads.c.job_id)
            .where(
                jobs.c.account_id == account_id,
                uploads.c.status == UploadStatus.RECEIVING.value,
                uploads.c.partial.is_not(None),
            )
        )

    def stored_bytes(self, account_id: str, *, but_job: str) -> int:
        """Return the bytes of the account's recordings, without those of one job."""
        return self._sum(
            sa.select(sa.func.sum(media.c.bytes))
            .join(jobs, jobs.c.id == media.c.job_id)
            .where(jobs.c.account_id == account_id, jobs.c.id != but_job)
        )

    def _sum(self, query: sa.Select[Any]) -> int:
        with self._database.read() as connection:
            return int(connection.execute(query).scalar() or 0)

    def _select(self, condition: sa.ColumnElement[bool]) -> list[UploadState]:
        with self._database.read() as connection:
            rows = connection.execute(
                sa.select(uploads).where(condition).order_by(uploads.c.created, uploads.c.id)
            ).mappings()
            return [
                UploadState(
                    **{
                        **row,
                        "status": UploadStatus(row["status"]),
                        "protocol": Protocol(row["protocol"]),
                    }
                )
                for row in rows
            ]

    @staticmethod
    def _task(connection: Connection, grant: Grant, row: Any, status: TaskStatus, info: str) -> str:
        """Set `status` and `info` on the task of the running upload, else on a new one; return its id."""
        if row is not None and task_status(connection, row.task_id) in UNFINISHED_STATUSES:
            set_task(connection, row.task_id, status, info)
            return str(row.task_id)
        return add_task(connection, grant.job_id, TaskType.JOB_UPLOAD_MEDIA, status, info)


def status_of(connection: Connection, upload_id: str) -> UploadStatus | None:
    status = connection.execute(STATUS_QUERY, {"upload": upload_id}).scalar()
    return UploadStatus(status) if status is not None else None


def described(size: int, length: int | None) -> str:
    """Describe an upload's progress for its task's info."""
    if not length:
        return f"{size:,} bytes"
    return f"{size:,} of {length:,} bytes ({100 * size // length} %)"


def _row(connection: Connection, upload_id: str) -> Any:
    return connection.execute(UPLOAD_TO_CHANGE, {"upload": upload_id}).first()


def _is_later(row: Any, beginning: Beginning) -> bool:
    """Return whether the row's partial was begun after this one."""
    return bool(
        row.status == UploadStatus.RECEIVING
        and row.partial not in (None, beginning.partial)
        and row.started > beginning.started
    )


def _write(connection: Connection, grant: Grant, row: Any, values: dict[str, Any]) -> None:
    if row is None:
        new = {
            "id": grant.upload_id,
            "job_id": grant.job_id,
            "created": utc_now(),
            "expires": grant.expires,
        }
        connection.execute(INSERT_UPLOAD, new | values)
    else:
        connection.execute(uploads.update().where(uploads.c.id == grant.upload_id).values(**values))
