"""The answers of an upload URL, in the terms of the client's protocol."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import formatdate

from scribedock.clock import Clock
from scribedock.errors import ScribedockError
from scribedock.keys.keys import UploadKeys
from scribedock.uploads.core.intake import Ended
from scribedock.uploads.core.records import UploadState, UploadStatus
from scribedock.uploads.core.request import Action, Protocol, UploadRequest
from scribedock.uploads.grant import PATH, Grant, sign
from scribedock.uploads.http.concatenation import listed
from scribedock.uploads.http.digests import TUS, repr_digest
from scribedock.uploads.http.requests import (
    ACCEPT_PATCH,
    ALLOW,
    ALLOW_OF_PART,
    IETF_INTEROP_VERSION,
    METHODS,
    METHODS_OF_PART,
    TUS_EXTENSIONS,
    TUS_VERSION,
    UrlRequest,
)

EXPOSED_HEADERS = (
    "ETag, Location, Repr-Digest, Upload-Offset, Upload-Length, Upload-Complete, Upload-Expires, "
    "Upload-Limit, Upload-Defer-Length, Upload-Concat, Tus-Resumable, Tus-Version, Tus-Extension, "
    "Tus-Max-Size, Tus-Checksum-Algorithm, Retry-After"
)
PREFLIGHT_MAX_AGE_S = 86_400
CREATIONS = (Action.CREATE, Action.CREATE_PART, Action.CONCATENATE)


@dataclass(frozen=True, kw_only=True)
class UploadAnswer:
    status: int
    headers: Mapping[str, str]


class Answers:
    def __init__(
        self,
        *,
        keys: UploadKeys,
        cors_origins: tuple[str, ...],
        max_bytes: int,
        sends_interim: bool,
        clock: Clock,
    ) -> None:
        """Take `sends_interim` as whether 104 reaches clients."""
        self._keys = keys
        self._sends_interim = sends_interim
        self._cors_origins = cors_origins
        self._max_bytes = max_bytes
        self._clock = clock

    def error(self, request: UrlRequest, error: ScribedockError) -> Mapping[str, str]:
        """Return the headers of an error."""
        headers = {**self._common(request), **error.headers}
        if request.protocol is Protocol.IETF:
            headers.setdefault("Upload-Complete", "?0")
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
        if asked.action in CREATIONS:
            headers["Location"] = self._location(request, asked.grant)
            if is_ietf:
                headers["Upload-Limit"] = self._limit(asked.grant)
            return UploadAnswer(status=201, headers=headers)
        return UploadAnswer(status=200 if is_whole and is_ietf else 204, headers=headers)

    def state(self, request: UrlRequest, grant: Grant, state: UploadState | None) -> UploadAnswer:
        """Return the answer to a HEAD or GET; None: nothing was received yet."""
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
        if grant.is_part:
            headers["Upload-Concat"] = "partial"
        elif state is not None and state.parts is not None:
            parts = tuple(grant.part(part_id) for part_id in state.parts.split())
            headers["Upload-Concat"] = listed(parts, self._keys)
        is_ietf = (request.first("upload-draft-interop-version") or "").strip() == IETF_INTEROP_VERSION
        return UploadAnswer(status=204 if is_ietf else 200, headers=headers)

    def terminated(self, request: UrlRequest) -> UploadAnswer:
        """Return the answer to a DELETE."""
        return UploadAnswer(status=204, headers=self._common(request))

    def options(self, request: UrlRequest) -> UploadAnswer:
        """Return the answer to a CORS preflight, and to a client that asks what is possible."""
        grant = request.grant
        max_bytes = min(self._max_bytes, grant.max_bytes) if grant is not None else self._max_bytes
        is_part = grant is not None and grant.is_part
        return UploadAnswer(
            status=204,
            headers={
                **self._cors(request),
                "Allow": ALLOW_OF_PART if is_part else ALLOW,
                "Accept-Patch": ACCEPT_PATCH,
                "Access-Control-Allow-Methods": METHODS_OF_PART if is_part else METHODS,
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
        """Return the headers of the 104 that says resuming is possible; None: the client gets none.

        HTTP/1.0 knows no interim responses, and takes one for the answer (RFC 9110 §15.2).
        """
        if request.protocol is not Protocol.IETF or request.first("upload-draft-interop-version") is None:
            return None
        if request.head.version == "1.0" or not self._sends_interim:
            return None
        if request.method == "PATCH":
            return {}
        return {"Location": self._location(request, grant), "Upload-Limit": self._limit(grant)}

    def _common(self, request: UrlRequest) -> Mapping[str, str]:
        """Return the headers of every answer, errors too."""
        headers = dict(self._cors(request))
        if request.protocol is Protocol.TUS:
            headers["Tus-Resumable"] = TUS_VERSION
        return headers

    def _location(self, request: UrlRequest, grant: Grant) -> str:
        """Return where the upload goes on: at this same URL, but for a part."""
        path = f"{PATH}{sign(grant, self._keys.all()[0])}" if grant.is_part else request.head.target
        return f"{request.prefix}{path}"

    def _limit(self, grant: Grant) -> str:
        size = min(self._max_bytes, grant.max_bytes)
        return f"max-size={size}, max-age={max(0, grant.expires - int(self._clock.now().timestamp()))}"

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
