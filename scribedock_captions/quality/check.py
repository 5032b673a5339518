"""What is wrong with captions: each finding with its caption, its rule, and what would be right.

Pure: it looks at captions, and, where they are given, at the ElementList of what was said, the times of shot
changes, and the text of the file.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from statistics import median

from scribedock_captions.caption import Caption
from scribedock_captions.elementlist.model import ElementList
from scribedock_captions.quality import layout as quality_layout
from scribedock_captions.quality import sounds as quality_sounds
from scribedock_captions.quality import source as quality_source
from scribedock_captions.quality import speech as quality_speech
from scribedock_captions.quality import text as quality_text
from scribedock_captions.quality import timing as quality_timing
from scribedock_captions.quality.finding import Finding, Material, Severity
from scribedock_captions.quality.standard import Standard

__all__ = ["RULES", "Finding", "Report", "Rule", "Severity", "check"]


class RuleGroup(StrEnum):
    """What a rule is about."""

    TIMING = "timing"
    LAYOUT = "layout"
    TEXT = "text"
    SPEECH = "speech"
    FILE = "file"


Checker = Callable[[Material], Iterator[Finding]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Rule:
    """A rule: the name by which it is reported, and a sentence that says what it asks for."""

    name: str
    group: RuleGroup
    asks: str


RULES: tuple[Rule, ...] = (
    Rule(name="order", group=RuleGroup.TIMING, asks="Captions begin in the order of the file."),
    Rule(name="overlap", group=RuleGroup.TIMING, asks="No caption begins before the last one has ended."),
    Rule(name="flash", group=RuleGroup.TIMING, asks="A caption is visible for half a second at the least."),
    Rule(name="too-short", group=RuleGroup.TIMING, asks="A caption lasts as long as the standard asks for."),
    Rule(name="too-long", group=RuleGroup.TIMING, asks="A caption does not outstay the standard's limit."),
    Rule(name="reading-speed", group=RuleGroup.TIMING, asks="There is time to read a caption."),
    Rule(name="gap", group=RuleGroup.TIMING, asks="The gap between two captions is none, or wide enough."),
    Rule(name="bridge", group=RuleGroup.TIMING, asks="A gap too short to be noticed is closed."),
    Rule(name="shot-start", group=RuleGroup.TIMING, asks="A caption begins on a shot change, or well away."),
    Rule(
        name="shot-end",
        group=RuleGroup.TIMING,
        asks="A caption ends two frames before a shot change, or away.",
    ),
    Rule(
        name="bandwidth", group=RuleGroup.TIMING, asks="CEA-608 can load a caption before it is to be shown."
    ),
    Rule(name="line-length", group=RuleGroup.LAYOUT, asks="A line has no more characters than allowed."),
    Rule(name="line-count", group=RuleGroup.LAYOUT, asks="A caption has no more lines than allowed."),
    Rule(name="bad-break", group=RuleGroup.LAYOUT, asks="No break tears apart what belongs together."),
    Rule(name="dangling", group=RuleGroup.LAYOUT, asks="The last word of a sentence does not stand alone."),
    Rule(name="empty", group=RuleGroup.TEXT, asks="A caption has text."),
    Rule(
        name="dialogue-hyphen", group=RuleGroup.TEXT, asks="Speakers' hyphens have the space of the language."
    ),
    Rule(name="ellipsis", group=RuleGroup.TEXT, asks="An ellipsis is one character."),
    Rule(name="glyph", group=RuleGroup.TEXT, asks="Every character is one that players can show."),
    Rule(name="small-number", group=RuleGroup.TEXT, asks="One to ten are written in words."),
    Rule(name="first-number", group=RuleGroup.TEXT, asks="A number that begins a sentence is in words."),
    Rule(name="brackets", group=RuleGroup.TEXT, asks="Sounds stand in square brackets."),
    Rule(name="white-space", group=RuleGroup.TEXT, asks="No spaces but one between words."),
    Rule(
        name="italics", group=RuleGroup.FILE, asks="Italics are closed, and only where the language has them."
    ),
    Rule(name="frame-rate", group=RuleGroup.FILE, asks="The frame rate is one that exists."),
    Rule(name="speech-without-caption", group=RuleGroup.SPEECH, asks="All that is said is captioned."),
    Rule(name="caption-without-speech", group=RuleGroup.SPEECH, asks="A caption is shown for something."),
    Rule(name="early", group=RuleGroup.SPEECH, asks="A caption does not begin long before it is said."),
    Rule(name="late", group=RuleGroup.SPEECH, asks="A caption does not begin long after it is said."),
    Rule(name="words", group=RuleGroup.SPEECH, asks="A caption says what was said."),
    Rule(name="unnamed-sound", group=RuleGroup.SPEECH, asks="A sound says what is heard."),
)

CHECKERS: tuple[Checker, ...] = (
    quality_timing.check,
    quality_layout.check,
    quality_text.check,
    quality_source.check,
    quality_speech.check,
    quality_sounds.check,
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Report:
    """All findings in the order of the captions, and figures about the whole."""

    findings: tuple[Finding, ...]
    figures: Mapping[str, float] = field(default_factory=dict)

    @property
    def errors(self) -> int:
        """Count the findings that are errors."""
        return sum(finding.severity is Severity.ERROR for finding in self.findings)

    def counts(self) -> dict[str, int]:
        """Count how often each rule is broken, in the order of RULES; unbroken rules are left out."""
        found = Counter(finding.rule for finding in self.findings)
        return {rule.name: found[rule.name] for rule in RULES if found[rule.name]}


def check(
    captions: Sequence[Caption],
    standard: Standard,
    *,
    language: str = "en",
    elementlist: ElementList | None = None,
    shots: Sequence[int] = (),
    source: str = "",
) -> Report:
    """Find everything that is wrong with the captions.

    shots are the times of shot changes in ms; source is the text of the file that they were read from.
    """
    material = Material(
        captions=tuple(captions),
        standard=standard,
        language=language,
        elementlist=elementlist,
        shots=tuple(sorted(shots)),
        source=source,
    )
    findings = [finding for checker in CHECKERS for finding in checker(material)]
    order = {rule.name: number for number, rule in enumerate(RULES)}
    findings.sort(key=lambda each: (each.start, each.caption, order[each.rule]))
    return Report(findings=tuple(findings), figures=_figures(captions, standard))


def _figures(captions: Sequence[Caption], standard: Standard) -> dict[str, float]:
    if not captions:
        return {"captions": 0}
    speeds = [quality_timing.speed(caption) for caption in captions]
    durations = [caption.end - caption.start for caption in captions]
    lines = [line for caption in captions for line in caption.lines]
    return {
        "captions": len(captions),
        "lines": len(lines),
        "median duration (s)": median(durations) / 1000,
        "median reading speed (characters/s)": round(median(speeds), 1),
        "highest reading speed (characters/s)": round(max(speeds), 1),
        "too fast to read (%)": round(100 * sum(each > standard.speed for each in speeds) / len(speeds), 1),
    }
