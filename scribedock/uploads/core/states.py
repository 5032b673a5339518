"""The state of uploads: a row for each URL that has been used.

Issuing a URL writes nothing.  A row appears when bytes are kept that can be resumed,
or when the recording is complete.  Each has a task, which shows the bytes received.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from scribedock.db.engine import Database, time_of
from scribedock.db.tables import jobs, media, uploads
from scribedock.jobs.job import UNFINISHED_STATUSES, TaskStatus, TaskType
from scribedock.jobs.jobs import add_task, set_task, task_status
from scribedock.uploads.core.records import Beginning, Progress, Received, UploadState, UploadStatus
from scribedock.uploads.core.request import Protocol
from scribedock.uploads.grant import Grant

BOOT = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
UNTRUSTED_BOOT = ""  # in place of a boot: bytes beyond the recorded ones may be wrong
# Built once: building a statement takes longer than running it.
INSERT_UPLOAD = uploads.insert()
STATUS_QUERY = sa.select(uploads.c.status).where(uploads.c.id == sa.bindparam("upload"))
UPLOAD_TO_CHANGE = sa.select(uploads).where(uploads.c.id == sa.bindparam("upload")).with_for_update()


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
                "parts": None,
                "etag": None,
            }
            _write(connection, grant, row, values)
        replaced = row.partial if row is not None and row.partial != beginning.partial else None
        return True, replaced

    def append(self, upload_id: str, *, offset: int, length: int | None, trusted: bool, digests: str) -> None:
        """Record that bytes will arrive at `offset`; not trusted: they count once they were checked."""
        with self._database.write() as connection:
            row = _row(connection, upload_id)
            if row is None:
                return
            connection.execute(
                uploads.update()
                .where(uploads.c.id == upload_id)
                .values(
                    bytes=offset, boot=BOOT if trusted else UNTRUSTED_BOOT, length=length, digests=digests
                )
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
        """Make the URL invalid for ever; return the name of its partial. Not for one that is received."""
        return self._give_up(grant, UploadStatus.CANCELLED, "The upload was cancelled")

    def invalidate(self, grant: Grant) -> str | None:
        """Do as `cancel` for an upload that more bytes came to than were announced."""
        return self._give_up(grant, UploadStatus.INVALID, "More bytes came than were announced")

    def _give_up(self, grant: Grant, status: UploadStatus, info: str) -> str | None:
        with self._database.write() as connection:
            row = _row(connection, grant.upload_id)
            task_id = self._task(connection, grant, row, TaskStatus.ABORTED, info)
            values: dict[str, Any] = {"status": status.value, "task_id": task_id, "partial": None}
            if row is None:
                now = time_of(connection)
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

    def receive(self, connection: Connection, grant: Grant, received: Received) -> str | None:
        """Record that the recording is complete; return the name of the partial that was kept for it."""
        row = _row(connection, grant.upload_id)
        info = described(received.size, received.size)
        if received.unverified:
            info += f". Not verified, because it is not known here: {', '.join(received.unverified)}"
        task_id = self._task(connection, grant, row, TaskStatus.COMPLETE, info)
        values: dict[str, Any] = {
            "status": UploadStatus.RECEIVED.value,
            "task_id": task_id,
            "protocol": received.protocol.value,
            "started": time_of(connection),
            "length": received.size,
            "partial": None,
            "bytes": received.size,
            "boot": BOOT,
            "digests": "" if received.sha256 is None else f"sha256:{received.sha256.hex()}",
            "wants_digest": False,
            "parts": " ".join(received.parts) or None,
            "etag": received.etag,
        }
        _write(connection, grant, row, values)
        return row.partial if row is not None else None

    def join(self, connection: Connection, part_ids: Iterable[str]) -> list[str]:
        """Note that parts have become a recording; return the names of their partials."""
        partials = []
        for part_id in dict.fromkeys(part_ids):
            row = _row(connection, part_id)
            if row is None or row.status != UploadStatus.RECEIVING:
                continue
            partials.append(row.partial)
            connection.execute(
                uploads.update()
                .where(uploads.c.id == part_id)
                .values(status=UploadStatus.RECEIVED.value, partial=None)
            )
            set_task(connection, row.task_id, TaskStatus.COMPLETE, described(row.bytes, row.length))
        return [partial for partial in partials if partial is not None]

    def parts_of(self, upload_id: str) -> list[UploadState]:
        """Return all parts that were ever begun below an upload, oldest first."""
        return self._select(uploads.c.parent_id == upload_id)

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
        """Return the bytes of the account's recordings, without those of one job; shared ones count once."""
        each = (
            sa.select(sa.func.max(media.c.bytes).label("bytes"))
            .join(jobs, jobs.c.id == media.c.job_id)
            .where(jobs.c.account_id == account_id, jobs.c.id != but_job, media.c.storage_key.is_not(None))
            .group_by(media.c.storage_key)
            .subquery()
        )
        return self._sum(sa.select(sa.func.sum(each.c.bytes)))

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
            "created": time_of(connection),
            "expires": grant.expires,
            "parent_id": grant.parent_id,
        }
        connection.execute(INSERT_UPLOAD, new | values)
    else:
        connection.execute(uploads.update().where(uploads.c.id == grant.upload_id).values(**values))
