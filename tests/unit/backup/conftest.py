from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from scribedock import app
from scribedock.settings import Settings
from tests.support.kept import Kept


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with both databases and the account admin, to be copied: faster than to migrate."""
    folder = tmp_path_factory.mktemp("prepared") / "data"
    settings = Settings(data_dir=folder)
    app.prepare(settings)
    services = app.build_services(settings)
    services.accounts.create("admin", "a password", parent=None)
    services.fingerprints.learn()
    services.close()
    return folder


@pytest.fixture
def kept(prepared: Path, tmp_path: Path) -> Iterator[Kept]:
    """Provide an installation whose recordings and databases are in files, as a server leaves them."""
    shutil.copytree(prepared, tmp_path / "data")
    (tmp_path / "data").chmod(0o700)
    with ExitStack() as opened:
        yield Kept(folder=tmp_path, opened=opened)
