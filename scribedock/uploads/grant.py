"""The token of a pre-signed upload URL: who may put what, until when, in one signed string.

Stateless: issuing writes nothing.  The token is base64url (RFC 4648 §5, no
padding) of a packed record and its HMAC-SHA256; there is one spelling of each,
and any other is refused.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import struct
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace

from scribedock.errors import ScribedockError
from scribedock.keys.keys import SigningKey

PATH = "/upload/"  # of an upload URL; the token follows
FORMAT = 1
UPLOAD = b"U"  # the family of methods that the token is good for
PART = b"P"  # as an upload, but its bytes become part of another one's: the id of that one follows the record
ID_BYTES = 16
# format, family, upload id, job id, expiry (s since 1970), largest size, epoch, length of the origin
RECORD = struct.Struct(">B c 16s 16s Q Q I H")
MAC_BYTES = 32
MAX_EXPIRY = 253_402_300_799  # the end of the year 9999
MAX_LIFETIME_S = 43_200  # 12 hours; source: the API's request_upload_url
MAX_TOKEN = 2048


class Forged(ScribedockError):
    """The URL was not signed by this server."""

    status = 403


@dataclass(frozen=True, kw_only=True)
class Grant:
    upload_id: str
    job_id: str
    expires: int  # seconds since 1970
    max_bytes: int
    epoch: int  # of the job when the URL was issued
    cors_origin: str = ""  # empty: any
    parent_id: str | None = None  # upload id of the URL of whose recording this is a part

    @property
    def is_part(self) -> bool:
        return self.parent_id is not None

    def part(self, upload_id: str) -> Grant:
        """Return the grant for a part of this one's recording, with no more rights than this one."""
        return replace(self, upload_id=upload_id, parent_id=self.upload_id)


def sign(grant: Grant, key: SigningKey) -> str:
    """Sign the grant; return its token."""
    origin = grant.cors_origin.encode()
    record = (
        bytes([len(key.id)])
        + key.id.encode()
        + RECORD.pack(
            FORMAT,
            UPLOAD if grant.parent_id is None else PART,
            uuid.UUID(grant.upload_id).bytes,
            uuid.UUID(grant.job_id).bytes,
            grant.expires,
            grant.max_bytes,
            grant.epoch,
            len(origin),
        )
        + (b"" if grant.parent_id is None else uuid.UUID(grant.parent_id).bytes)
        + origin
    )
    return _encode(record + _mac(record, key))


def verify(token: str, keys: Sequence[SigningKey]) -> Grant:
    """Return the token's grant, whether or not it has expired. Raises Forged."""
    raw = _decode(token)
    record, mac = raw[:-MAC_BYTES], raw[-MAC_BYTES:]
    key_id = record[1 : 1 + record[0]] if record else b""
    key = next((key for key in keys if key.id.encode() == key_id), None)
    # The comparison runs for an unknown key too, so that both take the same time.
    genuine = hmac.compare_digest(mac, _mac(record, key or keys[0]))
    if key is None or not genuine:
        raise forged()
    body = record[1 + len(key_id) :]
    if len(body) < RECORD.size:
        raise forged()
    version, family, upload_id, job_id, expires, max_bytes, epoch, _ = RECORD.unpack_from(body)
    if version != FORMAT or family not in (UPLOAD, PART) or expires > MAX_EXPIRY:
        raise forged()
    rest = body[RECORD.size :]
    parent_id = None
    if family == PART:
        if len(rest) < ID_BYTES:
            raise forged()
        parent_id, rest = uuid.UUID(bytes=rest[:ID_BYTES]).hex, rest[ID_BYTES:]
    return Grant(
        upload_id=uuid.UUID(bytes=upload_id).hex,
        job_id=uuid.UUID(bytes=job_id).hex,
        expires=expires,
        max_bytes=max_bytes,
        epoch=epoch,
        cors_origin=rest.decode(),
        parent_id=parent_id,
    )


def _mac(record: bytes, key: SigningKey) -> bytes:
    return hmac.new(key.secret, record, hashlib.sha256).digest()


def _encode(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _decode(token: str) -> bytes:
    if len(token) > MAX_TOKEN or not token.isascii():
        raise forged()
    try:
        raw = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise forged() from None
    if len(raw) <= MAC_BYTES or _encode(raw) != token:
        raise forged()
    return raw


def forged() -> Forged:
    return Forged("This upload URL is not valid: use it letter by letter as request_upload_url returned it")
