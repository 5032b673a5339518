"""Heartbeats in the store, which show that the writers of this process are alive."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Protocol

from scribedock.storage.cloud.journal import BEAT_S

THREADS = 8


class BeatingPartial(Protocol):
    def beat(self) -> None: ...


class Heartbeat:
    """Renews the lease of every open partial each BEAT_S, in a thread that the first of them starts."""

    def __init__(self, open_partials: Callable[[], Sequence[BeatingPartial]]) -> None:
        self._open_partials = open_partials
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        with self._lock:
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="store-pulse", daemon=True)
                self._thread.start()

    def _run(self) -> None:
        never = threading.Event()
        with ThreadPoolExecutor(THREADS, thread_name_prefix="store-pulse") as threads:
            while not never.wait(BEAT_S):
                list(threads.map(beat, self._open_partials()))


def beat(partial: BeatingPartial) -> None:
    """Renew the lease of a partial; errors are ignored, because its writer will find out itself."""
    try:
        partial.beat()
    except OSError:
        return
