"""Options as broadcasters and their guides ask for, by name. Sources: docs/captions.md.

Where a guide gives a range the middle is taken, where it gives frames those of 24 a second.  None of them
asks for sounds or hesitations to be left out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from enum import StrEnum

from scribedock_captions.options import KEEP_ALL, CaptionOptions


class Preset(StrEnum):
    """Whose guide the options follow, and a check measures against."""

    NETFLIX = "netflix"
    BBC = "bbc"
    DCMP = "dcmp"
    SCC = "scc"


PRESETS: Mapping[Preset, CaptionOptions] = {
    Preset.NETFLIX: replace(
        KEEP_ALL,
        characters_per_caption_line=42,
        lines_per_caption=2,
        layout_target_caption_length_ms=4000,
        maximum_caption_duration=7000,
        minimum_caption_length_ms=833,
        merge_gap_interval=500,
        minimum_gap_between_captions_ms=83,
    ),
    Preset.BBC: replace(
        KEEP_ALL,
        characters_per_caption_line=37,
        lines_per_caption=2,
        layout_target_caption_length_ms=4000,
        maximum_caption_duration=7000,
        minimum_caption_length_ms=1000,
        merge_gap_interval=1500,
    ),
    Preset.DCMP: replace(
        KEEP_ALL,
        characters_per_caption_line=32,
        lines_per_caption=2,
        layout_target_caption_length_ms=4000,
        maximum_caption_duration=6000,
        minimum_caption_length_ms=1333,
        merge_gap_interval=1000,
    ),
    Preset.SCC: replace(
        KEEP_ALL,
        characters_per_caption_line=32,
        lines_per_caption=2,
        layout_target_caption_length_ms=4000,
        maximum_caption_duration=7000,
        minimum_caption_length_ms=1500,
        merge_gap_interval=1000,
    ),
}
