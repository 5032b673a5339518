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
from scribedock.uploads.http.coding import check_coding, decoded_length, is_aws_chunked
from scribedock.uploads.http.concatenation import concatenation_of
from scribedock.uploads.http.digests import digests_of
from scribedock.uploads.http.head import RequestHead, body_length, has_body

TUS_VERSION = "1.0.0"
TUS_EXTENSIONS = (
    "creation,creation-with-upload,creation-defer-length,checksum,concatenation,expiration,termination"
)
TUS_PATCH = "application/offset+octet-stream"
IETF_INTEROP_VERSION = "8"
IETF_PATCH = "application/partial-upload"
ACCEPT_PATCH = f"{IETF_PATCH}, {TUS_PATCH}"
METHODS = "PUT, PATCH, HEAD, GET, POST, DELETE"
METHODS_OF_PART = "PATCH, HEAD, GET, DELETE"
ALLOW = f"{METHODS}, OPTIONS"
ALLOW_OF_PART = f"{METHODS_OF_PART}, OPTIONS"
BODILESS_ACTIONS = (Action.STATE, Action.TERMINATE)
BODILESS_METHODS = ("HEAD", "GET", "DELETE", "OPTIONS")
NUMBER = re.compile(r"[0-9]{1,15}\Z")  # a structured field's Integer has up to 15 digits (RFC 9651 §3.3.1)
MISSING_OFFSET = "Upload-Offset is missing; it says at which byte this part begins"
PARAMETERS = re.compile(r"(?:[ ]*;[ ]*[a-z*][a-z0-9_.*-]*(?:=[!-:<-~]+)?)*\Z")  # behind an Item (§3.1.2)


@dataclass(frozen=True, kw_only=True)
class UrlRequest:
    """A request to an upload URL, as far as it can be read without an error."""

    head: RequestHead
    protocol: Protocol
    method: str  # in tus, perhaps from X-HTTP-Method-Override
    grant: Grant | None  # expired or not; None: the URL is not exactly one of ours
    prefix: str  # of the path that clients see before ours, behind a proxy

    def first(self, name: str) -> str | None:
        return self.head.first(name)


def read_request(head: RequestHead, keys: UploadKeys, prefix: str) -> UrlRequest:
    """Read what every answer depends on."""
    try:
        grant = None if "?" in head.target else verify(head.path.removeprefix(PATH), keys.all())
    except Forged:
        grant = None
    return UrlRequest(
        head=head, protocol=_protocol_of(head), method=_method_of(head), grant=grant, prefix=prefix
    )


def upload_request(request: UrlRequest, keys: UploadKeys) -> UploadRequest:
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
    parts: tuple[Grant, ...] = ()
    if action not in BODILESS_ACTIONS:
        try:
            check_coding(head, protocol)
            if action is Action.CONCATENATE:
                parts = concatenation_of(head, grant, keys)
            else:
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
        parts=parts,
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
    if version is not None and head.method in BODILESS_METHODS:
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
    is_part = request.grant is not None and request.grant.is_part
    if method in ("HEAD", "GET"):
        return Action.STATE
    if method == "DELETE":
        return Action.TERMINATE
    if method == "PATCH":
        if is_part and _content_type(head) != TUS_PATCH:
            raise InvalidQuery(
                f"This is the URL of a part, by tus: send {TUS_PATCH}",
                status=415,
                headers={"Accept-Patch": TUS_PATCH},
            )
        if _content_type(head) not in (TUS_PATCH, IETF_PATCH):
            raise InvalidQuery(
                f"The Content-Type of a PATCH says which protocol it speaks: {TUS_PATCH} is tus 1.0.0, "
                f"{IETF_PATCH} the resumable uploads of the IETF",
                status=415,
                headers={"Accept-Patch": ACCEPT_PATCH},
            )
        return Action.APPEND
    if is_part:
        raise InvalidQuery(
            f"{method} is not possible at the URL of a part; PATCH its bytes to it, then concatenate the "
            "parts at the upload URL that they belong to",
            status=405,
            headers={"Allow": ALLOW_OF_PART},
        )
    if method == "PUT":
        incomplete = protocol is Protocol.IETF and _completes(head) is False
        return Action.CREATE if incomplete else Action.REPLACE
    if method == "POST" and protocol is Protocol.TUS:
        return _creation(head)
    if method == "POST" and protocol is Protocol.IETF:
        return Action.REPLACE if _completes(head) else Action.CREATE
    raise InvalidQuery(
        f"{method} is not possible here; PUT the recording to this URL", status=405, headers={"Allow": ALLOW}
    )


def _creation(head: RequestHead) -> Action:
    """Return what a POST of tus creates. Source: the concatenation extension of tus 1.0.0."""
    kind = (head.first("upload-concat") or "").strip()
    if kind == "partial":
        return Action.CREATE_PART
    return Action.CONCATENATE if kind else Action.CREATE


def _body_of(head: RequestHead, protocol: Protocol, action: Action) -> Body:
    """Read length, offset and end of the body. Raises InvalidQuery for malformed ones, and BadFraming."""
    if protocol is Protocol.TUS:
        return _tus_body(head, action)
    if protocol is Protocol.IETF:
        return _ietf_body(head, action)
    size = body_length(head)
    if is_aws_chunked(head) and size != 0:
        size = decoded_length(head)
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
    length = _tus_number(head, "upload-length")
    if action is Action.APPEND:
        offset = _tus_number(head, "upload-offset")
        if offset is None:
            raise InvalidQuery(MISSING_OFFSET)
        return Body(bytes=body_length(head), offset=offset, length=length)
    if length == 0 and action is not Action.CREATE_PART:  # a client may cut a short file into empty parts
        raise EmptyRecording
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
    offset = 0
    if action is Action.APPEND:
        given = _integer(head, "upload-offset")
        if given is None:
            raise InvalidQuery(MISSING_OFFSET)
        offset = given
    size = body_length(head) if action is Action.REPLACE else _optional_body(head)
    length = _integer(head, "upload-length")
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
    return body_length(head) if has_body(head) else 0


def _completes(head: RequestHead) -> bool | None:
    """Return Upload-Complete, a Boolean of a structured field; anything else counts as absent."""
    return {"?1": True, "?0": False}.get(_item(head, "upload-complete") or "")


def _integer(head: RequestHead, name: str) -> int | None:
    """Return an Integer of a structured field of the draft, which wants any other value to be ignored."""
    text = _item(head, name)
    return int(text) if text is not None and NUMBER.match(text) else None


def _item(head: RequestHead, name: str) -> str | None:
    """Return the Item of a structured field without its parameters (RFC 9651 §3.3); None: it is not one."""
    values = head.headers.get(name, ())
    if len(values) != 1:
        return None
    bare, _, _ = values[0].strip(" ").partition(";")
    bare = bare.rstrip(" ")
    return bare if PARAMETERS.match(values[0].strip(" ")[len(bare) :]) else None


def _tus_number(head: RequestHead, name: str) -> int | None:
    """Return a number of tus. Raises InvalidQuery for anything else."""
    text = head.first(name)
    if text is None:
        return None
    if not NUMBER.match(text.strip()) or len(head.headers[name]) > 1:
        raise InvalidQuery(f"{name.title()} must be a whole number of bytes, not {text[:40]!r}")
    return int(text)


def _content_type(head: RequestHead) -> str:
    return (head.first("content-type") or "").partition(";")[0].strip().lower()
