"""Shows, at the store, that the writers of this process live."""

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
    """Lets every open partial beat each BEAT_S, in a thread that starts with the first of them."""

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
    """A beat that fails is no news: the store is out of reach, and the writer finds out itself."""
    try:
        partial.beat()
    except OSError:
        return
