"""Pre-signed uploads: issuing the URL, admitting a PUT, and making its bytes the job's media.

What it does not do: read sockets (see `receiver`), or know HTTP servers.  An
upload that breaks leaves nothing behind; it starts again from its first byte.
"""

from __future__ import annotations

import errno
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy.engine import Connection

from scribedock.clock import from_timestamp, utc_now, wire
from scribedock.db.engine import Database
from scribedock.errors import InvalidQuery, ItemNotFound, ScribedockError, SystemFault
from scribedock.jobs.job import Job
from scribedock.jobs.jobs import Jobs
from scribedock.jobs.media import JobMedia, MediaSource
from scribedock.keys import SigningKey
from scribedock.settings import Settings
from scribedock.storage.store import Partial, Store
from scribedock.uploads.grant import Grant, forged, sign, verify
from scribedock.uploads.head import CHUNKED, RequestHead, body_length

PATH = "/upload/"
ALLOW = "PUT, OPTIONS"
ORDERED = "The transcription of this job is ordered already; its media cannot be replaced. Open another job"


@dataclass(frozen=True, kw_only=True)
class UploadAnswer:
    status: int
    headers: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class Received:
    answer: UploadAnswer
    task_id: str  # of the task that probes the recording; its workflow is the caller's to start


@dataclass(kw_only=True)
class Intake:
    """An admitted PUT: where its bytes go, and how many may come."""

    grant: Grant
    length: int  # bytes, or CHUNKED
    limit: int
    object: Partial
    started: float = field(default_factory=time.monotonic)

    def write(self, data: memoryview) -> None:
        """Appends `data`. Raises InvalidQuery (413) past the limit, SystemFault (507) on a full disk."""
        if self.object.bytes + len(data) > self.limit:
            raise too_large(self.limit)
        try:
            self.object.write(data)
        except OSError as error:
            raise storage_fault(error) from error


