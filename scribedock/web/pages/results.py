"""What a page offers of a job's results: the formats and presets of captions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from functools import cache
from typing import Any

from scribedock_captions.options import CaptionOptions
from scribedock_captions.presets import PRESETS
from scribedock_captions.writers import WRITERS, CaptionFormat


def caption_formats() -> Sequence[tuple[str, str]]:
    """Return the formats of captions with the endings of their files; transcripts have their own call."""
    return [
        (name.value, writer.extension)
        for name, writer in WRITERS.items()
        if name is not CaptionFormat.TRANSCRIPT
    ]


@cache
def caption_presets() -> Mapping[str, Mapping[str, Any]]:
    """Return the options of each preset by which it differs from the defaults of `get_caption`."""
    usual = asdict(CaptionOptions())
    return {
        preset.value: {name: value for name, value in asdict(options).items() if value != usual[name]}
        for preset, options in PRESETS.items()
    }
