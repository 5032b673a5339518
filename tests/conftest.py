"""Shared by all tests. The environment is scrubbed first, so that no setting of the host leaks in."""

from __future__ import annotations

import os
import re

import pytest
from hypothesis import settings
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

# Once for all tests: imported into a folder's conftest, a fixture would start servers of its own there.
pytest.register_assert_rewrite("tests.support")
from tests.support import guard  # noqa: E402 - after its asserts were registered

pytest_plugins = ["tests.support.fixtures"]

KEPT = ("SCRIBEDOCK_JUDGES", "SCRIBEDOCK_TEST_")  # no settings: what the tests themselves are told
OF_THE_STORES = () if "SCRIBEDOCK_TEST_S3_URL" in os.environ else ("AWS_", "AZURE_", "GOOGLE_")
for name in [name for name in os.environ if name.startswith(("SCRIBEDOCK_", *OF_THE_STORES))]:
    if not name.startswith(KEPT):
        del os.environ[name]

guard.begin()
settings.register_profile("scribedock", deadline=None, max_examples=50)
settings.load_profile("scribedock")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        callspec = getattr(item, "callspec", None)
        if callspec is not None and "postgresql" in map(str, callspec.params.values()):
            item.add_marker("postgresql")
        if item.nodeid.startswith("tests/e2e/"):
            item.add_marker("e2e")


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> LoadScopeScheduling:
    return ByServer(config, log)


class ByServer(LoadScopeScheduling):
    """Tests of the API that share a server run in one process, all others file by file.

    It looks at names alone: xdist's own groups have no effect on pytest 9.
    """

    def _split_scope(self, nodeid: str) -> str:
        path, _, test = nodeid.partition("::")
        server = re.search(r"\[(sqlite|postgresql)\b", test)
        if path.startswith("tests/api/sandbox/") and path != "tests/api/sandbox/test_account.py":
            return "sandbox"
        return server.group(1) if server and path.startswith("tests/api/") else path
