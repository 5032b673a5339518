"""Whether a request to an upload URL may bring its body, before a byte of it is read.

Order of checks: expired, cancelled (410) → ordered (409) → what is wrong with the request itself
(400, 411, 415) → a resumed upload's offset (409) → length (413) → precondition (412) → quota, disk (507).
Whether another request writes (423) is looked at before the offset, which only then is known.
"""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy.engine import Connection

from scribedock.clock import Clock
from scribedock.db.engine import Database
from scribedock.jobs.job import Job
from scribedock.jobs.jobs import Jobs
from scribedock.jobs.media import JobMedia
from scribedock.settings import Settings
from scribedock.storage.store import Partial, PartialBusy
from scribedock.uploads.core.active import TAKEOVER_SILENCE_S, ActiveUploads
from scribedock.uploads.core.concatenation import Concatenation
from scribedock.uploads.core.digests import Digests, pack, unpack, unpack_unverified
from scribedock.uploads.core.errors import (
    EmptyRecording,
    InconsistentLength,
    LongerThanAnnounced,
    MediaPresent,
    MismatchingOffset,
    TooLarge,
    TranscriptionOrdered,
    UploadBusy,
    UploadComplete,
    UploadConcatenated,
    UrlExpired,
)
from scribedock.uploads.core.intake import Ceiling, Ended, Intake, Part
from scribedock.uploads.core.openness import job_of_url
from scribedock.uploads.core.partials import CompletePartial, Partials
from scribedock.uploads.core.quota import Quotas
from scribedock.uploads.core.records import UploadState, UploadStatus
from scribedock.uploads.core.request import Action, Body, Protocol, UploadRequest
from scribedock.uploads.core.states import UploadStates
from scribedock.uploads.grant import Grant


