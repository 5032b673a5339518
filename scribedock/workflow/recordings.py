"""Stored recordings, as the workflows read them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from scribedock.media.unusable import MediaUnusable
from scribedock.storage.store import ObjectDamaged, Store

DAMAGED = (
    "The recording is not what it was when it was stored: another was uploaded to the same URL after the "
    "order, or a part of it is gone. Add it again, then order again."
)


@contextmanager
def local(store: Store, key: str) -> Iterator[Path]:
    """The recording as a local file. Raises MediaUnusable where it is not what was stored."""
    try:
        with store.local(key) as path:
            yield path
    except ObjectDamaged:
        raise MediaUnusable(DAMAGED) from None
