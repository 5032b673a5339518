"""Whom a provider has signed in, and where they come back to."""

from __future__ import annotations

from dataclasses import dataclass

from scribedock.persons.person import Identity

CALLBACK = "/web/provider/callback"


@dataclass(frozen=True, kw_only=True)
class VouchedPerson:
    """Somebody whom the provider has signed in, and what it says about them, which proves nothing."""

    identity: Identity
    name: str
    email: str
