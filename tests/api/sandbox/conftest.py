"""One server that is a sandbox, and its first account."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from scribedock.demo.server import OwnServer
from scribedock.sandbox.printed import API_TOKEN
from tests.support.client import Client
from tests.support.fixtures import QUICK


@pytest.fixture(scope="session")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OwnServer]:
    with OwnServer(tmp_path_factory.mktemp("sandbox"), arguments=("--sandbox",), **QUICK) as server:
        yield server


@pytest.fixture
def john(sandbox: OwnServer) -> Client:
    """With the token of the reference, without a login."""
    client = Client(sandbox)
    client.token = API_TOKEN
    return client
