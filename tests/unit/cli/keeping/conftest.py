from __future__ import annotations

from collections.abc import Callable

import pytest
from typer.testing import Result

from tests.support import commands
from tests.support.core import Core

Run = Callable[..., Result]


@pytest.fixture
def run(core: Core, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a command beside the parts of `core`, on the same database."""
    monkeypatch.setenv("SCRIBEDOCK_DATA_DIR", str(core.services.settings.data_dir))

    def run_one(*arguments: str) -> Result:
        return commands.run(*arguments)

    return run_one
