"""A gateway for all tests of the run; or the store at SCRIBEDOCK_TEST_S3_URL, whoever's that is.

Each test has a prefix of its own. What needs the gateway itself (to stop it, to set a quota) asks for
`gateway`, and is left out where the store is somebody's.
"""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from scribedock.demo.server import OwnServer
from scribedock.storage.cloud.bucket import Bucket
from scribedock.storage.cloud.connect import connect
from scribedock.storage.cloud.layout import FOLDERS
from scribedock.storage.schemes import s3
from tests.s3 import signing
from tests.s3.gateway import Gateway
from tests.support.client import Client

THEIRS = os.environ.get("SCRIBEDOCK_TEST_S3_URL")
BUCKET = "recordings"


def place() -> str:
    """Return an empty one to store in."""
    return f"{(THEIRS or f's3://{BUCKET}').rstrip('/')}/{uuid.uuid4().hex}"


@pytest.fixture(scope="session")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway | None]:
    with ExitStack() as stack:
        if THEIRS:
            yield None
            return
        environment = stack.enter_context(pytest.MonkeyPatch.context())
        gateway = stack.enter_context(Gateway(tmp_path_factory.mktemp("gateway")))
        for name, value in gateway.environment.items():
            environment.setenv(name, value)
        signing.make_bucket(BUCKET)
        yield gateway


@pytest.fixture
def gateway(running: Gateway | None) -> Gateway:
    if running is None:
        pytest.skip("needs a gateway of its own, which can be stopped")
    return running


@pytest.fixture
def store_url(running: Gateway | None) -> str:
    return place()


@pytest.fixture
def bucket(store_url: str) -> Iterator[Bucket]:
    connected = connect(store_url, s3.KIND)
    yield connected
    for folder in FOLDERS:
        connected.delete([found.path for found in connected.list(folder)])


@pytest.fixture
def client(server: OwnServer) -> Iterator[Client]:
    started = Client(server).login()
    yield started
    started.http.close()


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    return tmp_path / "data"