class Uploads:
    def __init__(
        self,
        *,
        database: Database,
        jobs: Jobs,
        media: JobMedia,
        store: Store,
        keys: tuple[SigningKey, ...],
        settings: Settings,
    ) -> None:
        self._database = database
        self._jobs = jobs
        self._media = media
        self._store = store
        self._keys = keys
        self._settings = settings

    def issue(self, job: Job, base_url: str) -> str:
        """A fresh upload URL for the job. Raises InvalidQuery once the transcription is ordered."""
        if job.order_task_id is not None:
            raise InvalidQuery(
                f"The transcription of this job is ordered already (the job is {job.status}), "
                "so its media cannot be changed; open another job"
            )
        grant = Grant(
            upload_id=uuid.uuid4().hex,
            job_id=job.id,
            expires=int(time.time()) + self._settings.upload_lifetime_s,
            max_bytes=self._settings.upload_max_bytes,
            epoch=job.upload_epoch,
        )
        return f"{base_url}{PATH}{sign(grant, self._keys[0])}"

    def preflight(self, head: RequestHead) -> UploadAnswer:
        """The answer to a CORS preflight; nothing is verified, for nothing is given away."""
        return UploadAnswer(
            status=204,
            headers={
                "Allow": ALLOW,
                "Access-Control-Allow-Origin": "*",
                "Access-Control-Allow-Methods": "PUT",
                "Access-Control-Allow-Headers": head.first("access-control-request-headers") or "*",
                "Access-Control-Max-Age": "86400",
            },
        )

    def admit(self, head: RequestHead) -> Intake:
        """Checks a PUT before a byte of its body is read.

        Order of checks: method, signature (403), Authorization header (400), cancelled and expired
        (410), ordered (409), framing and length (400, 411, 413), precondition (412), disk (507).
        """
        if head.method != "PUT":
            raise InvalidQuery(
                f"{head.method} is not possible here; PUT the recording to this URL",
                status=405,
                headers={"Allow": ALLOW},
            )
        if "?" in head.target:
            raise forged()
        grant = verify(head.path.removeprefix(PATH), self._keys)
        if "authorization" in head.headers:
            raise InvalidQuery("Leave out the Authorization header: the upload URL itself is the credential")
        job = self._living(grant)
        if job.order_task_id is not None:
            raise InvalidQuery(ORDERED, status=409)
        limit = min(grant.max_bytes, self._settings.upload_max_bytes)
        length = self._check_body(head, limit)
        if (head.first("if-none-match") or "").strip() == "*" and self._media.of(job.id) is not None:
            raise InvalidQuery("The job has media already (If-None-Match: *)", status=412)
        self.check_room(max(length, 0))
        try:
            return Intake(grant=grant, length=length, limit=limit, object=self._store.begin())
        except OSError as error:
            raise storage_fault(error) from error

    def check_room(self, more: int) -> None:
        """Raises SystemFault (507) where `more` bytes would leave less free than the reserve."""
        free = self._store.free_bytes()
        if free is not None and free - more < self._settings.disk_reserve:
            raise no_room()

    def complete(self, intake: Intake) -> Received:
        """Makes the received bytes durable, then the job's media; they show only whole.

        Raises InvalidQuery (400, 409, 410) when the body was empty or the job changed meanwhile.
        """
        if intake.object.bytes == 0:
            raise InvalidQuery("The body is empty; send the bytes of the recording")
        if intake.length not in (CHUNKED, intake.object.bytes):
            raise InvalidQuery(
                f"{intake.object.bytes} bytes came, {intake.length} were announced; send the recording again"
            )
        size = intake.object.bytes
        try:
            key = intake.object.commit()
        except OSError as error:
            raise storage_fault(error) from error
        try:
            with self._database.write() as connection:
                job = self._current(self._fetch(connection, intake.grant), intake.grant)
                attached = self._media.attach(
                    connection,
                    job,
                    MediaSource.UPLOAD,
                    storage_key=key,
                    size=size,
                    etag=key,
                    replace=True,
                )
        except ScribedockError:
            self._store.delete(key)
            raise
        if attached.replaced_key:
            self._store.delete(attached.replaced_key)
        answer = UploadAnswer(status=200, headers={"ETag": f'"{key}"', "Content-Length": "0", **cors()})
        return Received(answer=answer, task_id=attached.task_id)

    def _check_body(self, head: RequestHead, limit: int) -> int:
        length = body_length(head)
        if "content-range" in head.headers:
            raise InvalidQuery(
                "Content-Range is not possible on PUT; send the whole recording in one request"
            )
        if (head.first("content-type") or "").lower().startswith("multipart/form-data"):
            raise InvalidQuery(
                "Send the recording itself as the body, not a form: "
                "curl -T FILE URL, or requests.put(url, data=open(FILE, 'rb'))"
            )
        if length == 0:
            raise InvalidQuery("The body is empty; send the bytes of the recording")
        if length > limit:
            raise too_large(limit)
        return length

    def _living(self, grant: Grant) -> Job:
        now = int(time.time())
        if now >= grant.expires:
            raise InvalidQuery(
                f"This upload URL expired at {wire(from_timestamp(grant.expires))} UTC; the server's time is "
                f"{wire(utc_now())}. Get a new one with request_upload_url",
                status=410,
            )
        with self._database.read() as connection:
            return self._current(self._fetch(connection, grant), grant)

    def _fetch(self, connection: Connection, grant: Grant) -> Job:
        try:
            return self._jobs.fetch(connection, grant.job_id)
        except ItemNotFound:
            raise InvalidQuery("The job of this upload URL was deleted", status=410) from None

    def _current(self, job: Job, grant: Grant) -> Job:
        if job.upload_epoch != grant.epoch:
            raise InvalidQuery(
                "This upload URL was cancelled; get a new one with request_upload_url", status=410
            )
        return job


def cors() -> Mapping[str, str]:
    """What lets a page of any origin read the answer."""
    return {"Access-Control-Allow-Origin": "*", "Access-Control-Expose-Headers": "ETag"}


def too_large(limit: int) -> InvalidQuery:
    return InvalidQuery(f"The recording is larger than the limit of {limit} bytes", status=413)


def no_room() -> SystemFault:
    return SystemFault("The server has no room for this recording now; try again later", status=507)


def storage_fault(error: OSError) -> SystemFault:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return no_room()
    return SystemFault("The server could not store the recording; try again later", status=503)
