"""Pre-signed uploads: issuing the URL, what is asked of it, and what its owner can do.

What it does not do: read sockets (see `receiver`), or know HTTP servers.
"""

from __future__ import annotations

import contextlib
import time
import uuid
from collections.abc import Iterable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from typing import cast

from scribedock.db.engine import Database
from scribedock.errors import InvalidQuery, ItemNotFound, ScribedockError
from scribedock.jobs.erasure import GONE
from scribedock.jobs.job import Job
from scribedock.jobs.jobs import Jobs
from scribedock.jobs.media import JobMedia
from scribedock.keys.keys import UploadKeys
from scribedock.settings import Settings
from scribedock.storage.leftovers import remove_partial
from scribedock.storage.store import DirectStore, PartialBusy, PartialMissing, Store
from scribedock.uploads.answers import Answers, UploadAnswer
from scribedock.uploads.core.active import ActiveUploads
from scribedock.uploads.core.admission import PATH, Admission
from scribedock.uploads.core.completion import Completion
from scribedock.uploads.core.direct import Arrival, DirectUploads
from scribedock.uploads.core.openness import ORDERED, cancelled, ended
from scribedock.uploads.core.states import UploadState, UploadStates, UploadStatus
from scribedock.uploads.grant import Forged, Grant, sign
from scribedock.uploads.http.head import RequestHead, collect
from scribedock.uploads.http.requests import TUS_PATCH, TUS_VERSION, Action, action_of

