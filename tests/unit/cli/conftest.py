from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from scribedock import app
from scribedock.settings import Settings


@pytest.fixture
def services(
    tmp_path: Path, database: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> Iterator[app.Services]:
    """Provide the services of an installation that the commands of the test work on."""
    monkeypatch.setenv("SCRIBEDOCK_DATA_DIR", str(tmp_path))
    for name, value in database.items():
        monkeypatch.setenv(f"SCRIBEDOCK_{name.upper()}", value)
    settings = Settings()
    app.prepare_database(settings)
    started = app.build_services(settings)
    started.accounts.create("admin", "a password", parent=None)
    yield started
    started.close()
