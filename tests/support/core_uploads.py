"""A client of the core of uploads: what the rim makes of requests, without any request."""

from __future__ import annotations

import hashlib
from copy import copy
from dataclasses import replace

from scribedock.jobs.job import Fidelity, Job
from scribedock.orders.orders import Order
from scribedock.uploads.core.digests import Digests, Expected
from scribedock.uploads.core.intake import Ended, Intake
from scribedock.uploads.core.request import Action, Body, Protocol, UploadRequest
from scribedock.uploads.grant import PATH, Grant, verify
from scribedock.uploads.uploads import CLOSED_BY_ORDER, Uploads
from tests.support.core import Core

RECORDING = b"the bytes of a recording" * 10


class UploadClient:
    """Whoever has an upload URL of a job."""

    def __init__(self, core: Core, job: Job | None = None, **wanted: int) -> None:
        self.core = core
        self.job = job or core.job()
        self.uploads: Uploads = core.services.uploads
        url = self.uploads.issue(self.job, "http://a", **wanted)  # type: ignore[arg-type]
        self.grant: Grant = verify(url.partition(PATH)[2], core.services.keys.upload.all())

    def request(
        self,
        action: Action,
        body: Body | None = None,
        *,
        protocol: Protocol = Protocol.PLAIN,
        digests: Digests | None = None,
        only_without_media: bool = False,
    ) -> UploadRequest:
        return UploadRequest(
            action=action,
            protocol=protocol,
            grant=self.grant,
            body=body or Body(),
            digests=digests or Digests(),
            only_without_media=only_without_media,
        )

    def begin_put(self, length: int | None = len(RECORDING), **asked: object) -> Intake:
        body = Body(bytes=length, length=length, completes=True)
        return self.uploads.admit(self.request(Action.REPLACE, body, **asked))  # type: ignore[arg-type]

    def put(self, data: bytes = RECORDING, **asked: object) -> Ended:
        intake = self.begin_put(len(data), **asked)
        intake.write(memoryview(data))
        return self.uploads.finish(intake)

    def begin_append(
        self, size: int | None, offset: int, length: int | None = None, **asked: object
    ) -> Intake:
        body = Body(bytes=size, offset=offset, length=length)
        return self.uploads.admit(
            self.request(Action.APPEND, body, protocol=Protocol.TUS, **asked)  # type: ignore[arg-type]
        )

    def append(self, data: bytes, offset: int, length: int | None = None, **asked: object) -> Ended:
        intake = self.begin_append(len(data), offset, length, **asked)
        intake.write(memoryview(data))
        return self.uploads.finish(intake)

    def create(self, length: int | None, data: bytes = b"") -> Ended:
        body = Body(bytes=len(data), length=length)
        intake = self.uploads.admit(self.request(Action.CREATE, body, protocol=Protocol.TUS))
        if data:
            intake.write(memoryview(data))
        return self.uploads.finish(intake)

    def part(self, length: int | None, data: bytes = b"") -> UploadClient:
        """Create a part of the recording; return a client that has the part's URL."""
        intake = self.uploads.admit(
            self.request(Action.CREATE_PART, Body(bytes=len(data), length=length), protocol=Protocol.TUS)
        )
        if data:
            intake.write(memoryview(data))
        self.uploads.finish(intake)
        part = copy(self)
        part.grant = intake.grant
        return part

    def concatenate(self, *parts: UploadClient, digests: Digests | None = None) -> Ended:
        request = self.request(Action.CONCATENATE, protocol=Protocol.TUS, digests=digests)
        intake = self.uploads.admit(replace(request, parts=tuple(part.grant for part in parts)))
        return self.uploads.finish(intake)

    def offset(self) -> int:
        """Return how many bytes the upload has."""
        state = self.uploads.state(self.request(Action.STATE))
        return 0 if state is None else state.bytes

    def terminate(self) -> None:
        self.uploads.terminate(self.request(Action.TERMINATE))


def sha256_of(data: bytes) -> Expected:
    return Expected(header="Content-Digest", algorithm="sha256", digest=hashlib.sha256(data).digest())


def order(core: Core, job_id: str, *, close: bool = True) -> None:
    """Order the job's transcription; without `close`, as another process would."""
    core.services.orders.place(
        job_id,
        frozenset({core.admin.id}),
        Order(fidelity=Fidelity.MECHANICAL),
        needs_authorization=False,
    )
    if close:
        core.services.uploads.close(job_id, CLOSED_BY_ORDER)
