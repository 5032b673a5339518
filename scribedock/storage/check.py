"""`scribedock storage check`: uses the storage in every way that the server does."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from urllib.parse import urlsplit

from scribedock.host import findings
from scribedock.host.findings import Finding, good, missing
from scribedock.settings import Settings, SettingsError
from scribedock.storage.store import Store
from scribedock.storage.stores import open_store

RECORDING_BYTES = 9 * 1024 * 1024  # more than a part of a store that has parts
MIB = 1024 * 1024
GIB = 1024**3


def report(settings: Settings) -> int:
    """Print the findings; return 1 if the server could not work with this storage."""
    return findings.report(check(settings))


def check(settings: Settings) -> Iterator[Finding]:
    url = settings.storage_url
    if url is None or urlsplit(url).scheme == "file":
        yield from _folder(settings)
        return
    from scribedock.storage.cloud import check as cloud

    yield from cloud.check(settings, url, recording)


def _folder(settings: Settings) -> Iterator[Finding]:
    try:
        store = open_store(settings.storage_url, settings.data_dir)
        yield from recording(store)
        free = store.free_bytes()
    except (OSError, SettingsError) as error:
        yield missing("folder", f"{settings.storage_url or settings.data_dir}: {reason(error)}")
        return
    if free is not None:
        yield good("room", f"{free / GIB:.1f} GiB free")


def recording(store: Store) -> Iterator[Finding]:
    """Write a recording with an interruption, read it back and delete it. Raises OSError."""
    content = os.urandom(RECORDING_BYTES)
    half = RECORDING_BYTES // 2
    began = time.monotonic()
    with store.begin() as partial:
        partial.write(memoryview(content)[:half])
        partial.sync()
        partial.suspend()
    with store.resume(partial.name) as partial:
        partial.write(memoryview(content)[half:])
        key = partial.commit()
    written = time.monotonic()
    try:
        with store.local(key) as path:
            intact = path.read_bytes() == content
        read = time.monotonic()
    finally:
        store.delete(key)
    if not intact:
        yield missing("recording", "what was read back differs from what was written")
        return
    yield good(
        "recording",
        f"{RECORDING_BYTES // MIB} MiB written with an interruption ({_rate(written - began)}), "
        f"read back ({_rate(read - written)}) and deleted",
    )


def _rate(seconds: float) -> str:
    return f"{RECORDING_BYTES / MIB / max(seconds, 0.001):.0f} MiB/s"


def reason(error: Exception) -> str:
    return error.strerror or str(error) if isinstance(error, OSError) else str(error)