CLOSED_BY_ORDER = "The transcription of the job was ordered"
CLOSED_BY_DELETION = GONE
EXPIRED = "The upload URL expired"
LAST_MOMENT_S = 1.0  # for a request that has brought all bytes to end by itself


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
    ) -> None:
        self._jobs = jobs
        self._store = store
        self._keys = keys
        self._settings = settings
        self.states = UploadStates(database)
        self.active = ActiveUploads(
            self.states,
            record=lambda intake: self.admission.record(intake),
            check_room=lambda: self.admission.check_room(0),
            ended=lambda grants: ended(database, grants),
        )
        self.admission = Admission(
            database=database,
            jobs=jobs,
            media=media,
            store=store,
            states=self.states,
            active=self.active,
            keys=keys,
            settings=settings,
        )
        self.completion = Completion(
            database=database,
            media=media,
            store=store,
            states=self.states,
            active=self.active,
            admission=self.admission,
        )
        self.direct: DirectUploads | None = None
        if settings.storage_direct_uploads:
            self.direct = DirectUploads(
                jobs=jobs,
                media=media,
                store=cast(DirectStore, store),
                quotas=self.admission.quotas,
                settings=settings,
            )
        self.answers = Answers(
            public_url=settings.public_url,
            cors_origins=settings.cors_origins,
            max_bytes=settings.upload_max_bytes,
        )

    def issue(
        self,
        job: Job,
        base_url: str,
        *,
        expires_in_s: int | None = None,
        max_bytes: int | None = None,
        cors_origin: str = "",
    ) -> str:
        """A fresh upload URL for the job. Raises InvalidQuery once the transcription is ordered."""
        if job.order_task_id is not None:
            raise InvalidQuery(
                f"The transcription of this job is ordered already (the job is {job.status}), "
                "so its media cannot be changed; open another job"
            )
        if self.direct is not None:
            return self.direct.issue(
                job, expires_in_s=expires_in_s, max_bytes=max_bytes, cors_origin=cors_origin
            )
        lifetime_s = self._settings.upload_lifetime_s
        limit = self._settings.upload_max_bytes
        grant = Grant(
            upload_id=uuid.uuid4().hex,
            job_id=job.id,
            expires=int(time.time()) + min(expires_in_s or lifetime_s, lifetime_s),
            max_bytes=min(max_bytes or limit, limit),
            epoch=job.upload_epoch,
            cors_origin=cors_origin,
        )
        return f"{base_url}{PATH}{sign(grant, self._keys.all()[0])}"

    def answer(self, head: RequestHead) -> UploadAnswer:
        """To a request that brings no body: HEAD, DELETE, OPTIONS. Raises InvalidQuery."""
        if head.method == "OPTIONS":
            return self.answers.options(head, self.grant_or_none(head))
        action = action_of(head)
        grant, job, _ = self.admission.enter(head)
        state = self.admission.state(grant)
        if state is not None and state.lacks_only_its_end and job.order_task_id is None:
            state = self._end(head, grant, state)
        if action is Action.STATE:
            return self.answers.state(head, grant, state)
        if job.order_task_id is not None:
            raise InvalidQuery(ORDERED, status=409)
        if state is not None and state.status is UploadStatus.RECEIVED:
            raise InvalidQuery(
                "The recording is whole and the job's media; put another in its place, or delete the job",
                status=409,
            )
        self._terminate(grant)
        return self.answers.terminated(head, grant)

    def _end(self, head: RequestHead, grant: Grant, state: UploadState) -> UploadState | None:
        """Makes the recording the job's media, as the request would have that brought its last byte."""
        writer = self.active.writer_of(state.partial or "")
        if writer is not None and not writer.over.wait(LAST_MOMENT_S):
            self.active.take_over(writer)
        last = RequestHead(
            method="PATCH",
            target=head.target,
            version=head.version,
            headers=collect(
                [
                    ("tus-resumable", TUS_VERSION),
                    ("content-type", TUS_PATCH),
                    ("content-length", "0"),
                    ("upload-offset", str(state.bytes)),
                ]
            ),
        )
        with contextlib.suppress(ScribedockError):  # it is under way still, or its digest is wrong
            self.completion.end(self.admission.admit(last), None)
        return self.admission.state(grant)

    def error_headers(self, head: RequestHead, error: ScribedockError) -> Mapping[str, str]:
        return self.answers.of_error(head, self.grant_or_none(head), error)

    def grant_or_none(self, head: RequestHead) -> Grant | None:
        try:
            return self.admission.grant_of(head)
        except Forged:
            return None

    def of_job(self, job_id: str) -> list[UploadState]:
        """The uploads of the job's URLs, oldest first, as far as they are now."""
        found = []
        for state in self.states.of_job(job_id):
            writer = self.active.writer_of(state.partial) if state.partial else None
            found.append(state if writer is None else replace(state, bytes=writer.partial.bytes))
        return found

    def cancel(self, job_id: str, visible_accounts: frozenset[str] | None) -> None:
        """Makes every upload URL of the job invalid, and gives up what they have brought so far.

        Raises ItemNotFound. The job's media, if it is whole, stays.
        """
        self._jobs.raise_upload_epoch(job_id, visible_accounts)
        self.active.end_those(lambda intake: intake.grant.job_id == job_id, cancelled())
        self._close(
            [state.id for state in self.states.unfinished(job_id)],
            "The upload was cancelled",
            UploadStatus.CANCELLED,
        )

    def close(self, job_id: str, why: str) -> None:
        """After an order or a deletion: the job's uploads end, and their bytes are given up."""
        error = InvalidQuery(ORDERED, status=409) if why == CLOSED_BY_ORDER else cancelled()
        self.active.end_those(lambda intake: intake.grant.job_id == job_id, error)
        self._close([state.id for state in self.states.unfinished(job_id)], why, UploadStatus.CLOSED)

    def sweep(self) -> frozenset[str]:
        """Closes what can't go on any more; returns the names in the store that are still wanted."""
        now = int(time.time())
        for state in self.states.unfinished():
            why = EXPIRED if now >= state.expires else self._why_over(state)
            if why is not None and self._is_idle(state):
                self._close([state.id], why, UploadStatus.CLOSED)
        partials = frozenset(state.partial for state in self.states.unfinished() if state.partial)
        return partials if self.direct is None else partials | self.direct.places()

    def arriving(self, job: Job) -> AbstractContextManager[Arrival | None]:
        """What comes with the order of the job: in direct mode, what lies in the store (see `direct`)."""
        return nullcontext() if self.direct is None else self.direct.arriving(job)

    def _why_over(self, state: UploadState) -> str | None:
        try:
            job = self._jobs.find(state.job_id)
        except ItemNotFound:
            return CLOSED_BY_DELETION
        return CLOSED_BY_ORDER if job.order_task_id is not None else None

    def _is_idle(self, state: UploadState) -> bool:
        """Whether nobody, in whichever process, writes its partial: a late one may still become whole."""
        if state.partial is None:
            return True
        try:
            self._store.resume(state.partial).suspend()
        except PartialBusy:
            return False
        except PartialMissing:
            return True
        return True

    def _terminate(self, grant: Grant) -> None:
        partial = self.states.cancel(grant)
        self.active.end_those(lambda intake: intake.grant.upload_id == grant.upload_id, cancelled())
        if partial is not None:
            remove_partial(self._store, partial)

    def _close(self, upload_ids: Iterable[str], why: str, status: UploadStatus) -> None:
        for partial in self.states.close(upload_ids, why, status):
            remove_partial(self._store, partial)
