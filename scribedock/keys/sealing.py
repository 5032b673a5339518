"""Encryption of what a copy of the database must not reveal: customers' URLs.

They carry passwords and signatures. A sealed text is `fernet:` and a Fernet token; a text without that prefix
was written by an older release, and is read as it is until the upgrade has sealed it.
"""

from __future__ import annotations

import base64
import hashlib
import hmac

import structlog
from cryptography.fernet import Fernet, InvalidToken

log = structlog.get_logger("scribedock.database")

PREFIX = "fernet:"
UNREADABLE_TEXT = "unreadable: the server's encryption key has changed"
"""What a sealed text reads as without its key. It is no URL, so nothing is fetched or called by it."""


class Sealing:
    """Seals texts with a Fernet key, and makes keyed digests of them."""

    def __init__(self, key: str) -> None:
        """Use this key. Raises ValueError for anything but 32 bytes in base64url."""
        self._fernet = Fernet(key)
        self._secret = base64.urlsafe_b64decode(key)
        self._digest_key = hmac.digest(self._secret, b"digests of URLs", "sha256")

    def seal(self, text: str) -> str:
        """Return the sealed text, which differs on each call."""
        return PREFIX + self._fernet.encrypt(text.encode()).decode()

    def unseal(self, sealed: str) -> str:
        """Return the plain text, or UNREADABLE_TEXT where another key sealed it."""
        if not is_sealed(sealed):
            return sealed
        try:
            return self._fernet.decrypt(sealed.removeprefix(PREFIX).encode()).decode()
        except InvalidToken:
            log.error("a sealed text cannot be read: the encryption key has changed")
            return UNREADABLE_TEXT

    def digest(self, text: str) -> str:
        """Return the HMAC-SHA256 in hex: equal texts have equal ones, and can be found without being read."""
        return hmac.new(self._digest_key, text.encode(), hashlib.sha256).hexdigest()

    def key_for(self, purpose: str) -> bytes:
        """Return a key of 32 bytes for one purpose, which reveals neither this one nor those for others."""
        return hmac.digest(self._secret, f"key for {purpose}".encode(), "sha256")


def is_sealed(text: str) -> bool:
    """Return whether `seal` made this text."""
    return text.startswith(PREFIX)
