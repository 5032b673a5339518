"""Shared by all tests. The environment is scrubbed first, so that no setting of the host leaks in."""

from __future__ import annotations

import os

DATABASE_URL = "SCRIBEDOCK_TEST_DATABASE_URL"
for name in [name for name in os.environ if name.startswith("SCRIBEDOCK_") and name != DATABASE_URL]:
    del os.environ[name]
