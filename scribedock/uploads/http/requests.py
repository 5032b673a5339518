"""What a request to an upload URL wants: a plain PUT, or a step of one of two protocols.

tus 1.0.0 is known by `Tus-Resumable`, or by the media type of its PATCH; the IETF's
resumable uploads (draft-ietf-httpbis-resumable-upload, interop version 8) by
`Upload-Complete`, or by the media type of theirs.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from scribedock.errors import InvalidQuery
from scribedock.uploads.http.head import CHUNKED, RequestHead, body_length

TUS_VERSION = "1.0.0"
TUS_EXTENSIONS = "creation,creation-with-upload,creation-defer-length,checksum,expiration,termination"
TUS_PATCH = "application/offset+octet-stream"
IETF_INTEROP_VERSION = "8"
IETF_PATCH = "application/partial-upload"
ACCEPT_PATCH = f"{IETF_PATCH}, {TUS_PATCH}"
METHODS = "PUT, PATCH, HEAD, POST, DELETE"
ALLOW = f"{METHODS}, OPTIONS"
NUMBER = re.compile(r"[0-9]{1,15}\Z")  # a structured field's Integer has up to 15 digits (RFC 9651 §3.3.1)
PROBLEMS = "https://iana.org/assignments/http-problem-types#"
INCONSISTENT_LENGTH = f"{PROBLEMS}inconsistent-upload-length"
MISMATCHING_OFFSET = f"{PROBLEMS}mismatching-upload-offset"


class Protocol(StrEnum):
    PLAIN = "plain"
    TUS = "tus"
    IETF = "ietf"


class Action(StrEnum):
    REPLACE = "replace"  # the whole recording, in one request
    CREATE = "create"  # a recording that comes in several requests, perhaps with its first bytes
    APPEND = "append"
    STATE = "state"
    TERMINATE = "terminate"


@dataclass(frozen=True, kw_only=True)
class Body:
    """What a request brings."""

    bytes: int  # or CHUNKED
    offset: int  # of its first byte in the recording
    length: int | None  # of the recording, where the request tells
    completes: bool | None  # whether the recording ends with it; None: when it is as long as it was to be


def protocol_of(head: RequestHead) -> Protocol:
    kind = _content_type(head)
    if "tus-resumable" in head.headers or kind == TUS_PATCH:
        return Protocol.TUS
    version = head.first("upload-draft-interop-version")
    if version is not None and version.strip() != IETF_INTEROP_VERSION:
        return Protocol.PLAIN  # another draft, whose fields mean something else: it falls back by itself
    if _completes(head) is not None or kind == IETF_PATCH:
        return Protocol.IETF
    return Protocol.PLAIN


def method_of(head: RequestHead) -> str:
    """The method, or what tus lets a client that cannot send it say instead."""
    override = head.first("x-http-method-override")
    if override is not None and head.method == "POST" and "tus-resumable" in head.headers:
        return override.strip().upper()
    return head.method


def action_of(head: RequestHead) -> Action:
    """Raises InvalidQuery (405, 415)."""
    method, protocol = method_of(head), protocol_of(head)
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


def body_of(head: RequestHead, action: Action) -> Body:
    """Raises InvalidQuery for what is malformed or contradicts itself, and BadFraming."""
    protocol = protocol_of(head)
    if protocol is Protocol.TUS:
        return _tus_body(head, action)
    if protocol is Protocol.IETF:
        return _ietf_body(head, action)
    size = body_length(head)
    _check_plain(head, size)
    return Body(bytes=size, offset=0, length=None if size == CHUNKED else size, completes=True)


def _check_plain(head: RequestHead, size: int) -> None:
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
        raise empty()


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
        raise empty()
    if action is Action.APPEND:
        return Body(bytes=body_length(head), offset=_offset(head), length=length, completes=None)
    deferred = head.first("upload-defer-length")
    if deferred is not None and deferred.strip() != "1":
        raise InvalidQuery("Upload-Defer-Length must be 1, or be left out")
    if (length is None) == (deferred is None):
        raise InvalidQuery("Send either Upload-Length (bytes of the recording) or Upload-Defer-Length: 1")
    size = _optional_body(head)
    if size and _content_type(head) != TUS_PATCH:
        raise InvalidQuery(f"The Content-Type of a creation with bytes is {TUS_PATCH}", status=415)
    return Body(bytes=size, offset=0, length=length, completes=None)


def _ietf_body(head: RequestHead, action: Action) -> Body:
    completes = _completes(head)
    if completes is None:
        raise InvalidQuery("Upload-Complete must be ?1 where the recording ends with this request, else ?0")
    offset = _offset(head) if action is Action.APPEND else 0
    size = body_length(head) if action is Action.REPLACE else _optional_body(head)
    length = _number(head, "upload-length")
    if completes and size != CHUNKED:
        if length not in (None, offset + size):
            raise inconsistent_length(
                f"Upload-Length is {length}, but by Upload-Complete the recording ends at {offset + size}"
            )
        length = offset + size
    if action is Action.REPLACE:
        _check_plain(head, size)
    if length == 0:
        raise empty()
    return Body(bytes=size, offset=offset, length=length, completes=completes)


def _optional_body(head: RequestHead) -> int:
    """`body_length`, but no framing at all means no body (RFC 9112 §6.3)."""
    if "content-length" not in head.headers and "transfer-encoding" not in head.headers:
        return 0
    return body_length(head)


def _completes(head: RequestHead) -> bool | None:
    """Upload-Complete, a Boolean of a structured field; anything else counts as absent."""
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


def empty() -> InvalidQuery:
    return InvalidQuery("The body is empty; send the bytes of the recording")


def inconsistent_length(comment: str) -> InvalidQuery:
    return InvalidQuery(
        comment, problem={"type": INCONSISTENT_LENGTH, "title": "Inconsistent Upload Length Values"}
    )


def mismatching_offset(expected: int, provided: int) -> InvalidQuery:
    return InvalidQuery(
        f"The recording goes on at byte {expected}, not at {provided}; send it from there",
        status=409,
        headers={"Upload-Offset": str(expected)},
        problem={
            "type": MISMATCHING_OFFSET,
            "title": "Mismatching Upload Offset",
            "expected-offset": expected,
            "provided-offset": provided,
        },
    )
