from __future__ import annotations

import uuid

import pytest

from scribedock.demo.server import OwnServer
from tests.api.accounts import account
from tests.client import Client
from tests.fixtures import (  # noqa: F401
    callbacks,
    client,
    database,
    postgresql,
    pytest_generate_tests,
    server,
    servers,
    speech,
)


@pytest.fixture
def alice(server: OwnServer) -> Client:
    """An account of its own, below admin, made on the command line."""
    name = f"alice-{uuid.uuid4().hex[:8]}"
    account(server, "create", name, "--password-stdin", password="first")
    return Client(server).login(name, "first")
