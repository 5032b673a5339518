"""Direct mode: the upload URL is the object store's own, and no byte of a recording passes through us.

So we learn of an upload only with the order: then the object at the job's place in the
store is pinned, and becomes the job's media.  Whatever is put there later, to a URL that has not
expired yet, is refused when the recording is read.

The place is the same for all URLs of a job, so that the last PUT wins; it changes with the
job's upload epoch, which an order raises, as cancelling does.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

from sqlalchemy.engine import Connection

from scribedock.errors import InvalidOption, InvalidQuery
from scribedock.jobs.job import Job
from scribedock.jobs.jobs import Jobs, next_upload_epoch
from scribedock.jobs.media import Attached, JobMedia, MediaSource
from scribedock.settings import Settings
from scribedock.storage.store import DirectStore, Pinned
from scribedock.tracing import part
from scribedock.uploads.core.errors import storage_fault
from scribedock.uploads.core.quota import Quotas

NOTICE = (
    "This URL is an object store's own: it takes the whole recording in one PUT, and an interrupted upload "
    "cannot be resumed"
)


@dataclass(kw_only=True)
class Arrival:
    """What a job's client had put into the store when it ordered; becomes media with the order."""

    media: JobMedia
    found: Pinned
    key: str
    attached: Attached | None = field(init=False, default=None)

    def attach(self, connection: Connection, job: Job) -> None:
        """Make it the job's media, in the order's transaction. Raises InvalidQuery."""
        self.attached = self.media.attach(
            connection,
            job,
            MediaSource.UPLOAD,
            storage_key=self.key,
            size=self.found.bytes,
            etag=self.key,
            replace=True,
        )
        next_upload_epoch(connection, job)


class DirectUploads:
    def __init__(
        self, *, jobs: Jobs, media: JobMedia, store: DirectStore, quotas: Quotas, settings: Settings
    ) -> None:
        self._jobs = jobs
        self._media = media
        self._store = store
        self._quotas = quotas
        self._settings = settings

    def issue(self, job: Job, *, expires_in_s: int | None, max_bytes: int | None, cors_origin: str) -> str:
        """Issue a URL of the store's own. Raises InvalidOption for what such a URL cannot promise."""
        for name, given in (("max_bytes", max_bytes), ("cors_origin", cors_origin)):
            if given:
                raise InvalidOption(
                    f"{name} cannot be set here, because recordings go to the object store directly; "
                    "leave it out"
                )
        lifetime_s = self._settings.upload_lifetime_s
        try:
            return self._store.presign_put(place(job), min(expires_in_s or lifetime_s, lifetime_s))
        except OSError as error:
            raise storage_fault(error) from error

    def example_url(self) -> str:
        """Return a URL of the kind that `issue` returns, which takes nothing for longer than a second."""
        try:
            return self._store.presign_put(uuid.UUID(int=0).hex, 1)
        except OSError as error:
            raise storage_fault(error) from error

    @contextmanager
    def arriving(self, job: Job) -> Iterator[Arrival | None]:
        """Yield what was put to the job's URLs, or None; pin it if the block succeeds.

        Raises InvalidQuery where it cannot be a recording, SystemFault (503, 507).
        """
        if job.order_task_id is not None:
            yield None
            return
        try:
            with part("take direct upload", job_id=job.id):
                arrival = self._pinned(job)
        except OSError as error:
            raise storage_fault(error) from error
        try:
            yield arrival
        except BaseException:
            if arrival is not None:
                with suppress(OSError):  # the sweep finds it
                    self._store.unpin(arrival.key)
            raise

    def _pinned(self, job: Job) -> Arrival | None:
        found = self._store.find_direct(place(job))
        if found is None:
            return None
        self._check(job, found)
        return Arrival(media=self._media, found=found, key=self._store.pin(found))

    def places(self) -> frozenset[str]:
        """Return the places in the store where a later order may find its media."""
        return frozenset(_place(job_id, epoch) for job_id, epoch in self._jobs.not_ordered())

    def _check(self, job: Job, found: Pinned) -> None:
        limit = self._settings.upload_max_bytes
        if not found.bytes:
            raise InvalidQuery(
                "What was uploaded is empty; PUT the bytes of the recording to the upload URL, then order"
            )
        if found.bytes > limit:
            raise InvalidQuery(
                f"What was uploaded has {found.bytes} bytes, more than the limit of {limit}; "
                "PUT a shorter recording to the upload URL, then order"
            )
        self._quotas.check_stored(job, found.bytes)


def place(job: Job) -> str:
    """Return the place in the store that the job's URLs put to: 32 hex digits."""
    return _place(job.id, job.upload_epoch)


def _place(job_id: str, epoch: int) -> str:
    return uuid.uuid5(uuid.UUID(job_id), f"direct upload {epoch}").hex
