"""What a request to an upload URL wants: a plain PUT, or a step of one of two protocols.

tus 1.0.0 is known by `Tus-Resumable`, or by the media type of its PATCH; the IETF's
resumable uploads (draft-ietf-httpbis-resumable-upload, interop version 8) by
`Upload-Complete`, or by the media type of theirs.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from scribedock.errors import InvalidQuery, ScribedockError
from scribedock.keys.keys import UploadKeys
from scribedock.uploads.core.digests import NO_DIGESTS
from scribedock.uploads.core.errors import EmptyRecording, InconsistentLength
from scribedock.uploads.core.request import Action, Body, Protocol, UploadRequest
from scribedock.uploads.grant import PATH, Forged, Grant, forged, verify
from scribedock.uploads.http.digests import digests_of
from scribedock.uploads.http.head import RequestHead, body_length

TUS_VERSION = "1.0.0"
TUS_EXTENSIONS = "creation,creation-with-upload,creation-defer-length,checksum,expiration,termination"
TUS_PATCH = "application/offset+octet-stream"
IETF_INTEROP_VERSION = "8"
IETF_PATCH = "application/partial-upload"
ACCEPT_PATCH = f"{IETF_PATCH}, {TUS_PATCH}"
METHODS = "PUT, PATCH, HEAD, POST, DELETE"
ALLOW = f"{METHODS}, OPTIONS"
BODILESS_ACTIONS = (Action.STATE, Action.TERMINATE)
NUMBER = re.compile(r"[0-9]{1,15}\Z")  # a structured field's Integer has up to 15 digits (RFC 9651 §3.3.1)


@dataclass(frozen=True, kw_only=True)
class UrlRequest:
    """A request to an upload URL, as far as it can be read without an error."""

    head: RequestHead
    protocol: Protocol
    method: str  # in tus, perhaps from X-HTTP-Method-Override
    grant: Grant | None  # expired or not; None: the URL is not exactly one of ours

    def first(self, name: str) -> str | None:
        return self.head.first(name)


def read_request(head: RequestHead, keys: UploadKeys) -> UrlRequest:
    """Read what every answer depends on."""
    try:
        grant = None if "?" in head.target else verify(head.path.removeprefix(PATH), keys.all())
    except Forged:
        grant = None
    return UrlRequest(head=head, protocol=_protocol_of(head), method=_method_of(head), grant=grant)


def upload_request(request: UrlRequest) -> UploadRequest:
    """Return the request to the core.

    Raises InvalidQuery (405, 415) for the method, Forged (403), InvalidQuery for an Authorization header
    (400) or the page of another origin (403). What is malformed beyond that becomes the request's `fault`.
    """
    head, protocol = request.head, request.protocol
    action = _action_of(request)
    grant = request.grant
    if grant is None:
        raise forged()
    if "authorization" in head.headers:
        raise InvalidQuery("Leave out the Authorization header: the upload URL itself is the credential")
    origin = head.first("origin")
    if grant.cors_origin and origin is not None and origin != grant.cors_origin:
        raise InvalidQuery(f"This upload URL is for pages of {grant.cors_origin} only", status=403)
    body, digests, fault = Body(), NO_DIGESTS, None
    if action not in BODILESS_ACTIONS:
        try:
            body = _body_of(head, protocol, action)
            digests = digests_of(head)
        except ScribedockError as error:
            fault = error
    return UploadRequest(
        action=action,
        protocol=protocol,
        grant=grant,
        body=body,
        digests=digests,
        only_without_media=(head.first("if-none-match") or "").strip() == "*",
        fault=fault,
    )


def _protocol_of(head: RequestHead) -> Protocol:
    kind = _content_type(head)
    if "tus-resumable" in head.headers or kind == TUS_PATCH:
        return Protocol.TUS
    version = head.first("upload-draft-interop-version")
    if version is not None and version.strip() != IETF_INTEROP_VERSION:
        return Protocol.PLAIN  # another draft, whose fields mean something else: it falls back by itself
    if _completes(head) is not None or kind == IETF_PATCH:
        return Protocol.IETF
    return Protocol.PLAIN


def _method_of(head: RequestHead) -> str:
    """Return the method, or the one that tus lets a client put into a header instead."""
    override = head.first("x-http-method-override")
    if override is not None and head.method == "POST" and "tus-resumable" in head.headers:
        return override.strip().upper()
    return head.method


def _action_of(request: UrlRequest) -> Action:
    """Return what the method asks for. Raises InvalidQuery (405, 415)."""
    head, method, protocol = request.head, request.method, request.protocol
    if method == "HEAD":
        return Action.STATE
    if method == "DELETE":
        return Action.TERMINATE
    if method == "PATCH":
        if _content_type(head) not in (TUS_PATCH, IETF_PATCH):
            raise InvalidQuery(
                f"The Content-Type of a PATCH says which protocol it speaks: {TUS_PATCH} is tus 1.0.0, "
                f"{IETF_PATCH} the resumable uploads of the IETF",
                status=415,
                headers={"Accept-Patch": ACCEPT_PATCH},
            )
        return Action.APPEND
    if method == "PUT":
        incomplete = protocol is Protocol.IETF and _completes(head) is False
        return Action.CREATE if incomplete else Action.REPLACE
    if method == "POST" and protocol is Protocol.TUS:
        return Action.CREATE
    if method == "POST" and protocol is Protocol.IETF:
        return Action.REPLACE if _completes(head) else Action.CREATE
    raise InvalidQuery(
        f"{method} is not possible here; PUT the recording to this URL", status=405, headers={"Allow": ALLOW}
    )


def _body_of(head: RequestHead, protocol: Protocol, action: Action) -> Body:
    """Read length, offset and end of the body. Raises InvalidQuery for malformed ones, and BadFraming."""
    if protocol is Protocol.TUS:
        return _tus_body(head, action)
    if protocol is Protocol.IETF:
        return _ietf_body(head, action)
    size = body_length(head)
    _check_plain(head, size)
    return Body(bytes=size, length=size, completes=True)


def _check_plain(head: RequestHead, size: int | None) -> None:
    if "content-range" in head.headers:
        raise InvalidQuery(
            "Content-Range is not possible on PUT; send the whole recording in one request, or resume with "
            f"PATCH by tus {TUS_VERSION} or the resumable uploads of the IETF: HEAD this URL says where"
        )
    if _content_type(head) == "multipart/form-data":
        raise InvalidQuery(
            "Send the recording itself as the body, not a form: "
            "curl -T FILE URL, or requests.put(url, data=open(FILE, 'rb'))"
        )
    if size == 0:
        raise EmptyRecording


def _tus_body(head: RequestHead, action: Action) -> Body:
    version = head.first("tus-resumable")
    if version is not None and version.strip() != TUS_VERSION:
        raise InvalidQuery(
            f"Tus-Resumable must be {TUS_VERSION}, not {version[:20]!r}",
            status=412,
            headers={"Tus-Version": TUS_VERSION},
        )
    length = _number(head, "upload-length")
    if length == 0:
        raise EmptyRecording
    if action is Action.APPEND:
        return Body(bytes=body_length(head), offset=_offset(head), length=length)
    deferred = head.first("upload-defer-length")
    if deferred is not None and deferred.strip() != "1":
        raise InvalidQuery("Upload-Defer-Length must be 1, or be left out")
    if (length is None) == (deferred is None):
        raise InvalidQuery("Send either Upload-Length (bytes of the recording) or Upload-Defer-Length: 1")
    size = _optional_body(head)
    if size != 0 and _content_type(head) != TUS_PATCH:
        raise InvalidQuery(f"The Content-Type of a creation with bytes is {TUS_PATCH}", status=415)
    return Body(bytes=size, length=length)


def _ietf_body(head: RequestHead, action: Action) -> Body:
    completes = _completes(head)
    if completes is None:
        raise InvalidQuery("Upload-Complete must be ?1 where the recording ends with this request, else ?0")
    offset = _offset(head) if action is Action.APPEND else 0
    size = body_length(head) if action is Action.REPLACE else _optional_body(head)
    length = _number(head, "upload-length")
    if completes and size is not None:
        if length not in (None, offset + size):
            raise InconsistentLength(
                f"Upload-Length is {length}, but by Upload-Complete the recording ends at {offset + size}"
            )
        length = offset + size
    if action is Action.REPLACE:
        _check_plain(head, size)
    if length == 0:
        raise EmptyRecording
    return Body(bytes=size, offset=offset, length=length, completes=completes)


def _optional_body(head: RequestHead) -> int | None:
    """Return the `body_length`, where no framing at all means no body (RFC 9112 §6.3)."""
    if "content-length" not in head.headers and "transfer-encoding" not in head.headers:
        return 0
    return body_length(head)


def _completes(head: RequestHead) -> bool | None:
    """Return Upload-Complete, a Boolean of a structured field; anything else counts as absent."""
    return {"?1": True, "?0": False}.get((head.first("upload-complete") or "").strip())


def _offset(head: RequestHead) -> int:
    offset = _number(head, "upload-offset")
    if offset is None:
        raise InvalidQuery("Upload-Offset is missing; it says at which byte this part begins")
    return offset


def _number(head: RequestHead, name: str) -> int | None:
    text = head.first(name)
    if text is None:
        return None
    if not NUMBER.match(text.strip()):
        raise InvalidQuery(f"{name.title()} must be a whole number of bytes, not {text[:40]!r}")
    return int(text)


def _content_type(head: RequestHead) -> str:
    return (head.first("content-type") or "").partition(";")[0].strip().lower()
