from __future__ import annotations

from collections.abc import Iterator

import pytest
from argon2 import PasswordHasher

from scribedock.accounts import passwords

QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


@pytest.fixture(scope="session", autouse=True)
def quick_passwords() -> Iterator[None]:
    """Hashes that cost next to nothing; those of a server are looked at in tests/api/test_login.py."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "_hasher", QUICK)
        patch.setattr(passwords, "_NO_HASH", QUICK.hash("nobody's"))
        yield
