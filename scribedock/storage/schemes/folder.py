"""`file:///folder`: recordings in a folder of this machine."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import unquote, urlsplit

from scribedock.host.findings import CheckResult, good, missing
from scribedock.settings import Settings
from scribedock.storage.file import FileStore
from scribedock.storage.schemes.scheme import StorageScheme
from scribedock.storage.store import Store

GIB = 1024**3


def folder_of(url: str) -> Path:
    """Return the folder that the URL names."""
    return Path(unquote(urlsplit(url).path))


def _open(url: str, data_dir: Path) -> FileStore:
    return FileStore(folder_of(url))


def _check(
    settings: Settings, url: str, recording: Callable[[Store], Iterator[CheckResult]]
) -> Iterator[CheckResult]:
    try:
        store = FileStore(folder_of(url))
        yield from recording(store)
        free = store.free_bytes()
    except OSError as error:
        yield missing("folder", f"{settings.storage_url or settings.data_dir}: {error.strerror or error}")
        return
    yield good("room", f"{free / GIB:.1f} GiB free")


SCHEME = StorageScheme(
    example="file:///folder",
    opens=_open,
    checks=_check,
    no_direct_uploads="there is no object store to upload to",
)
