"""ElementLists and options that every judge sees, and what it has to read."""

from __future__ import annotations

import os
from dataclasses import replace
from functools import cache
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from scribedock_captions.caption import Caption
from scribedock_captions.elementlist.codec import parse
from scribedock_captions.elementlist.model import ElementList, Sequence
from scribedock_captions.options import CaptionOptions, LineEnding, SpeakerDisplay
from scribedock_captions.rendering import CaptionFormat, captions_of, render_captions
from tests.captions.golden import BROADCAST, SEAMLESS, SHOUTED
from tests.captions.sample import SAMPLE, say

Shown = list[tuple[int, int, str]]
"""Start and end in ms, and the words, for each caption."""

EXAMPLE = "example"
LISTS: dict[str, ElementList] = {
    "sample": SAMPLE,
    "plain": say("Captions help people who cannot hear.", "They help others, too.", gap=400),
    "hostile": say(
        "WEBVTT", "NOTE this is text.", "STYLE", "1", "00:00:01.000 --> 00:00:02.000", "&amp; &lt;", "-->"
    ),
    "scripts": say("שלום עולם.", "مرحبا بالعالم.", "今日はいい天気です。", "👩‍👩‍👧 e\u0301 İ ß."),
    "accents": say(
        "¿Dónde está el niño?", "À l'été, « où » Noël naît ; çà.", "Über Größe, øre, ålen.", gap=300
    ),
    "quick": say(*["Yes!", "No?", "Oh, I see what you mean by that.", "Well."] * 30, word_ms=90),
    "long": say(*["Every one of these sentences is said for two seconds."] * 400, gap=100),
}
OPTION_SETS: dict[str, dict[str, Any]] = {
    "default": {},
    "broadcast": BROADCAST,
    "shouted": SHOUTED,
    "seamless": {**SEAMLESS, "line_ending_format": LineEnding.WINDOWS, "sound_boundaries": ("(", ")")},
    "narrow": {"characters_per_caption_line": 8, "lines_per_caption": 3, "merge_gap_interval": 0},
    "bare": {"display_speaker_id": SpeakerDisplay.NO, "emit_speaker_change_tokens_as": ""},
}
CASES = [pytest.param(a, OPTION_SETS[b], id=f"{a}-{b}") for a, b in product([*LISTS, EXAMPLE], OPTION_SETS)]
TAKEN_FOR_MARKUP = ("<b>", "00:", "{")
"""What readers of SRT take for a tag, a time or an override; it knows no escape for them."""


def judges_folder(name: str) -> Path:
    """Return a file or folder of the judges' data; skips the test where there is none at all."""
    given = os.environ.get("SCRIBEDOCK_JUDGES")
    if not given:
        pytest.skip(
            "SCRIBEDOCK_JUDGES is not set: the folder with the W3C's schema of TTML and its WebVTT files"
        )
    path = Path(given).resolve() / name
    assert path.exists(), f"SCRIBEDOCK_JUDGES is {given}, where {name} is missing"
    return path


def named(name: str) -> ElementList:
    return LISTS[name] if name in LISTS else example()


@cache
def example() -> ElementList:
    """Return the vendor's own example."""
    return parse(judges_folder("../example_elementlist.json").read_bytes())


def chosen(options: dict[str, Any], **changes: Any) -> CaptionOptions:
    return CaptionOptions(**{**options, **changes})


def expected(elementlist: ElementList, format: CaptionFormat, options: CaptionOptions) -> Shown:
    captions = captions_of(elementlist, format, options).captions
    return [(each.start, each.end, words(each)) for each in captions]


def words(caption: Caption) -> str:
    return " ".join(" ".join(caption.lines).split())


def written(elementlist: ElementList, format: CaptionFormat, options: CaptionOptions) -> bytes:
    return render_captions(elementlist, format, options).body


def without(elementlist: ElementList, *marks: str) -> ElementList:
    """Return the list without the words that have any of these in them."""
    segments = tuple(
        replace(segment, sequences=tuple(each for each in segment.sequences if not _has(each, marks)))
        for segment in elementlist.segments
    )
    return replace(elementlist, segments=segments)


def _has(sequence: Sequence, marks: tuple[str, ...]) -> bool:
    return any(mark in token.display_as for token in sequence.tokens for mark in marks)
