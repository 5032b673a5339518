"""Links to made media: signed and expiring, so that whoever has one needs no token.

A link is base64url (RFC 4648 §5, no padding) of a packed record and its HMAC-SHA256, with the keys
of the upload URLs and a family of its own, so that neither is good for the other.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import struct
import uuid
from collections.abc import Sequence

from scribedock.errors import ItemNotFound
from scribedock.keys import SigningKey

PATH = "/media/"
FORMAT = 1
FAMILY = b"scribedock media link\0"
RECORD = struct.Struct(">B 16s Q")  # format, rendition, expiry (s since 1970)
MAC_BYTES = 32


def sign(rendition_id: str, expires: int, key: SigningKey) -> str:
    """expires: seconds since 1970."""
    record = RECORD.pack(FORMAT, uuid.UUID(rendition_id).bytes, expires)
    return base64.urlsafe_b64encode(record + _mac(record, key)).rstrip(b"=").decode()


def verify(token: str, keys: Sequence[SigningKey], now: float) -> str:
    """The id of the rendition. Raises ItemNotFound (403 where it was not signed here, 410 once expired)."""
    try:
        raw = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raw = b""
    record, mac = raw[: RECORD.size], raw[RECORD.size :]
    genuine = [hmac.compare_digest(mac, _mac(record, key)) for key in keys]
    if len(record) != RECORD.size or len(mac) != MAC_BYTES or not any(genuine):
        raise ItemNotFound("This link is not valid: use it letter by letter as it was given", status=403)
    version, rendition, expires = RECORD.unpack(record)
    if version != FORMAT:
        raise ItemNotFound("This link is of another release; ask for another", status=403)
    if expires < now:
        raise ItemNotFound("This link has expired; ask for another", status=410)
    return uuid.UUID(bytes=rendition).hex


def _mac(record: bytes, key: SigningKey) -> bytes:
    return hmac.new(key.secret, FAMILY + record, hashlib.sha256).digest()
