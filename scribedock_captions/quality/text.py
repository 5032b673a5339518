"""Rules about what captions say, character by character."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from scribedock_captions.quality.finding import Finding, Material, Severity

SHOWN_CHARACTERS = frozenset("\u200c\u200d\u200e\u200f\u00ad♪♫♩♬©®°™№℮¦†‡•…")
HIDDEN_CATEGORIES = frozenset({"Cc", "Cf", "Co", "Cn", "Cs", "Zl", "Zp"})
DIALOGUE_HYPHEN = re.compile(r"^([-‐–—])(\s?)(?=\S)")
DOTS = re.compile(r"\.{3}|(?<!\.)\.\.(?!\.)")
ADDRESS = re.compile(r"\S*(?:www\.|://|@|/|\\)\S*")
SMALL_NUMBER = re.compile(
    r"(?<![\w.,:/$€£%#×+=–-])(10|[1-9])"
    r"(?![\w%:/°×–-]|[.,]\d|\s*(?:a\.m|p\.m|am\b|pm\b|[%°×+=–]|o['’]clock|\d|million\b|billion\b|per ?cent\b"
    r"|(?:[kcm]?m|k?g|[KMGT]B|[kM]?Hz|mph|kph|ft|lbs?|oz|min|sec|v|w)\b))"
)
FIRST_NUMBER = re.compile(r"(?:^|[.?!…]\s+)[-\"“‘'¿¡(]*(\d{1,2})(?=\s+[a-z])")
WORD_BEFORE = re.compile(r"([\w.]+)\s+$")
MONTH_AFTER = re.compile(r"\s+(?:of\s+)?(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)")
SIGNS = tuple("×+=*/–")
NUMBERED_THINGS = frozenset(
    """bus chapter channel class day episode exit figure flight floor gate grade lane level line no no.
    number page part phase platform question room round route row season section stage step table track
    type unit verse version volume week windows zone""".split()
)
"""What has a number for a name, which is written in digits."""
ROUND_BRACKETS = re.compile(r"\((?:[^()]{1,60})\)")
STRAY_SPACES = re.compile(r"  +|^\s|\s$|\s[.,;:?!…](?=\s|$)")
LANGUAGES_SPACING_MARKS = frozenset({"fr"})
NUMBER_WORDS = "zero one two three four five six seven eight nine ten".split()


def check(material: Material) -> Iterator[Finding]:
    """Find empty captions, characters that players may not show, and breaches of a guide's style."""
    for index, caption in enumerate(material.captions):
        if not any(line.strip() for line in caption.lines):
            yield material.finding("empty", index, "has no text; leave it out")
        for line in caption.lines:
            yield from _line(material, index, line)
        if material.standard.spells_numbers:
            yield from _numbers(material, index)


def _line(material: Material, index: int, line: str) -> Iterator[Finding]:
    standard = material.standard

    def advice(rule: str, message: str) -> Finding:
        return material.finding(rule, index, message, text=line, severity=Severity.ADVICE)

    hyphen = DIALOGUE_HYPHEN.match(line)
    if hyphen and len(material.captions[index].lines) > 1 and bool(hyphen[2]) != standard.hyphen_space:
        wanted = "a space" if standard.hyphen_space else "no space"
        yield advice("dialogue-hyphen", f"wants {wanted} after the hyphen of a speaker")
    if standard.ellipsis and DOTS.search(ADDRESS.sub("", line)):
        yield advice("ellipsis", "has dots for an ellipsis; write “…”")
    for character in dict.fromkeys(line):
        if _is_hidden(character):
            name = unicodedata.name(character, "no character")
            yield material.finding(
                "glyph", index, f"has U+{ord(character):04X} ({name}), which players may not show", text=line
            )
    if standard.brackets and ROUND_BRACKETS.fullmatch(line.strip()):
        yield advice("brackets", "has a sound in round brackets; use [ and ]")
    spaces = STRAY_SPACES.search(line)
    if spaces and (
        spaces[0].count("  ") or material.language.partition("-")[0] not in LANGUAGES_SPACING_MARKS
    ):
        yield advice("white-space", "has spaces where none belong")


def _numbers(material: Material, index: int) -> Iterator[Finding]:
    text = " ".join(material.captions[index].lines)
    before = " ".join(material.captions[index - 1].lines).rstrip("\"'”’)]") if index else ""
    fresh = not before or before[-1] in ".?!…"
    first = [match for match in FIRST_NUMBER.finditer(text) if match.start() > 0 or fresh]
    for match in first:
        message = f"begins a sentence with {match[1]}; write it in words"
        yield material.finding("first-number", index, message, severity=Severity.ADVICE)
    for match in SMALL_NUMBER.finditer(text):
        if _is_name(text, match):
            continue
        if all(not each.start(1) <= match.start(1) < each.end(1) for each in first):
            message = f"has {match[1]}; write {NUMBER_WORDS[int(match[1])]}"
            yield material.finding("small-number", index, message, severity=Severity.ADVICE)


def _is_name(text: str, number: re.Match[str]) -> bool:
    """Tell whether a number names something: Channel 4, May 5, page 3, 4 July."""
    if text[: number.start()].rstrip()[-1:] in SIGNS:
        return True
    before = WORD_BEFORE.search(text[: number.start()])
    if before and (before[1][0].isupper() or before[1].isdecimal() or before[1].lower() in NUMBERED_THINGS):
        return before[1] != "I"
    return MONTH_AFTER.match(text, number.end()) is not None


def _is_hidden(character: str) -> bool:
    if character in SHOWN_CHARACTERS:
        return False
    category = unicodedata.category(character)
    return (
        category in HIDDEN_CATEGORIES
        or (category == "So" and ord(character) >= 0x2600)
        or 0xFE00 <= ord(character) <= 0xFE0F
    )
