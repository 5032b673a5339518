"""Passwords, hashed with Argon2id (RFC 9106, second recommended option: 64 MiB, 3 passes).

A hash costs 64 MiB and tens of milliseconds on purpose, so a server computes at most
`MAX_CONCURRENT` at a time, however many ask (`hashing`).
"""

from __future__ import annotations

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.profiles import RFC_9106_LOW_MEMORY

from scribedock.errors import InvalidQuery

MAX_CONCURRENT = 2
MAX_LENGTH = 1024

_hasher = PasswordHasher.from_parameters(RFC_9106_LOW_MEMORY)
# The hash of a password that nobody knows: verifying against it takes as long as against a real one.
_NO_HASH = "$argon2id$v=19$m=65536,t=3,p=4$Wm9vbXMgYnkgbm9ib2R5IQ$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"


def hash_password(password: str) -> str:
    """Return the hash of a password. Raises InvalidQuery for an empty or overlong one."""
    if not password:
        raise InvalidQuery("The password is empty; give at least one character")
    if len(password) > MAX_LENGTH:
        raise InvalidQuery(f"The password is too long; the limit is {MAX_LENGTH} characters")
    return _hasher.hash(password)


def matches_hash(password: str, hashed: str | None) -> bool:
    """Return whether `hashed` is the password's hash; takes as long when there is none (None)."""
    try:
        _hasher.verify(hashed or _NO_HASH, password[:MAX_LENGTH])
    except (VerificationError, InvalidHashError):
        return False
    return hashed is not None and len(password) <= MAX_LENGTH
