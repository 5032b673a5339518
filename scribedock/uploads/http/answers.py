"""The answers of an upload URL, in the terms of the client's protocol."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import formatdate
from urllib.parse import urlsplit

from scribedock.errors import ScribedockError
from scribedock.uploads.core.completion import Ended
from scribedock.uploads.core.request import Action, Protocol, UploadRequest
from scribedock.uploads.core.states import UploadState, UploadStatus
from scribedock.uploads.grant import Grant
from scribedock.uploads.http.digests import TUS, repr_digest
from scribedock.uploads.http.requests import (
    ACCEPT_PATCH,
    ALLOW,
    IETF_INTEROP_VERSION,
    METHODS,
    TUS_EXTENSIONS,
    TUS_VERSION,
    UrlRequest,
)

EXPOSED_HEADERS = (
    "ETag, Location, Repr-Digest, Upload-Offset, Upload-Length, Upload-Complete, Upload-Expires, "
    "Upload-Limit, Upload-Defer-Length, Tus-Resumable, Tus-Version, Tus-Extension, Tus-Max-Size, "
    "Tus-Checksum-Algorithm, Retry-After"
)
PREFLIGHT_MAX_AGE_S = 86_400


@dataclass(frozen=True, kw_only=True)
class UploadAnswer:
    status: int
    headers: Mapping[str, str]


class Answers:
    def __init__(self, *, public_url: str | None, cors_origins: tuple[str, ...], max_bytes: int) -> None:
        # Behind a proxy, the path that clients see may have a part before ours.
        self._prefix = urlsplit(public_url).path if public_url else ""
        self._cors_origins = cors_origins
        self._max_bytes = max_bytes

    def error(self, request: UrlRequest, error: ScribedockError) -> Mapping[str, str]:
        """Return the headers of an error."""
        headers = {**self._common(request), **error.headers}
        if request.protocol is Protocol.IETF:
            headers["Upload-Complete"] = "?0"
        return headers

    def ended(self, request: UrlRequest, asked: UploadRequest, ended: Ended) -> UploadAnswer:
        """Return the answer to a body."""
        is_whole = ended.etag is not None
        headers = {**self._common(request)}
        if is_whole:
            headers["ETag"] = f'"{ended.etag}"'
        if ended.sha256 is not None:
            headers["Repr-Digest"] = repr_digest(ended.sha256)
        is_ietf = asked.protocol is Protocol.IETF
        if asked.protocol is Protocol.PLAIN:
            return UploadAnswer(status=200, headers=headers)
        if is_ietf:
            headers["Upload-Complete"] = "?1" if is_whole else "?0"
        headers["Upload-Offset"] = str(ended.size)
        headers["Upload-Expires"] = _http_date(asked.grant.expires)
        if asked.action is Action.CREATE:
            headers["Location"] = self._location(request)
            if is_ietf:
                headers["Upload-Limit"] = self._limit(asked.grant)
            return UploadAnswer(status=201, headers=headers)
        return UploadAnswer(status=200 if is_whole and is_ietf else 204, headers=headers)

    def state(self, request: UrlRequest, grant: Grant, state: UploadState | None) -> UploadAnswer:
        """Return the answer to a HEAD; None: nothing was received yet."""
        length = state.length if state is not None else None
        is_whole = state is not None and state.status is UploadStatus.RECEIVED
        headers = {
            **self._common(request),
            "Upload-Offset": str(state.bytes if state is not None else 0),
            "Upload-Complete": "?1" if is_whole else "?0",
            "Upload-Expires": _http_date(grant.expires),
            "Upload-Limit": self._limit(grant),
        }
        if length is not None:
            headers["Upload-Length"] = str(length)
        elif request.protocol is Protocol.TUS:
            headers["Upload-Defer-Length"] = "1"
        is_ietf = (request.first("upload-draft-interop-version") or "").strip() == IETF_INTEROP_VERSION
        return UploadAnswer(status=204 if is_ietf else 200, headers=headers)

    def terminated(self, request: UrlRequest) -> UploadAnswer:
        """Return the answer to a DELETE."""
        return UploadAnswer(status=204, headers=self._common(request))

    def options(self, request: UrlRequest) -> UploadAnswer:
        """Return the answer to a CORS preflight, and to a client that asks what is possible."""
        grant = request.grant
        max_bytes = min(self._max_bytes, grant.max_bytes) if grant is not None else self._max_bytes
        return UploadAnswer(
            status=204,
            headers={
                **self._cors(request),
                "Allow": ALLOW,
                "Accept-Patch": ACCEPT_PATCH,
                "Access-Control-Allow-Methods": METHODS,
                "Access-Control-Allow-Headers": request.first("access-control-request-headers") or "*",
                "Access-Control-Max-Age": str(PREFLIGHT_MAX_AGE_S),
                "Tus-Resumable": TUS_VERSION,
                "Tus-Version": TUS_VERSION,
                "Tus-Extension": TUS_EXTENSIONS,
                "Tus-Max-Size": str(max_bytes),
                "Tus-Checksum-Algorithm": ",".join(TUS),
                "Upload-Limit": f"max-size={max_bytes}",
            },
        )

    def resumption(self, request: UrlRequest, grant: Grant) -> Mapping[str, str] | None:
        """Return the headers of the 104 that says resuming is possible; None: the client knows none."""
        if request.protocol is not Protocol.IETF or request.first("upload-draft-interop-version") is None:
            return None
        if request.method == "PATCH":
            return {}
        return {"Location": self._location(request), "Upload-Limit": self._limit(grant)}

    def _common(self, request: UrlRequest) -> Mapping[str, str]:
        """Return the headers of every answer, errors too."""
        headers = dict(self._cors(request))
        if request.protocol is Protocol.TUS:
            headers["Tus-Resumable"] = TUS_VERSION
        return headers

    def _location(self, request: UrlRequest) -> str:
        return f"{self._prefix}{request.head.target}"

    def _limit(self, grant: Grant) -> str:
        size = min(self._max_bytes, grant.max_bytes)
        return f"max-size={size}, max-age={max(0, grant.expires - int(time.time()))}"

    def _cors(self, request: UrlRequest) -> Mapping[str, str]:
        """Return the CORS headers that let a page of another origin read the answer, if it may."""
        grant = request.grant
        allowed = (grant.cors_origin,) if grant is not None and grant.cors_origin else self._cors_origins
        if not allowed:
            return {"Access-Control-Allow-Origin": "*", "Access-Control-Expose-Headers": EXPOSED_HEADERS}
        origin = request.first("origin")
        if origin not in allowed:
            return {"Vary": "Origin"}
        return {
            "Access-Control-Allow-Origin": origin,
            "Access-Control-Expose-Headers": EXPOSED_HEADERS,
            "Vary": "Origin",
        }


def _http_date(seconds: int) -> str:
    return formatdate(seconds, usegmt=True)
