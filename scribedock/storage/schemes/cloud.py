"""An object store as a scheme."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from scribedock.host.findings import CheckResult
from scribedock.settings import Settings
from scribedock.storage.cloud.check import check
from scribedock.storage.cloud.connect import CloudKind, connect
from scribedock.storage.cloud.store import CloudStore
from scribedock.storage.schemes.scheme import StorageScheme
from scribedock.storage.store import Store


def cloud_scheme(kind: CloudKind, example: str, *, no_direct_uploads: str = "") -> StorageScheme:
    """Return the scheme of an object store."""

    def opens(url: str, data_dir: Path) -> Store:
        return CloudStore(connect(url, kind), data_dir)

    def checks(
        settings: Settings, url: str, recording: Callable[[Store], Iterator[CheckResult]]
    ) -> Iterator[CheckResult]:
        return check(settings, url, kind, recording)

    return StorageScheme(example=example, opens=opens, checks=checks, no_direct_uploads=no_direct_uploads)
