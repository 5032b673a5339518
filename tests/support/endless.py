"""A test that never ends, for `tests/e2e/test_interrupted.py`; it is collected only by name."""

from __future__ import annotations

import time
from pathlib import Path

from scribedock.demo.server import OwnServer

RUNS_ON = ("sqlite", "postgresql")


def test_never_ends(server: OwnServer, pytestconfig: object) -> None:
    Path(server.data_dir.parent / "serving").touch()
    time.sleep(3600)
