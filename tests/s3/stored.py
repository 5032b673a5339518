"""The objects in a bucket."""

from __future__ import annotations

import hashlib

from scribedock import app
from scribedock.demo.server import OwnServer
from scribedock.settings import Settings
from scribedock.storage.cloud.bucket import Bucket


def paths(bucket: Bucket, folder: str = "") -> list[str]:
    return [found.path for found in bucket.list(folder)]


def stored_bytes(bucket: Bucket) -> int:
    return sum(found.bytes for found in bucket.list("parts"))


def digest(server: OwnServer, url: str, job: str) -> str:
    """Of the job's media, as a worker would read it."""
    services = app.build_services(Settings(data_dir=server.data_dir, storage_url=url))
    media = services.media.media_of_job(job)
    assert media is not None and media.storage_key is not None
    with services.store.local(media.storage_key) as path:
        found = hashlib.sha256(path.read_bytes()).hexdigest()
    services.close()
    return found
