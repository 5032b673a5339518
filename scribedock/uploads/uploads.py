"""Pre-signed uploads: issuing the URL, receiving what is sent to it, and what its owner can do.

begin or append (`admit`) → write → `finish`, and `state`, `terminate`: the same for every protocol.
It reads no sockets (see `transfer`) and knows no HTTP (see `http`).
"""

from __future__ import annotations

import contextlib
import uuid
from collections.abc import Iterable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from typing import cast

from scribedock.budgets.budgets import Budgets
from scribedock.clock import SYSTEM_CLOCK, Clock
from scribedock.db.engine import Database
from scribedock.errors import InvalidQuery, ItemNotFound, ScribedockError
from scribedock.jobs.erasing.erasure import DELETION_REASON
from scribedock.jobs.job import Job
from scribedock.jobs.jobs import Jobs
from scribedock.jobs.media import JobMedia
from scribedock.keys.keys import UploadKeys
from scribedock.settings import Settings
from scribedock.storage.store import DirectStore, Store
from scribedock.tracing import part
from scribedock.uploads.core.active import TAKEOVER_SILENCE_S, ActiveUploads
from scribedock.uploads.core.admission import Admission
from scribedock.uploads.core.completion import Completion
from scribedock.uploads.core.concatenation import Concatenation
from scribedock.uploads.core.errors import TranscriptionOrdered, UploadComplete, UrlCancelled
from scribedock.uploads.core.intake import Ended, Intake
from scribedock.uploads.core.partials import Partials, synced_bytes
from scribedock.uploads.core.quota import Quotas
from scribedock.uploads.core.records import UploadState, UploadStatus
from scribedock.uploads.core.request import Action, Body, Protocol, UploadRequest
from scribedock.uploads.core.states import UploadStates
from scribedock.uploads.core.upkeep import Upkeep
from scribedock.uploads.direct import NOTICE, Arrival, DirectUploads
from scribedock.uploads.grant import PATH, Grant, sign

CLOSED_BY_ORDER = "The transcription of the job was ordered"
CLOSED_BY_DELETION = DELETION_REASON
CLOSED_BY_EXPIRY = "The upload URL expired"
LAST_MOMENT_S = 1.0  # for a request with all its bytes to end by itself


