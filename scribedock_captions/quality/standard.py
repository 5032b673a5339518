"""What captions are measured against: the figures of a guide. Sources: docs/caption-quality.md."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from scribedock_captions.presets import Preset


@dataclass(frozen=True, kw_only=True, slots=True)
class Standard:
    """The figures of a guide, for one language."""

    name: str
    columns: int  # the widest line, in characters
    lines: int  # the most of a caption
    speed: float  # characters a second
    shortest: int  # ms
    longest: int  # ms
    gap: int = 0  # ms between captions, where there is a gap at all
    bridge: int = 0  # a shorter gap (ms) should be closed, or cut to `gap`
    frame_rate: float = 24.0
    spells_numbers: bool = False  # one to ten in words, and a number that begins a sentence
    ellipsis: bool = False  # one character
    hyphen_space: bool = False  # after the hyphen of a speaker
    brackets: bool = True  # sounds in square brackets
    italics: bool = True  # are allowed
    narrow_channel: bool = False  # CEA-608: two bytes a frame

    def frames(self, number: float) -> float:
        """Return the duration of frames in ms."""
        return number * 1000 / self.frame_rate


DEFAULT_STANDARD = "default"
STANDARDS: Mapping[str, Standard] = {
    DEFAULT_STANDARD: Standard(name="default", columns=42, lines=2, speed=17, shortest=833, longest=7000),
    Preset.NETFLIX: Standard(
        name="netflix",
        columns=42,
        lines=2,
        speed=17,
        shortest=833,
        longest=7000,
        gap=83,
        bridge=500,
        spells_numbers=True,
        ellipsis=True,
    ),
    Preset.BBC: Standard(
        name="bbc",
        columns=37,
        lines=2,
        speed=17,  # 180 words a minute
        shortest=1000,
        longest=7000,
        bridge=1500,
        frame_rate=25,
        hyphen_space=True,
        brackets=False,
    ),
    Preset.DCMP: Standard(name="dcmp", columns=32, lines=2, speed=17, shortest=1333, longest=6000),
    Preset.SCC: Standard(
        name="scc",
        columns=32,
        lines=4,
        speed=17,
        shortest=833,
        longest=7000,
        frame_rate=30000 / 1001,
        narrow_channel=True,
    ),
}

LANGUAGE_COLUMNS = {"ja": 23, "ko": 16, "zh": 16, "th": 35}
LANGUAGE_SPEEDS = {"ja": 7.0, "ko": 12.0, "zh": 9.0, "ar": 20.0, "hi": 22.0}
HYPHEN_SPACE_LANGUAGES = frozenset("ar pt cs fr hu id it ko ms pl ro ru sk es th vi bg".split())
LANGUAGES_WITHOUT_ITALICS = frozenset({"ar", "ko", "zh"})


def standard_for(name: str, language: str) -> Standard:
    """Return the standard of this name with its figures for a language.  Raises KeyError."""
    found = STANDARDS[name]
    family = language.partition("-")[0]
    if found.name != "netflix":
        return replace(
            found,
            columns=min(found.columns, LANGUAGE_COLUMNS.get(family, found.columns)),
            speed=LANGUAGE_SPEEDS.get(family, found.speed),
            italics=family not in LANGUAGES_WITHOUT_ITALICS,
        )
    return replace(
        found,
        columns=LANGUAGE_COLUMNS.get(family, found.columns),
        speed=LANGUAGE_SPEEDS.get(family, found.speed),
        spells_numbers=family == "en",
        hyphen_space=family in HYPHEN_SPACE_LANGUAGES,
        italics=family not in LANGUAGES_WITHOUT_ITALICS,
    )
