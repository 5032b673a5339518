"""How slow an upload may be; its total time has no limit."""

from __future__ import annotations

import time

from scribedock.uploads.core.errors import TooSlow

RATE_WINDOW_S = 60
RESUME_ADVICE = "what came is kept until the URL expires: HEAD it to see how much, and resume from there"


class Pace:
    """The speed of a body. `advice` is for a client that was too slow."""

    def __init__(self, *, stall_s: float, min_rate: int, advice: str = RESUME_ADVICE) -> None:
        self._stall_s = stall_s
        self._min_rate = min_rate  # bytes a second
        self._advice = advice
        self._heard = self._window_start = time.monotonic()
        self._window_bytes = 0

    def came(self, count: int) -> None:
        self._heard = time.monotonic()
        self._window_bytes += count

    def problem(self) -> TooSlow | None:
        """Return the error to refuse the upload with, if it is too slow by now."""
        now = time.monotonic()
        if now - self._heard > self._stall_s:
            return self.stalled()
        if now - self._window_start >= RATE_WINDOW_S:
            rate = self._window_bytes / (now - self._window_start)
            self._window_start, self._window_bytes = now, 0
            if rate < self._min_rate:
                return TooSlow(f"Less than {self._min_rate} bytes a second came; {self._advice}")
        return None

    def stalled(self) -> TooSlow:
        return TooSlow(f"No byte came for {self._stall_s:g} seconds; {self._advice}")