class Uploads:
    def __init__(
        self,
        *,
        database: Database,
        jobs: Jobs,
        media: JobMedia,
        store: Store,
        keys: UploadKeys,
        settings: Settings,
        budgets: Budgets,
        clock: Clock = SYSTEM_CLOCK,
    ) -> None:
        self._jobs = jobs
        self._keys = keys
        self._settings = settings
        self._clock = clock
        self._states = UploadStates(database)
        self._active = ActiveUploads()
        self._partials = Partials(store, self._states, reserve=settings.disk_reserve)
        concatenation = Concatenation(self._states, self._partials)
        quotas = Quotas(settings, self._states, self._active, budgets)
        self._admission = Admission(
            database=database,
            jobs=jobs,
            media=media,
            states=self._states,
            active=self._active,
            partials=self._partials,
            concatenation=concatenation,
            quotas=quotas,
            settings=settings,
            clock=clock,
        )
        self._completion = Completion(
            database=database,
            media=media,
            store=store,
            states=self._states,
            active=self._active,
            partials=self._partials,
            concatenation=concatenation,
            admission=self._admission,
        )
        self._upkeep = Upkeep(
            database=database, active=self._active, states=self._states, partials=self._partials
        )
        self._direct: DirectUploads | None = None
        if settings.storage_direct_uploads:
            self._direct = DirectUploads(
                jobs=jobs, media=media, store=cast(DirectStore, store), quotas=quotas, settings=settings
            )

    def direct_url(self) -> str | None:
        """Return a URL of the kind that clients upload to in direct mode, for its origin; else None."""
        return None if self._direct is None else self._direct.example_url()

    def start(self) -> None:
        """Start the upkeep of this process's uploads."""
        self._upkeep.start()

    def stop(self) -> None:
        self._upkeep.stop()

    @property
    def notice(self) -> str | None:
        """Return what a client must know of the URLs beforehand; None: they do all that is documented."""
        return None if self._direct is None else NOTICE

    def issue(
        self,
        job: Job,
        base_url: str,
        *,
        expires_in_s: int | None = None,
        max_bytes: int | None = None,
        cors_origin: str = "",
    ) -> str:
        """Return a new upload URL for the job. Raises InvalidQuery once the transcription is ordered."""
        if job.order_task_id is not None:
            raise InvalidQuery(
                f"The transcription of this job is ordered already (the job is {job.status}), "
                "so its media cannot be changed; open another job"
            )
        if self._direct is not None:
            return self._direct.issue(
                job, expires_in_s=expires_in_s, max_bytes=max_bytes, cors_origin=cors_origin
            )
        lifetime_s = self._settings.upload_lifetime_s
        limit = self._settings.upload_max_bytes
        grant = Grant(
            upload_id=uuid.uuid4().hex,
            job_id=job.id,
            expires=int(self._clock.now().timestamp()) + min(expires_in_s or lifetime_s, lifetime_s),
            max_bytes=min(max_bytes or limit, limit),
            epoch=job.upload_epoch,
            cors_origin=cors_origin,
        )
        return f"{base_url}{PATH}{sign(grant, self._keys.all()[0])}"

    def admit(self, request: UploadRequest) -> Intake:
        """Return where the body of the request goes; the mover of its bytes calls `finish` at their end.

        Raises UploadRefused, QuotaExceeded, StorageFault, NoRoom.
        """
        with part("admit upload", job_id=request.grant.job_id):
            return self._admission.admit(request)

    def finish(self, intake: Intake, error: Exception | None = None) -> Ended:
        """End a body, with the error that broke it off, if any.

        Raises that error once its bytes are kept or discarded; UploadRefused, StorageFault, NoRoom.
        """
        with part("finish upload", job_id=intake.grant.job_id):
            return self._completion.finish(intake, error)

    def state(self, request: UploadRequest) -> UploadState | None:
        """Return the upload's state, its bytes made durable; None: nothing was received yet.

        Where all bytes came and only the end is missing, because whoever received them died, it is made up
        for. In the IETF's protocol a request that still brings bytes is ended, so that the next one can begin
        at what is returned. Raises UrlClosed, StorageFault, NoRoom.
        """
        job, _ = self._admission.enter(request)
        return self._current_state(request, job)

    def terminate(self, request: UploadRequest) -> None:
        """Make the URL invalid, and give up what it has brought so far, in parts too.

        Raises UrlClosed, and UploadComplete where the recording is complete.
        """
        with part("cancel upload", job_id=request.grant.job_id):
            self._terminate(request)

    def _terminate(self, request: UploadRequest) -> None:
        job, _ = self._admission.enter(request)
        state = self._current_state(request, job)
        if job.order_task_id is not None:
            raise TranscriptionOrdered
        if state is not None and state.status is UploadStatus.RECEIVED:
            raise UploadComplete(state.bytes)
        upload_id = request.grant.upload_id
        partial = self._states.cancel(request.grant)
        self._active.end_those(
            lambda intake: upload_id in (intake.grant.upload_id, intake.grant.parent_id), UrlCancelled()
        )
        if partial is not None:
            self._partials.remove(partial)
        parts = [part.id for part in self._states.parts_of(upload_id)]
        self._close(parts, "The upload was cancelled", UploadStatus.CANCELLED)

    def uploads_of_job(self, job_id: str) -> list[UploadState]:
        """Return the current state of the job's uploads, oldest first."""
        found = []
        for state in self._states.uploads_of_job(job_id):
            writer = self._active.writer_of(state.partial) if state.partial else None
            found.append(state if writer is None else replace(state, bytes=writer.partial.bytes))
        return found

    def kept_partials(self) -> frozenset[str]:
        """Return the names of the partials that can still be resumed."""
        return frozenset(state.partial for state in self._states.unfinished() if state.partial)

    def check_room(self) -> None:
        """Raise NoRoom where the store is about to be full."""
        self._partials.check_room()

    def cancel(self, job_id: str, visible_accounts: frozenset[str] | None) -> None:
        """Invalidate every upload URL of the job, and discard what they received.

        The job's media, if it is complete, stays. Raises ItemNotFound.
        """
        self._jobs.raise_upload_epoch(job_id, visible_accounts)
        self._active.end_those(lambda intake: intake.grant.job_id == job_id, UrlCancelled())
        self._close(
            [state.id for state in self._states.unfinished(job_id)],
            "The upload was cancelled",
            UploadStatus.CANCELLED,
        )

    def close(self, job_id: str, reason: str) -> None:
        """End the job's uploads after an order or a deletion, and discard their bytes."""
        error = TranscriptionOrdered() if reason == CLOSED_BY_ORDER else UrlCancelled()
        self._active.end_those(lambda intake: intake.grant.job_id == job_id, error)
        self._close([state.id for state in self._states.unfinished(job_id)], reason, UploadStatus.CLOSED)

    def expire(self, upload_id: str, reason: str) -> bool:
        """End an unfinished upload and discard its bytes, unless somebody is sending to it now.

        Returns whether it was ended.
        """
        state = self._states.find_upload(upload_id)
        if state is None or state.status is not UploadStatus.RECEIVING:
            return False
        if state.partial is not None and not self._partials.is_idle(state.partial):
            return False
        self._close([upload_id], reason, UploadStatus.CLOSED)
        return True

    def sweep(self) -> frozenset[str]:
        """Close uploads that can no longer be resumed; return the names in the store still in use."""
        now = self._clock.now().timestamp()
        for state in self._states.unfinished():
            reason = CLOSED_BY_EXPIRY if now >= state.expires else self._why_over(state)
            if reason is None:
                continue
            # A late one, in any process, may still be completed.
            if state.partial is None or self._partials.is_idle(state.partial):
                self._close([state.id], reason, UploadStatus.CLOSED)
        kept = self.kept_partials()
        return kept if self._direct is None else kept | self._direct.places()

    def arriving(self, job: Job) -> AbstractContextManager[Arrival | None]:
        """Return the media that the order will have: in direct mode, the object in the store."""
        return nullcontext() if self._direct is None else self._direct.arriving(job)

    def _current_state(self, request: UploadRequest, job: Job) -> UploadState | None:
        state = self._settled_state(request)
        if state is None or not state.lacks_only_its_end or job.order_task_id is not None:
            return state
        self._complete(request.grant, state)
        return self._settled_state(request)

    def _settled_state(self, request: UploadRequest) -> UploadState | None:
        if request.protocol is Protocol.IETF:
            # draft-ietf-httpbis-resumable-upload, "Concurrency": the offset must be good for the next append.
            self._active.take_over_upload(request.grant.upload_id)
        state = self._states.find_upload(request.grant.upload_id)
        if state is None or state.partial is None:
            return state
        writer = self._active.writer_of(state.partial)
        if writer is not None and writer.silent_s < TAKEOVER_SILENCE_S:
            with writer.lock:
                if not writer.ended:
                    return replace(state, bytes=synced_bytes(writer.partial))
        if writer is not None:
            self._active.take_over(writer)
        size = self._partials.settled_bytes(state, state.partial)
        return replace(state, partial=None, bytes=0) if size is None else replace(state, bytes=size)

    def _complete(self, grant: Grant, state: UploadState) -> None:
        """Make the recording the job's media, as the request with its last byte would have."""
        writer = self._active.writer_of(state.partial or "")
        if writer is not None and not writer.over.wait(LAST_MOMENT_S):
            self._active.take_over(writer)
        nothing_more = UploadRequest(
            action=Action.APPEND, protocol=Protocol.TUS, grant=grant, body=Body(offset=state.bytes)
        )
        with contextlib.suppress(ScribedockError):  # it is under way still, or its digest is wrong
            self.finish(self.admit(nothing_more))

    def _why_over(self, state: UploadState) -> str | None:
        try:
            job = self._jobs.find_job(state.job_id)
        except ItemNotFound:
            return CLOSED_BY_DELETION
        return CLOSED_BY_ORDER if job.order_task_id is not None else None

    def _close(self, upload_ids: Iterable[str], reason: str, status: UploadStatus) -> None:
        for partial in self._states.close(upload_ids, reason, status):
            self._partials.remove(partial)
