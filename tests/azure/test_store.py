"""The store in a container of Azure Blob Storage, on Microsoft's emulator."""

from __future__ import annotations

from pathlib import Path

import pytest

from scribedock.storage.cloud.bucket import Bucket
from scribedock.storage.cloud.connect import connect
from scribedock.storage.cloud.store import CloudStore
from scribedock.storage.schemes import azure
from tests.support.storage.cloud_contract import *  # noqa: F403
from tests.support.storage.contract import *  # noqa: F403

pytestmark = pytest.mark.azure


@pytest.fixture
def bucket(store_url: str) -> Bucket:
    return connect(store_url, azure.KIND)


@pytest.fixture
def store(bucket: Bucket, tmp_path: Path) -> CloudStore:
    return CloudStore(bucket, tmp_path / "data")
