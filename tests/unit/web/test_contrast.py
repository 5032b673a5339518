"""The colours of the pages: what axe does not measure of them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from scribedock import web

TOKENS = Path(web.__file__).parent / "styles" / "1-tokens.css"
# The borders of controls, the focus, the waveform, and what lies below them (WCAG 2.2, 1.4.11).
PAIRS = [
    (mark, below)
    for mark in ("edge", "accent", "bad")
    for below in ("paper", "ground", "shade")
    if (mark, below) != ("edge", "shade")  # no control is on it
]


def schemes() -> dict[str, dict[str, str]]:
    light, dark = (
        dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", part))
        for part in TOKENS.read_text().split("@media (prefers-color-scheme: dark)")
    )
    return {"light": light, "dark": light | dark}


def luminance(colour: str) -> float:
    """Return the relative luminance of #rrggbb as WCAG 2.2 defines it."""
    shares = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (
        each / 12.92 if each <= 0.04045 else ((each + 0.055) / 1.055) ** 2.4 for each in shares
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("mark", "below"), PAIRS)
def test_controls_and_focus_stand_out_at_three_to_one(scheme: str, mark: str, below: str) -> None:
    colours = schemes()[scheme]
    brighter, darker = sorted((luminance(colours[mark]), luminance(colours[below])), reverse=True)
    assert (brighter + 0.05) / (darker + 0.05) >= 3
