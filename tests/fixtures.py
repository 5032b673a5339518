"""A running server with its worker, shared by the tests of a run; each test has jobs of its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from scribedock.demo.receiver import CallbackReceiver
from scribedock.demo.server import OwnServer
from tests.client import Client
from tests.sound import spoken

QUICK = {"workflow_poll_s": "0.1", "callback_retries_s": "0.2,0.3", "login_failures": "1000"}


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OwnServer]:
    with OwnServer(tmp_path_factory.mktemp("server"), **QUICK) as started:
        yield started


@pytest.fixture
def client(server: OwnServer) -> Iterator[Client]:
    started = Client(server).login()
    yield started
    started.http.close()


@pytest.fixture
def callbacks() -> Iterator[CallbackReceiver]:
    with CallbackReceiver() as receiver:
        yield receiver


@pytest.fixture(scope="session")
def speech(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A few seconds of real speech: the beginning of the recording that the package ships."""
    return spoken(tmp_path_factory.mktemp("sound") / "speech.wav", seconds=8)
