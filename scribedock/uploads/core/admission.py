"""Whether a request to an upload URL may bring its body, before a byte of it is read.

Order of checks: method (405) → signature (403) → Authorization header (400) → cancelled,
expired (410) → ordered (409) → framing, length (400, 411, 413) → precondition (412) →
quota, disk (507).  What an upload has already (409, 423) is looked at last.
"""

from __future__ import annotations

import time
from dataclasses import replace

from sqlalchemy.engine import Connection

from scribedock.clock import format_time, from_timestamp, utc_now
from scribedock.db.engine import Database
from scribedock.errors import InvalidQuery
from scribedock.jobs.job import Job
from scribedock.jobs.jobs import Jobs
from scribedock.jobs.media import JobMedia
from scribedock.keys.keys import UploadKeys
from scribedock.settings import Settings
from scribedock.storage.store import Partial, PartialBusy, PartialMissing, Store, StoreUnavailable
from scribedock.uploads.core.active import SILENT_S, ActiveUploads
from scribedock.uploads.core.openness import ORDERED, job_of_url
from scribedock.uploads.core.quota import Quotas
from scribedock.uploads.core.states import (
    BOOT,
    Beginning,
    UploadState,
    UploadStates,
    UploadStatus,
)
from scribedock.uploads.grant import Grant, forged, verify
from scribedock.uploads.http.digests import Digests, digests_of, pack, unpack
from scribedock.uploads.http.head import CHUNKED, RequestHead
from scribedock.uploads.http.requests import (
    Action,
    Body,
    Protocol,
    action_of,
    body_of,
    inconsistent_length,
    mismatching_offset,
    protocol_of,
)
from scribedock.uploads.transfer.intake import (
    Ceiling,
    Intake,
    longer_than_announced,
    no_room,
    storage_fault,
    too_large,
)

PATH = "/upload/"


