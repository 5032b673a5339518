"""Which store a URL means."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import unquote, urlsplit

from scribedock.storage.file import FileStore
from scribedock.storage.store import Store


def open_store(url: str | None, folder: Path) -> Store:
    """The store at `url` (`file:///folder`); None: in `folder`."""
    return FileStore(Path(unquote(urlsplit(url).path)) if url else folder)
