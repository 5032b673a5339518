"""Progress of a long command, on standard error."""

from __future__ import annotations

import sys
import time

INTERVAL_S = 0.2  # on a terminal
LOG_INTERVAL_S = 10.0  # elsewhere


class Progress:
    """Says what is being done and how much of it is: on one line of a terminal, elsewhere now and then."""

    def __init__(self) -> None:
        self._on_terminal = sys.stderr.isatty()
        self._title = ""
        self._said = 0.0

    def __call__(self, title: str, done: int, of: int) -> None:
        now = time.monotonic()
        ends = done >= of
        interval = INTERVAL_S if self._on_terminal else LOG_INTERVAL_S
        if title == self._title and not ends and now - self._said < interval:
            return
        line = f"{title}: {done:,} of {of:,}"
        if self._on_terminal:
            print(f"\r\x1b[K{line}", end="\n" if ends else "", file=sys.stderr, flush=True)
        elif ends or title == self._title:
            print(line, file=sys.stderr, flush=True)
        self._title, self._said = title, now
