from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from argon2 import PasswordHasher

from scribedock import app
from scribedock.accounts.signing_in import passwords
from scribedock.settings import Settings
from tests.support.core import Core, build

QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


@pytest.fixture(scope="session", autouse=True)
def quick_passwords() -> Iterator[None]:
    """Make hashes cost next to nothing; those of a server are tested in tests/api/test_login.py."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "_hasher", QUICK)
        patch.setattr(passwords, "_NO_HASH", QUICK.hash("nobody's"))
        yield


@pytest.fixture(scope="session")
def database_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite database with all tables and the account admin, to be copied: faster than to migrate."""
    folder = tmp_path_factory.mktemp("migrated")
    settings = Settings(data_dir=folder)
    app.prepare_database(settings)
    services = app.build_services(settings)
    services.accounts.create("admin", "a password", parent=None)
    services.close()
    return folder / "scribedock.sqlite"


@pytest.fixture
def build_core(tmp_path: Path, database_file: Path) -> Iterator[Callable[..., Core]]:
    """Builds the parts of a server with the settings that it is given."""
    with ExitStack() as built:

        def build_one(**settings: object) -> Core:
            core = build(tmp_path, database_file, **settings)
            built.callback(core.services.close)
            return core

        yield build_one


@pytest.fixture
def core(build_core: Callable[..., Core]) -> Core:
    """Return the parts of a server with the default settings."""
    return build_core()