class Admission:
    def __init__(
        self,
        *,
        database: Database,
        jobs: Jobs,
        media: JobMedia,
        states: UploadStates,
        active: ActiveUploads,
        partials: Partials,
        concatenation: Concatenation,
        quotas: Quotas,
        settings: Settings,
        clock: Clock,
    ) -> None:
        self._database = database
        self._jobs = jobs
        self._media = media
        self._states = states
        self._active = active
        self._partials = partials
        self._concatenation = concatenation
        self._quotas = quotas
        self._settings = settings
        self._clock = clock

    def enter(self, request: UploadRequest) -> tuple[Job, UploadStatus | None]:
        """Return the job, and its upload's status. Raises UrlClosed where the URL is not valid."""
        grant = request.grant
        now = self._clock.now()
        if now.timestamp() >= grant.expires:
            raise UrlExpired(grant.expires, now)
        with self._database.read() as connection:
            return self.current(connection, grant)

    def current(self, connection: Connection, grant: Grant) -> tuple[Job, UploadStatus | None]:
        """Do as `enter` within a transaction; whether the URL has expired is not checked."""
        return job_of_url(connection, self._jobs, grant)

    def check_still_open(self, grant: Grant) -> None:
        """Raise UrlClosed where the order, a deletion or its owner has closed the URL."""
        with self._database.read() as connection:
            job, _ = self.current(connection, grant)
        if job.order_task_id is not None:
            raise TranscriptionOrdered

    def admit(self, request: UploadRequest) -> Intake:
        """Return where the body of the request goes.

        Raises UploadRefused, QuotaExceeded, StorageFault, NoRoom, or the request's own fault.
        """
        job, status = self.enter(request)
        if job.order_task_id is not None:
            raise TranscriptionOrdered
        if request.fault is not None:
            raise request.fault
        if request.action is Action.APPEND:
            return self._append(request, job)
        if request.action is Action.CONCATENATE:
            return self._concatenate(request, job)
        if request.action is Action.CREATE_PART:
            part = self._concatenation.new_part(request.grant)
            return self._begin(replace(request, grant=part), job, None)
        return self._begin(request, job, status)

    def _begin(self, request: UploadRequest, job: Job, status: UploadStatus | None) -> Intake:
        limit = self._limit(request.grant)
        _check_size(request.body, limit)
        if request.only_without_media and self._media.media_of_job(job.id) is not None:
            raise MediaPresent
        ceilings = self._ceilings(job, request.body, limit, kept=0)
        # This body may be of another recording than the kept bytes, which must not be resumed after a crash.
        at_once = request.action is not Action.REPLACE or status is UploadStatus.RECEIVING
        return self._new_intake(request, job, request.body, request.digests, ceilings, record=at_once)

    def _append(self, request: UploadRequest, job: Job) -> Intake:
        state = self._states.find_upload(request.grant.upload_id)
        body, digests = request.body, request.digests
        if state is not None and state.status is UploadStatus.RECEIVED:
            return self._repeated_end(request, job, state)
        if state is None or state.partial is None:
            return self._append_to_nothing(request, job, state)
        partial = self._taken(state.partial, request.protocol)
        try:
            size = self._partials.settle(state, partial)
            if body.offset != size:
                raise MismatchingOffset(size, body.offset)
            body = _with_length(body, state)
            limit = self._limit(request.grant)
            _check_size(body, limit)
            intake = Intake(
                request=request,
                account_id=job.account_id,
                body=body,
                partial=partial,
                ceilings=self._ceilings(job, body, limit, kept=size),
                content=digests.content,
                whole=(*unpack(state.digests), *digests.whole),
                unverified=(*unpack_unverified(state.digests), *digests.unverified),
                wants_digest=state.wants_digest or self._wants_digest(digests),
                recorded=True,
                clock=self._clock,
            )
            self._states.append(
                state.id,
                offset=size,
                length=body.length,
                trusted=not digests.content,
                digests=pack(intake.whole, intake.unverified),
            )
        except LongerThanAnnounced:
            partial.suspend()
            self._partials.invalidate(request.grant)
            raise
        except BaseException:
            partial.suspend()
            raise
        self._active.add(intake)
        return intake

    def _append_to_nothing(self, request: UploadRequest, job: Job, state: UploadState | None) -> Intake:
        """Take an append at the first byte, to an upload that has not begun or whose bytes are gone."""
        body, digests = request.body, request.digests
        if body.offset != 0:
            raise MismatchingOffset(0, body.offset)
        if state is not None:
            body = _with_length(body, state)
            digests = replace(
                digests,
                whole=(*unpack(state.digests), *digests.whole),
                wanted=digests.wanted or state.wants_digest,
                unverified=(*unpack_unverified(state.digests), *digests.unverified),
            )
        limit = self._limit(request.grant)
        _check_size(body, limit)
        ceilings = self._ceilings(job, body, limit, kept=0)
        return self._new_intake(request, job, body, digests, ceilings, record=True)

    def _repeated_end(self, request: UploadRequest, job: Job, state: UploadState) -> Intake:
        """Take a request that ends an upload once more, because the first answer was lost.

        Raises UploadConcatenated, MismatchingOffset, and UploadComplete for one that brings bytes.
        """
        body = request.body
        if state.parts is not None:
            raise UploadConcatenated
        if body.offset != state.bytes:
            raise MismatchingOffset(state.bytes, body.offset)
        if body.bytes:
            raise UploadComplete(state.bytes)
        return self._complete_intake(request, job, state)

    def _concatenate(self, request: UploadRequest, job: Job) -> Intake:
        ids = [part.upload_id for part in request.parts]
        state = self._states.find_upload(request.grant.upload_id)
        if state is not None and state.status is UploadStatus.RECEIVED and state.parts == " ".join(ids):
            return self._complete_intake(request, job, state)
        parts = self._concatenation.finished_parts(request.parts)
        if not parts.bytes:
            raise EmptyRecording
        body = Body(length=parts.bytes, completes=True)
        limit = self._limit(request.grant)
        _check_size(body, limit)
        if request.only_without_media and self._media.media_of_job(job.id) is not None:
            raise MediaPresent
        ceilings = self._ceilings(job, body, limit, kept=parts.kept_bytes)
        self._partials.check_room(parts.bytes)  # the parts are there until the recording is
        digests = replace(request.digests, content=())  # of a body that has no bytes
        return self._new_intake(request, job, body, digests, ceilings, record=False, parts=parts.listed)

    def _complete_intake(self, request: UploadRequest, job: Job, state: UploadState) -> Intake:
        """Return where nothing goes any more; its end is the end that the upload has had."""
        return Intake(
            request=request,
            account_id=job.account_id,
            body=request.body,
            partial=CompletePartial(state.bytes),
            ceilings=(Ceiling(bytes=state.bytes, refusal=UploadComplete),),
            content=(),
            whole=(),
            wants_digest=False,
            recorded=True,
            clock=self._clock,
            final=Ended(size=state.bytes, etag=state.etag, sha256=_sha256(state)),
        )

    def _new_intake(
        self,
        request: UploadRequest,
        job: Job,
        body: Body,
        digests: Digests,
        ceilings: tuple[Ceiling, ...],
        *,
        record: bool,
        parts: tuple[Part, ...] = (),
    ) -> Intake:
        intake = Intake(
            request=request,
            account_id=job.account_id,
            body=body,
            partial=self._partials.begin(),
            ceilings=ceilings,
            # In a request that brings the whole recording, the body's digests are the recording's.
            content=() if body.completes else digests.content,
            whole=(*digests.whole, *(digests.content if body.completes else ())),
            wants_digest=self._wants_digest(digests),
            recorded=False,
            clock=self._clock,
            trailing=digests.trailing,
            unverified=digests.unverified,
            parts=parts,
        )
        self._active.add(intake)
        if record:
            try:
                self._partials.record(intake)
            except BaseException:
                intake.partial.discard()
                self._active.remove(intake)
                raise
        return intake

    def _taken(self, name: str, protocol: Protocol) -> Partial:
        """Return the partial, for writing; take it from a writer that is silent or must give way.

        In the IETF's protocol the newer request wins; tus answers 423 while another one writes.
        """
        try:
            return self._partials.resume(name)
        except PartialBusy:
            pass
        writer = self._active.writer_of(name)
        if writer is not None:
            if protocol is not Protocol.IETF and writer.silent_s < TAKEOVER_SILENCE_S:
                raise UploadBusy
            self._active.take_over(writer)
        try:
            return self._partials.resume_soon(name)
        except PartialBusy:
            raise UploadBusy from None

    def _wants_digest(self, digests: Digests) -> bool:
        return digests.wanted or self._settings.upload_digest

    def _limit(self, grant: Grant) -> Ceiling:
        """Return how large the recording may be, or a part of it beside the other parts."""
        limit = min(grant.max_bytes, self._settings.upload_max_bytes)
        left = limit - self._concatenation.bytes_of_others(grant)
        return Ceiling(bytes=max(left, 0), refusal=lambda _: TooLarge(limit))

    def _ceilings(self, job: Job, body: Body, limit: Ceiling, *, kept: int) -> tuple[Ceiling, ...]:
        length = body.length if body.length is not None else body.offset + (body.bytes or 0)
        quotas = self._quotas.admit(job, length=length, kept=kept)
        self._partials.check_room(max(length - kept, 0))
        announced = () if body.length is None else (Ceiling(bytes=body.length, refusal=LongerThanAnnounced),)
        return (limit, *announced, *quotas)


def _with_length(body: Body, state: UploadState) -> Body:
    if body.length is not None and state.length is not None and body.length != state.length:
        raise InconsistentLength(
            f"The recording was announced with {state.length} bytes, now with {body.length}"
        )
    return replace(body, length=body.length if body.length is not None else state.length)


def _check_size(body: Body, limit: Ceiling) -> None:
    if body.length is not None:
        limit.check(body.length)
    if body.bytes is None:
        return
    if body.length is not None and body.offset + body.bytes > body.length:
        raise LongerThanAnnounced(body.length)
    limit.check(body.offset + body.bytes)


def _sha256(state: UploadState) -> bytes | None:
    return next((each.digest for each in unpack(state.digests) if each.algorithm == "sha256"), None)
