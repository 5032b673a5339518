"""Which store a URL means.

A scheme is one module, named in MODULES, that ends with a `SCHEME`. Nothing else knows it.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from urllib.parse import urlsplit

from scribedock.settings import Settings, SettingsError
from scribedock.storage.schemes.scheme import StorageScheme
from scribedock.storage.store import Store

MODULES: Mapping[str, str] = {
    "az": "scribedock.storage.schemes.azure",
    "file": "scribedock.storage.schemes.folder",
    "gs": "scribedock.storage.schemes.google",
    "s3": "scribedock.storage.schemes.s3",
}


def scheme_of(url: str) -> StorageScheme:
    """Return the scheme of a URL. Raises SettingsError for one that there is not."""
    name = urlsplit(url).scheme
    if name not in MODULES:
        examples = ", ".join(_scheme(each).example for each in MODULES)
        raise SettingsError(f"SCRIBEDOCK_STORAGE_URL: must be like one of {examples}")
    return _scheme(name)


def _scheme(name: str) -> StorageScheme:
    found: StorageScheme = import_module(MODULES[name]).SCHEME
    return found


def storage_url(settings: Settings) -> str:
    """Return the URL of the store: that of the settings, else of a folder in the data folder."""
    return settings.storage_url or (settings.data_dir.resolve() / "media").as_uri()


def open_store(settings: Settings) -> Store:
    """Return the store that the settings name.

    Raises SettingsError, also for direct uploads to a store that takes none.
    """
    url = storage_url(settings)
    scheme = scheme_of(url)
    if settings.storage_direct_uploads and scheme.no_direct_uploads:
        raise SettingsError(
            f"SCRIBEDOCK_STORAGE_DIRECT_UPLOADS: is not possible with this SCRIBEDOCK_STORAGE_URL: "
            f"{scheme.no_direct_uploads}"
        )
    return scheme.opens(url, settings.data_dir)
