"""The store in a bucket, on a bucket in memory; tests/s3 and tests/azure run the same on real servers."""

from __future__ import annotations

from pathlib import Path

import pytest
from obstore.store import MemoryStore

from scribedock.storage.cloud.bucket import Bucket
from scribedock.storage.cloud.store import CloudStore
from tests.support.storage.cloud_contract import *  # noqa: F403
from tests.support.storage.contract import *  # noqa: F403


@pytest.fixture
def bucket() -> Bucket:
    return Bucket(MemoryStore())  # type: ignore[arg-type]


@pytest.fixture
def store(bucket: Bucket, tmp_path: Path) -> CloudStore:
    return CloudStore(bucket, tmp_path / "data")
