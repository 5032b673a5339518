"""`scribedock storage check`: uses the storage in every way that the server does."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator

from scribedock.host import findings
from scribedock.host.findings import CheckResult, good, missing
from scribedock.settings import Settings, SettingsError
from scribedock.storage.store import Store
from scribedock.storage.stores import scheme_of, storage_url

RECORDING_BYTES = 9 * 1024 * 1024  # more than a part of a store that has parts
MIB = 1024 * 1024


def report(settings: Settings) -> int:
    """Print the findings; return 1 if the server could not work with this storage."""
    return findings.report(check(settings))


def check(settings: Settings) -> Iterator[CheckResult]:
    """Check the storage that the settings name."""
    url = storage_url(settings)
    try:
        yield from scheme_of(url).checks(settings, url, recording)
    except SettingsError as error:
        yield missing("address", str(error))


def recording(store: Store) -> Iterator[CheckResult]:
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