class Admission:
    def __init__(
        self,
        *,
        database: Database,
        jobs: Jobs,
        media: JobMedia,
        store: Store,
        states: UploadStates,
        active: ActiveUploads,
        keys: UploadKeys,
        settings: Settings,
    ) -> None:
        self._database = database
        self._jobs = jobs
        self._media = media
        self._store = store
        self._states = states
        self._active = active
        self._keys = keys
        self._settings = settings
        self.quotas = Quotas(settings, states, active.in_flight)

    def grant_of(self, head: RequestHead) -> Grant:
        """What the URL grants, expired or not. Raises Forged."""
        if "?" in head.target:
            raise forged()
        return verify(head.path.removeprefix(PATH), self._keys.all())

    def enter(self, head: RequestHead) -> tuple[Grant, Job, UploadStatus | None]:
        """The checks that every request to the URL must pass. Raises InvalidQuery."""
        grant = self.grant_of(head)
        if "authorization" in head.headers:
            raise InvalidQuery("Leave out the Authorization header: the upload URL itself is the credential")
        origin = head.first("origin")
        if grant.cors_origin and origin is not None and origin != grant.cors_origin:
            raise InvalidQuery(f"This upload URL is for pages of {grant.cors_origin} only", status=403)
        return grant, *self._living(grant)

    def admit(self, head: RequestHead) -> Intake:
        """Where the body of the request goes. Raises InvalidQuery and SystemFault."""
        action = action_of(head)
        grant, job, status = self.enter(head)
        if job.order_task_id is not None:
            raise InvalidQuery(ORDERED, status=409)
        body = body_of(head, action)
        digests = digests_of(head)
        if action is Action.APPEND:
            return self._append(head, grant, job, body, digests)
        limit = self._limit(grant)
        _check_size(body, limit)
        if (head.first("if-none-match") or "").strip() == "*" and self._media.of(job.id) is not None:
            raise InvalidQuery("The job has media already (If-None-Match: *)", status=412)
        ceilings = self._ceilings(job, body, limit, kept=0)
        # What comes now may be another recording than the one of which bytes are kept: after a crash nobody
        # may go on with those.
        at_once = action is Action.CREATE or status is UploadStatus.RECEIVING
        return self._begin(head, grant, job, action, body, digests, ceilings, record=at_once)

    def state(self, grant: Grant) -> UploadState | None:
        """How far the upload is, its bytes surviving a crash; None: nothing has come yet."""
        state = self._states.find(grant.upload_id)
        if state is None or state.partial is None:
            return state
        writer = self._active.writer_of(state.partial)
        if writer is not None and time.monotonic() - writer.heard < SILENT_S:
            with writer.lock:
                if not writer.ended:
                    return replace(state, bytes=_synced(writer.partial))
        if writer is not None:
            self._active.take_over(writer)
        try:
            partial = self._store.resume(state.partial)
            try:
                size = self._settled(state, partial)
            finally:
                partial.suspend()
        except PartialMissing:
            self._states.forget_partial(state.id, state.partial)
            return replace(state, partial=None, bytes=0)
        except PartialBusy:
            return replace(state, bytes=self._store.partial_bytes(state.partial) or 0)
        except OSError as error:
            raise storage_fault(error) from error
        return replace(state, bytes=size)

    def check_room(self, more: int) -> None:
        """Raises SystemFault (507) where `more` bytes would leave less free than the reserve."""
        free = self._store.free_bytes()
        if free is not None and free - more < self._settings.disk_reserve:
            raise no_room()

    def check_still_open(self, grant: Grant) -> None:
        """Raises InvalidQuery (409, 410) where the order, a deletion or its owner has closed the URL."""
        with self._database.read() as connection:
            job, _ = self.current(connection, grant)
        if job.order_task_id is not None:
            raise InvalidQuery(ORDERED, status=409)

    def current(self, connection: Connection, grant: Grant) -> tuple[Job, UploadStatus | None]:
        """The job, and its upload's status. Raises InvalidQuery where the URL is not good any more."""
        return job_of_url(connection, self._jobs, grant)

    def _living(self, grant: Grant) -> tuple[Job, UploadStatus | None]:
        now = int(time.time())
        if now >= grant.expires:
            raise InvalidQuery(
                f"This upload URL expired at {format_time(from_timestamp(grant.expires))} UTC; "
                f"the server's time is {format_time(utc_now())}. Get a new one with request_upload_url",
                status=410,
            )
        with self._database.read() as connection:
            return self.current(connection, grant)

    def _limit(self, grant: Grant) -> int:
        return min(grant.max_bytes, self._settings.upload_max_bytes)

    def _ceilings(self, job: Job, body: Body, limit: int, *, kept: int) -> tuple[Ceiling, ...]:
        length = body.length if body.length is not None else body.offset + max(body.bytes, 0)
        quotas = self.quotas.admit(job, length=length, kept=kept)
        self.check_room(max(length - kept, 0))
        announced = (
            () if body.length is None else (Ceiling(bytes=body.length, refusal=longer_than_announced),)
        )
        return (Ceiling(bytes=limit, refusal=too_large), *announced, *quotas)

    def _begin(
        self,
        head: RequestHead,
        grant: Grant,
        job: Job,
        action: Action,
        body: Body,
        digests: Digests,
        ceilings: tuple[Ceiling, ...],
        *,
        record: bool,
    ) -> Intake:
        try:
            partial = self._store.begin()
        except OSError as error:
            raise storage_fault(error) from error
        intake = Intake(
            grant=grant,
            account_id=job.account_id,
            action=action,
            protocol=protocol_of(head),
            body=body,
            partial=partial,
            ceilings=ceilings,
            # In a request that brings the whole recording, the body's digests are the recording's.
            content=() if body.completes else digests.content,
            whole=(*digests.whole, *(digests.content if body.completes else ())),
            wants_digest=digests.wanted or self._settings.upload_digest,
            recorded=False,
        )
        self._active.add(intake)
        if record:
            self._or_discard(intake)
        return intake

    def _or_discard(self, intake: Intake) -> None:
        try:
            self.record(intake)
        except BaseException:
            intake.partial.discard()
            self._active.remove(intake)
            raise

    def record(self, intake: Intake) -> None:
        """Notes the intake's partial as the one to go on with, in place of an older one."""
        intake.recorded = True
        _, replaced = self._states.begin(
            intake.grant,
            Beginning(
                partial=intake.partial.name,
                started=intake.started,
                length=intake.body.length,
                protocol=intake.protocol,
                digests=pack(intake.whole),
                wants_digest=intake.wants_digest,
            ),
        )
        if replaced is not None:
            self.discard_idle(replaced)

    def discard_idle(self, partial: str) -> None:
        """Removes a partial that nobody writes; its writer would remove it at its end."""
        try:
            self._store.resume(partial).discard()
        except (PartialBusy, PartialMissing, StoreUnavailable):
            return

    def _append(self, head: RequestHead, grant: Grant, job: Job, body: Body, digests: Digests) -> Intake:
        protocol = protocol_of(head)
        state = self._states.find(grant.upload_id)
        if state is not None and state.status is UploadStatus.RECEIVED:
            raise mismatching_offset(state.bytes, body.offset)
        if state is None or state.partial is None:
            return self._append_to_nothing(head, grant, job, body, digests, state)
        body = _with_length(body, state)
        _check_size(body, self._limit(grant))
        partial = self._taken(state.partial, protocol)
        try:
            size = self._settled(state, partial)
            if body.offset != size:
                raise mismatching_offset(size, body.offset)
            intake = Intake(
                grant=grant,
                account_id=job.account_id,
                action=Action.APPEND,
                protocol=protocol,
                body=body,
                partial=partial,
                ceilings=self._ceilings(job, body, self._limit(grant), kept=size),
                content=digests.content,
                whole=(*unpack(state.digests), *digests.whole),
                wants_digest=state.wants_digest or digests.wanted or self._settings.upload_digest,
                recorded=True,
            )
            self._states.append(state.id, offset=size, length=body.length, trusted=not digests.content)
        except BaseException:
            partial.suspend()
            raise
        self._active.add(intake)
        return intake

    def _append_to_nothing(
        self,
        head: RequestHead,
        grant: Grant,
        job: Job,
        body: Body,
        digests: Digests,
        state: UploadState | None,
    ) -> Intake:
        """An append at the first byte, of an upload that nobody has begun or whose bytes are gone."""
        if body.offset != 0:
            raise mismatching_offset(0, body.offset)
        if state is not None:
            body = _with_length(body, state)
            digests = replace(
                digests,
                whole=(*unpack(state.digests), *digests.whole),
                wanted=digests.wanted or state.wants_digest,
            )
        limit = self._limit(grant)
        _check_size(body, limit)
        ceilings = self._ceilings(job, body, limit, kept=0)
        return self._begin(head, grant, job, Action.APPEND, body, digests, ceilings, record=True)

    def _taken(self, name: str, protocol: Protocol) -> Partial:
        """The partial, for writing; from whoever has it, where that one is silent or must give way.

        The IETF's protocol lets the newer request win; tus answers 423 while another one writes.
        """
        try:
            return self._resumed(name)
        except PartialBusy:
            pass
        writer = self._active.writer_of(name)
        if writer is not None and (protocol is Protocol.IETF or time.monotonic() - writer.heard >= SILENT_S):
            self._active.take_over(writer)
        try:
            return self._resumed(name)
        except PartialBusy:
            raise InvalidQuery(
                "Another request is sending bytes to this upload; wait for its end, or try again soon",
                status=423,
                headers={"Retry-After": "1"},
            ) from None

    def _resumed(self, name: str) -> Partial:
        try:
            return self._store.resume(name)
        except PartialMissing:
            raise InvalidQuery(
                "The bytes of this upload were replaced meanwhile; HEAD this URL says where it stands",
                status=409,
            ) from None
        except OSError as error:
            raise storage_fault(error) from error

    def _settled(self, state: UploadState, partial: Partial) -> int:
        """How many bytes the partial has for sure, and now durably; the others are forgotten.

        Since the machine's last start, what was written is there, synced or not; of the time
        before, only what was noted as synced.
        """
        try:
            size = partial.bytes if state.boot == BOOT else min(partial.bytes, state.bytes)
            if size < partial.bytes:
                partial.truncate(size)
            if state.boot != BOOT or state.bytes != size:
                partial.sync()
                self._states.keep(state.id, partial.name, size=size)
        except OSError as error:
            raise storage_fault(error) from error
        return size


def _synced(partial: Partial) -> int:
    try:
        return partial.sync()
    except OSError as error:
        raise storage_fault(error) from error


def _with_length(body: Body, state: UploadState) -> Body:
    if body.length is not None and state.length is not None and body.length != state.length:
        raise inconsistent_length(
            f"The recording was announced with {state.length} bytes, now with {body.length}"
        )
    return replace(body, length=body.length if body.length is not None else state.length)


def _check_size(body: Body, limit: int) -> None:
    if body.length is not None and body.length > limit:
        raise too_large(limit)
    if body.bytes == CHUNKED:
        return
    if body.length is not None and body.offset + body.bytes > body.length:
        raise longer_than_announced(body.length)
    if body.offset + body.bytes > limit:
        raise too_large(limit)
