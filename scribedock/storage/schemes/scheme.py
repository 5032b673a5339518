"""What a scheme of SCRIBEDOCK_STORAGE_URL says of itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from scribedock.host.findings import CheckResult
from scribedock.settings import Settings
from scribedock.storage.store import Store


@dataclass(frozen=True, kw_only=True)
class StorageScheme:
    example: str  # of a URL
    opens: Callable[[str, Path], Store]
    """Open the store at a URL; in the data folder it keeps what it needs here. Raises SettingsError."""
    checks: Callable[[Settings, str, Callable[[Store], Iterator[CheckResult]]], Iterator[CheckResult]]
    """Use the store at a URL in every way that the server does; the function given tries a recording."""
    no_direct_uploads: str = ""
    """Why clients cannot upload to it without us. Empty: they can, and `opens` returns a DirectStore."""
