"""An Azurite for all tests of the run; each test has a prefix of its own."""

from __future__ import annotations

import uuid
from collections.abc import Iterator

import pytest

from tests.azure.azurite import Azurite

CONTAINER = "recordings"


@pytest.fixture(scope="session")
def azurite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Azurite]:
    with pytest.MonkeyPatch.context() as patch, Azurite(tmp_path_factory.mktemp("azurite")) as started:
        for name, value in started.environment.items():
            patch.setenv(name, value)
        started.make_container(CONTAINER)
        yield started


@pytest.fixture
def store_url(azurite: Azurite) -> str:
    return f"az://{CONTAINER}/{uuid.uuid4().hex}"
