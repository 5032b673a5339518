"""What a new password of a person must be like (NIST SP 800-63B §3.1.1: length, and nothing else)."""

from __future__ import annotations

from scribedock.accounts.signing_in.passwords import MAX_LENGTH
from scribedock.errors import InvalidQuery

MIN_LENGTH = 10


class PasswordUnusable(InvalidQuery):
    """A new password that is too short, too long, or known to everybody who knows the person."""

    def __init__(self) -> None:
        super().__init__(
            f"A password has {MIN_LENGTH} to {MAX_LENGTH} characters, and is not your name or address"
        )


def check_new_password(password: str, *names: str) -> None:
    """Raise PasswordUnusable. names: what the password must not be."""
    known = {name.strip().lower() for name in names}
    if not MIN_LENGTH <= len(password) <= MAX_LENGTH or password.strip().lower() in known:
        raise PasswordUnusable
