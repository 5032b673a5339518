"""Removal of what nothing refers to any more; where the store fails, the next sweep removes it.

So a call that has done its work does not fail while it tidies up.
"""

from __future__ import annotations

import structlog

from scribedock import metrics
from scribedock.storage.store import Store

log = structlog.get_logger("scribedock.storage")


def remove_object(store: Store, key: str) -> None:
    try:
        store.delete(key)
    except OSError as error:
        metrics.STORAGE_ERRORS.inc()
        log.warning("object left to the sweep", key=key, reason=error.strerror)


def remove_partial(store: Store, name: str) -> None:
    try:
        store.discard(name)
    except OSError as error:
        metrics.STORAGE_ERRORS.inc()
        log.warning("partial left to the sweep", partial=name, reason=error.strerror)
