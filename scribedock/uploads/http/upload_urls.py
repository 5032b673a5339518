"""Requests to upload URLs as calls of the core, and their results as answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from scribedock import metrics
from scribedock.clock import Clock
from scribedock.errors import ScribedockError
from scribedock.keys.keys import UploadKeys
from scribedock.settings import Settings
from scribedock.uploads.core.intake import Intake
from scribedock.uploads.core.request import Action
from scribedock.uploads.http.answers import Answers, UploadAnswer
from scribedock.uploads.http.digests import digests_behind
from scribedock.uploads.http.head import RequestHead
from scribedock.uploads.http.requests import UrlRequest, read_request, upload_request
from scribedock.uploads.uploads import Uploads


@dataclass(frozen=True, kw_only=True)
class Finished:
    """The answer to a body, and whether there is work for a worker now."""

    answer: UploadAnswer
    makes_work: bool


class UploadUrls:
    def __init__(self, uploads: Uploads, keys: UploadKeys, settings: Settings, clock: Clock) -> None:
        self._uploads = uploads
        self._keys = keys
        # Behind a proxy, the path that clients see may have a part before ours.
        self._prefix = urlsplit(settings.public_url).path if settings.public_url else None
        self._answers = Answers(
            keys=keys,
            sends_interim=settings.upload_interim_responses,
            cors_origins=settings.cors_origins,
            max_bytes=settings.upload_max_bytes,
            clock=clock,
        )

    def read(self, head: RequestHead, forwarded_prefix: str = "") -> UrlRequest:
        """Read the head of a request; this never fails.

        `forwarded_prefix` is what a trusted proxy has taken off the path; a public URL has its own.
        """
        prefix = forwarded_prefix if self._prefix is None else self._prefix
        return read_request(head, self._keys, prefix)

    def admit(self, request: UrlRequest) -> Intake:
        """Return where the body of the request goes. Raises InvalidQuery, SystemFault, Forged."""
        return self._uploads.admit(upload_request(request, self._keys))

    def resumption(self, request: UrlRequest, intake: Intake) -> Mapping[str, str] | None:
        """Return the headers of the 104 that says resuming is possible; None: the client knows none."""
        return self._answers.resumption(request, intake.grant)

    def finish(
        self,
        request: UrlRequest,
        intake: Intake,
        error: Exception | None,
        trailer: Mapping[str, tuple[str, ...]],
    ) -> Finished:
        """End the body, and return its answer. Raises as `Uploads.finish`.

        `trailer` has the fields that came behind the body, by names in lower case.
        """
        if error is None:
            try:
                intake.expect(digests_behind(request.head, trailer))
            except ScribedockError as malformed:
                error = malformed
        try:
            ended = self._uploads.finish(intake, error)
        except Exception:
            _count(intake, "failed")
            raise
        _count(intake, "received" if ended.etag is not None else "kept")
        return Finished(
            answer=self._answers.ended(request, intake.request, ended), makes_work=ended.task_id is not None
        )

    def answer(self, request: UrlRequest) -> UploadAnswer:
        """Answer a request that brings no body: HEAD, GET, DELETE, OPTIONS. Raises as `admit`."""
        if request.method == "OPTIONS":
            return self._answers.options(request)
        asked = upload_request(request, self._keys)
        if asked.action is Action.TERMINATE:
            self._uploads.terminate(asked)
            return self._answers.terminated(request)
        return self._answers.state(request, asked.grant, self._uploads.state(asked))

    def error_headers(self, request: UrlRequest, error: ScribedockError) -> Mapping[str, str]:
        """Return the headers of the answer that reports the error."""
        return self._answers.error(request, error)


def _count(intake: Intake, outcome: str) -> None:
    if intake.final is not None:  # its bytes came before
        return
    metrics.UPLOADS.labels(intake.protocol.value, outcome).inc()
    metrics.UPLOAD_BYTES.inc(max(0, intake.partial.bytes - intake.start))
