"""Shared by all tests. The environment is scrubbed first, so that no setting of the host leaks in."""

from __future__ import annotations

import os

import pytest
from hypothesis import settings

# Once for all tests: imported into a folder's conftest, a fixture would start servers of its own there.
pytest_plugins = ["tests.fixtures"]

KEPT = ("SCRIBEDOCK_JUDGES", "SCRIBEDOCK_TEST_")  # no settings: what the tests themselves are told
OF_THE_STORES = () if "SCRIBEDOCK_TEST_S3_URL" in os.environ else ("AWS_", "AZURE_", "GOOGLE_")
for name in [name for name in os.environ if name.startswith(("SCRIBEDOCK_", *OF_THE_STORES))]:
    if not name.startswith(KEPT):
        del os.environ[name]

settings.register_profile("scribedock", deadline=None)
settings.load_profile("scribedock")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests that share a server run in one process, the others module by module."""
    for item in items:
        callspec = getattr(item, "callspec", None)
        shared = callspec.params.get("server") if callspec else None
        item.add_marker(pytest.mark.xdist_group(shared or item.nodeid.partition("::")[0]))
