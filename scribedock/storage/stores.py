"""Which store a URL means: one line for each scheme."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from urllib.parse import unquote, urlsplit

from scribedock.storage.file import FileStore
from scribedock.storage.store import Store


def open_store(url: str | None, folder: Path) -> Store:
    """Return the store at `url`; None means in the data folder `folder`. Raises SettingsError."""
    return STORES[urlsplit(url).scheme](url, folder) if url else FileStore(folder / "media")


def _file(url: str, folder: Path) -> Store:
    return FileStore(Path(unquote(urlsplit(url).path)))


def _cloud(url: str, folder: Path) -> Store:
    from scribedock.storage.cloud.connect import connect
    from scribedock.storage.cloud.store import CloudStore

    return CloudStore(connect(url), folder)


STORES: dict[str, Callable[[str, Path], Store]] = {"file": _file, "s3": _cloud, "gs": _cloud, "az": _cloud}
