"""The styles and regions of a TTML document, as far as captions keep them.

Source: W3C, Timed Text Markup Language 1 (TTML1), §8 styling, §9 layout; TTML2, §10.2.37 (ruby).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from scribedock_captions.placement import USUAL_PLACEMENT, Horizontal, Placement, Vertical
from scribedock_captions.style import Style

INHERITED = ("fontStyle", "fontWeight", "textDecoration", "textAlign", "visibility", "opacity")
OWN = ("display", "displayAlign", "origin", "extent", "ruby")
KEPT = frozenset((*INHERITED, *OWN))
PERCENT = re.compile(r"(-?\d{1,4}(?:\.\d{1,9})?)%")
ALIGNED = {"before": 0.0, "center": 0.5, "after": 1.0}
SIDES = {
    "left": Horizontal.LEFT,
    "start": Horizontal.LEFT,
    "right": Horizontal.RIGHT,
    "end": Horizontal.RIGHT,
}
MAX_STYLES = 2000  # elements and references
Values = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Look:
    """How the text of an element is shown; what children inherit is in `values`."""

    values: Values
    displayed: bool = True  # False hides what the element holds, whatever that says
    region: str = ""
    ruby: str = ""  # what an element is of a reading: text, delimiter …

    @property
    def hidden(self) -> bool:
        """Tell whether text in the element itself is not to be seen."""
        visible = (
            self.values.get("visibility", "") != "hidden" and _number(self.values.get("opacity", "1")) != 0
        )
        return not (self.displayed and visible)

    @property
    def style(self) -> Style:
        """Return the style of the letters."""
        weight = self.values.get("fontWeight", "")
        return Style(
            italic=self.values.get("fontStyle", "") in ("italic", "oblique"),
            bold=weight == "bold" or (weight.isdecimal() and len(weight) < 5 and int(weight) >= 600),
            underline="underline" in self.values.get("textDecoration", "").split(),
        )


NO_LOOK = Look({})


class Styles:
    """The styles and regions that the head defines."""

    def __init__(self) -> None:
        self._styles: dict[str, Values] = {}
        self._regions: dict[str, Values] = {}

    def define(self, identifier: str, attributes: Values) -> None:
        """Add a style."""
        if len(self._styles) < MAX_STYLES:
            self._styles[identifier] = self._values(attributes)

    def define_region(self, identifier: str, attributes: Values) -> None:
        """Add a region, or what a style inside it says about it."""
        if identifier in self._regions or len(self._regions) < MAX_STYLES:
            self._regions[identifier] = {**self._regions.get(identifier, {}), **self._values(attributes)}

    def look(self, attributes: Values, parent: Look, *, element_styles: Values | None = None) -> Look:
        """Return how an element with these attributes is shown inside its parent."""
        own = {**(element_styles or {}), **self._values(attributes)}
        region = attributes.get("region", parent.region)
        if not own and region == parent.region and not parent.ruby:
            return parent
        placed = self._regions.get(region, {}) if region != parent.region else {}
        below = {name: placed[name] for name in ("visibility", "opacity") if name in placed}
        values = {**below, **parent.values, **{name: own[name] for name in INHERITED if name in own}}
        return Look(
            values=values,
            displayed=parent.displayed and "none" not in (own.get("display"), placed.get("display")),
            region=region,
            ruby=own.get("ruby", ""),
        )

    def placement(self, look: Look) -> Placement | None:
        """Return where a caption stands; None for where captions usually do."""
        region = self._regions.get(look.region, {})
        side = SIDES.get(look.values.get("textAlign", region.get("textAlign", "")), Horizontal.CENTER)
        found = Placement(vertical=_vertical(region), horizontal=side)
        return None if found == USUAL_PLACEMENT else found

    def _values(self, attributes: Values) -> dict[str, str]:
        found: dict[str, str] = {}
        for reference in attributes.get("style", "").split()[:20]:
            found |= self._styles.get(reference, {})
        for name, value in attributes.items():
            bare = name.removeprefix("tts:")
            if bare in KEPT:
                found[bare] = value.strip()
        return found


def _vertical(region: Values) -> Vertical:
    """Return at what height a region shows its text."""
    top, height = _second(region.get("origin"), 0.0), _second(region.get("extent"), 1.0)
    if top is None or height is None or not region.keys() & {"displayAlign", "origin"}:
        return Vertical.BOTTOM
    at = top + height * ALIGNED.get(region.get("displayAlign", ""), 0.0)
    if at < 0.34:
        return Vertical.TOP
    return Vertical.MIDDLE if at < 0.67 else Vertical.BOTTOM


def _second(lengths: str | None, default: float) -> float | None:
    """Return the second of two lengths, as a share; None where it is not in percent."""
    if lengths is None or lengths == "auto":
        return default
    match = PERCENT.fullmatch(lengths.split()[-1]) if lengths.split() else None
    return None if match is None else float(match[1]) / 100


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return 1.0
