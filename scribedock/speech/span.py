"""A span of time in a recording."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Span:
    """From start_ms up to, and excluding, end_ms: milliseconds from the start of the media."""

    start_ms: int
    end_ms: int
