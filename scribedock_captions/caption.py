"""A caption: lines of text and when they are shown."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Caption:
    """Lines of text that are shown together, and when."""

    lines: tuple[str, ...]
    start: int  # ms
    end: int  # ms, after start
