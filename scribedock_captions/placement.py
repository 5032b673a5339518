"""Where in the picture a caption stands, and how SubStation Alpha and WebVTT say it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Vertical(StrEnum):
    """Whether a caption stands at the top of the picture, in the middle or at the bottom."""

    TOP = "top"
    MIDDLE = "middle"
    BOTTOM = "bottom"


class Horizontal(StrEnum):
    """On which side of the picture a caption stands."""

    LEFT = "left"
    CENTER = "center"
    RIGHT = "right"


@dataclass(frozen=True, kw_only=True, slots=True)
class Placement:
    """Where in the picture a caption stands."""

    vertical: Vertical = Vertical.BOTTOM
    horizontal: Horizontal = Horizontal.CENTER
    settings: str = ""  # the cue settings of WebVTT that say it exactly, where the file has them


USUAL_PLACEMENT = Placement()
VERTICALS = (Vertical.BOTTOM, Vertical.MIDDLE, Vertical.TOP)
HORIZONTALS = (Horizontal.LEFT, Horizontal.CENTER, Horizontal.RIGHT)
LINES = {Vertical.TOP: "line:0", Vertical.MIDDLE: "line:50%"}
COLUMNS = {
    Horizontal.LEFT: "position:0% align:left",
    Horizontal.RIGHT: "position:100% align:right",
}


def placement_at(key: int) -> Placement:
    """Return the place that a key of a number pad stands for: 1 is at the bottom on the left."""
    return Placement(vertical=VERTICALS[(key - 1) // 3], horizontal=HORIZONTALS[(key - 1) % 3])


def key_of(placement: Placement) -> int:
    """Return the key of a number pad that stands for the place."""
    return 3 * VERTICALS.index(placement.vertical) + HORIZONTALS.index(placement.horizontal) + 1


def settings_of(placement: Placement | None) -> str:
    """Write where a caption stands as settings; empty for the usual place."""
    if placement is None:
        return ""
    if placement.settings:
        return placement.settings
    parts = (LINES.get(placement.vertical, ""), COLUMNS.get(placement.horizontal, ""))
    return " ".join(part for part in parts if part)
