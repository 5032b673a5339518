"""A caption: lines of text and when they are shown."""

from __future__ import annotations

from dataclasses import dataclass

from scribedock_captions.placement import Placement
from scribedock_captions.style import StyledSpan


@dataclass(frozen=True, kw_only=True, slots=True)
class Caption:
    """Lines of text that are shown together, and when."""

    lines: tuple[str, ...]
    start: int  # ms
    end: int  # ms, after start
    spans: tuple[tuple[StyledSpan, ...], ...] = ()
    """The styles of each line; empty where all of them are plain."""
    voices: tuple[str, ...] = ()
    """Who says each line, where the format keeps speakers apart; empty where nobody is named."""
    placement: Placement | None = None  # None: at the bottom, in the middle
