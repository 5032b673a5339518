"""The store in a bucket, on a real S3 server."""

from __future__ import annotations

from pathlib import Path

import pytest

from scribedock.storage.cloud.bucket import Bucket
from scribedock.storage.cloud.store import CloudStore
from tests.unit.storage.cloud_contract import *  # noqa: F403
from tests.unit.storage.contract import *  # noqa: F403

pytestmark = pytest.mark.s3


@pytest.fixture
def store(bucket: Bucket, data_dir: Path) -> CloudStore:
    return CloudStore(bucket, data_dir)
