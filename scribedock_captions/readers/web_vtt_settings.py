"""The settings of a WebVTT cue: where it stands.

Source: W3C, WebVTT, §4.4 and §6.3.  Settings that are not valid mean nothing there, and nothing here.
"""

from __future__ import annotations

import re

from scribedock_captions.placement import Horizontal, Placement, Vertical

NUMBER = r"-?[0-9]{1,4}(?:\.[0-9]{1,9})?"
PERCENT = r"(?:[0-9]{1,2}(?:\.[0-9]{1,9})?|100(?:\.0{1,9})?)%"
VALID = {
    "line": re.compile(rf"(?:{PERCENT}|{NUMBER}|auto)(?:,(?:start|center|end))?"),
    "position": re.compile(rf"(?:{PERCENT}|auto)(?:,(?:line-left|center|line-right))?"),
    "size": re.compile(PERCENT),
    "align": re.compile(r"start|center|end|left|right"),
    "vertical": re.compile(r"rl|lr"),
}
ROWS = 15  # of lines that are counted, as players have them
SIDES = {
    "start": Horizontal.LEFT,
    "left": Horizontal.LEFT,
    "end": Horizontal.RIGHT,
    "right": Horizontal.RIGHT,
}


def is_setting(word: str) -> bool:
    """Tell whether a word is a setting, valid or meant as one."""
    name, _, value = word.partition(":")
    return bool(value) and (name in VALID or name == "region")


def placement_of(text: str) -> Placement | None:
    """Read the settings that stand after the times; None where none of them is valid."""
    found: dict[str, str] = {}
    for setting in text.split():
        name, _, value = setting.partition(":")
        if name in VALID and VALID[name].fullmatch(value):
            found[name] = value
    if not found:
        return None
    return Placement(
        vertical=_vertical(found.get("line", "auto").partition(",")[0]),
        horizontal=SIDES.get(found.get("align", ""), Horizontal.CENTER),
        settings=" ".join(f"{name}:{value}" for name, value in found.items()),
    )


def _vertical(line: str) -> Vertical:
    if line == "auto":
        return Vertical.BOTTOM
    if line.endswith("%"):
        share = float(line[:-1]) / 100
    else:
        row = float(line)
        share = (row if row >= 0 else ROWS + row) / (ROWS - 1)
    if share < 0.34:
        return Vertical.TOP
    return Vertical.MIDDLE if share < 0.67 else Vertical.BOTTOM
