"""The layout of a bucket, below the prefix."""

from __future__ import annotations

from collections.abc import Iterator

from scribedock.storage.cloud.bucket import Bucket, StoredObject
from scribedock.storage.names import NAME_PATTERN

OBJECTS = "objects"  # objects/<key>/<name>: a manifest, the parts of a recording in order
PARTS = "parts"  # parts/<name>/<session>/<part>: their bytes
PARTIALS = "partials"  # partials/<name>/<number>: who writes a recording, and how that ended
DIRECT = "direct"  # direct/<name>: what a client has put there itself
FOLDERS = (OBJECTS, PARTS, PARTIALS, DIRECT)


def ours(bucket: Bucket, folder: str, depth: int) -> Iterator[tuple[list[str], StoredObject]]:
    """Yield objects below the folder that look like ours, with their path split; others are ignored."""
    for found in bucket.list(folder):
        path = found.path.split("/")
        if len(path) == depth and all(NAME_PATTERN.match(name) for name in path[1:3]):
            yield path, found
