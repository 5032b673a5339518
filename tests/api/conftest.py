from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from scribedock.demo.server import OwnServer
from scribedock.workflow.engine_client import EngineClient
from tests.support.media.sound import spoken
from tests.support.office import Office
from tests.support.stored import settings_of


@pytest.fixture(scope="session")
def sentence(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """Return the first sentence of the recording: Welcome to a small library by the sea."""
    path: Path = tmp_path_factory.mktemp("sentence") / "sentence.wav"
    return spoken(path, seconds=3.5).read_bytes()


@pytest.fixture(scope="session")
def offices() -> Callable[[OwnServer], Office]:
    made: dict[str, Office] = {}

    def of(server: OwnServer) -> Office:
        if server.base_url not in made:
            made[server.base_url] = Office(server)
        return made[server.base_url]

    return of


@pytest.fixture
def office(server: OwnServer, offices: Callable[[OwnServer], Office]) -> Office:
    return offices(server)


@pytest.fixture
def engine(server: OwnServer) -> Iterator[EngineClient]:
    opened = EngineClient(settings_of(server))
    yield opened
    opened.close()
