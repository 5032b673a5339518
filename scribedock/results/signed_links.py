"""Links that need no token: signed, expiring, each good for one purpose and one subject.

A link is base64url (RFC 4648 §5, no padding) of a packed record and its HMAC-SHA256, with the keys
of the upload URLs and a purpose of its own, so that none can be used for another.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import struct
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from scribedock.errors import ItemNotFound
from scribedock.keys.keys import SigningKey

FORMAT = 1
RECORD = struct.Struct(">B 16s Q")  # format, subject, expiry (s since 1970)
MAC_BYTES = 32


@dataclass(frozen=True, kw_only=True)
class Purpose:
    path: str  # where it is served
    secret_prefix: bytes  # what is signed with the record


MEDIA = Purpose(path="/media/", secret_prefix=b"scribedock media link\0")
APPROVAL = Purpose(path="/approve/", secret_prefix=b"scribedock approval link\0")


@dataclass(frozen=True, kw_only=True)
class Link:
    subject: str  # 32 hex digits: a rendition, a pass
    expires: int  # seconds since 1970

    def url(self, base_url: str, purpose: Purpose, key: SigningKey, *, extension: str = "") -> str:
        """Return the whole URL; empty without a base URL."""
        if not base_url:
            return ""
        return f"{base_url}{purpose.path}{sign(self, purpose, key)}{extension}"


def sign(link: Link, purpose: Purpose, key: SigningKey) -> str:
    record = RECORD.pack(FORMAT, uuid.UUID(link.subject).bytes, link.expires)
    return base64.urlsafe_b64encode(record + _mac(record, purpose, key)).rstrip(b"=").decode()


def verify(token: str, purpose: Purpose, keys: Sequence[SigningKey], now: float) -> str:
    """Return the token's subject; raise as `read`."""
    return read(token, purpose, keys, now).subject


def read(token: str, purpose: Purpose, keys: Sequence[SigningKey], now: float) -> Link:
    """Return the token's link. Raises ItemNotFound (403 if not signed here for this, 410 once expired)."""
    try:
        raw = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raw = b""
    record, mac = raw[: RECORD.size], raw[RECORD.size :]
    genuine = [hmac.compare_digest(mac, _mac(record, purpose, key)) for key in keys]
    if len(record) != RECORD.size or len(mac) != MAC_BYTES or not any(genuine):
        raise ItemNotFound("This link is not valid: use it letter by letter as it was given", status=403)
    version, subject, expires = RECORD.unpack(record)
    if version != FORMAT:
        raise ItemNotFound("This link is of another release; ask for another", status=403)
    if expires < now:
        raise ItemNotFound("This link has expired; ask for another", status=410)
    return Link(subject=uuid.UUID(bytes=subject).hex, expires=expires)


def _mac(record: bytes, purpose: Purpose, key: SigningKey) -> bytes:
    return hmac.new(key.secret, purpose.secret_prefix + record, hashlib.sha256).digest()
