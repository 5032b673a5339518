"""The quality report: a rule finds what breaks it, and nothing else."""

from __future__ import annotations

import pytest

from scribedock.captions.caption import Caption
from scribedock.captions.layout import lay_out
from scribedock.captions.presets import PRESETS, Preset
from scribedock.captions.quality import RULES, Severity, check
from scribedock.captions.quality_standard import standard_for
from scribedock.captions.timing import time
from scribedock.captions.words import words_of
from tests.unit.captions.sample import say

GOOD = Caption(lines=("The ships have come home.",), start=1_000, end=3_000)


def caption(text: str, start: int = 1_000, end: int = 3_000) -> Caption:
    return Caption(lines=tuple(text.split("\n")), start=start, end=end)


def broken(*captions: Caption, preset: str = "netflix", **what: object) -> dict[str, int]:
    return check(captions, standard_for(preset, "en"), **what).counts()  # type: ignore[arg-type]


def test_good_captions_break_no_rule() -> None:
    assert broken(GOOD, caption("They are full of grain.", 3_083, 5_000)) == {}


@pytest.mark.parametrize(
    ("rule", "captions"),
    [
        ("overlap", (GOOD, caption("They are full of grain.", 2_500, 5_000))),
        ("order", (caption("They are full of grain.", 4_000, 6_000), GOOD)),
        ("flash", (caption("Yes.", 1_000, 1_200),)),
        ("too-short", (caption("Yes.", 1_000, 1_700),)),
        ("too-long", (caption("Yes, they have come home.", 1_000, 9_000),)),
        ("reading-speed", (caption("All of the ships have come back home.", 1_000, 2_000),)),
        ("gap", (GOOD, caption("They are full of grain.", 3_040, 5_000))),
        ("bridge", (GOOD, caption("They are full of grain.", 3_300, 5_000))),
        ("line-length", (caption("x" * 43, 1_000, 5_000),)),
        ("line-count", (caption("One\ntwo\nthree.", 1_000, 5_000),)),
        ("bad-break", (caption("They come and they go to the\nharbour.", 1_000, 5_000),)),
        ("empty", (caption(" ", 1_000, 3_000),)),
        ("ellipsis", (caption("Well... yes.", 1_000, 3_000),)),
        ("small-number", (caption("There are 3 of them.", 1_000, 3_000),)),
        ("first-number", (caption("25 of them came.", 1_000, 3_000),)),
        ("white-space", (caption("They  came home.", 1_000, 3_000),)),
    ],
)
def test_each_rule_finds_what_breaks_it(rule: str, captions: tuple[Caption, ...]) -> None:
    assert rule in broken(*captions)


def test_shot_changes_are_looked_at_where_they_are_known() -> None:
    assert "shot-start" in broken(GOOD, shots=[1_200])
    assert "shot-end" in broken(GOOD, shots=[2_900])
    assert broken(GOOD, shots=[1_000]) == {}


def test_captions_are_held_against_what_was_said() -> None:
    said = say("The ships have come home.", "They are full of grain.")
    end = said.segments[0].end_time
    everything = [
        Caption(lines=("The ships have come home.",), start=0, end=end),
        Caption(lines=("They are full of grain.",), start=end, end=said.end_time),
    ]
    speech = {rule.name for rule in RULES if rule.group == "speech"}
    assert not speech & broken(*everything, elementlist=said).keys()
    assert "speech-without-caption" in broken(everything[0], elementlist=said)
    late = caption("Something else entirely.", said.end_time + 5_000, said.end_time + 8_000)
    assert "caption-without-speech" in broken(*everything, late, elementlist=said)


def test_a_finding_names_its_caption_its_rule_and_what_would_be_right() -> None:
    report = check([caption("x" * 50, 1_000, 6_000)], standard_for("bbc", "en"))
    [finding] = [each for each in report.findings if each.rule == "line-length"]
    assert (finding.caption, finding.start, finding.severity) == (1, 1_000, Severity.ERROR)
    assert "50" in finding.message
    assert "37" in finding.message


def test_every_rule_has_a_name_of_its_own_and_there_are_more_than_eighteen() -> None:
    assert len({rule.name for rule in RULES}) == len(RULES) > 18


@pytest.mark.parametrize("preset", list(Preset))
def test_our_own_captions_keep_the_hard_limits_of_each_preset(preset: Preset) -> None:
    said = say(
        "Tonight we talk about the ships that carry grain over the sea, and about the people who load "
        "them when it is dark and cold.",
        "Nobody knows how many there are, because nobody ever asked them, and they do not talk much.",
    )
    options = PRESETS[preset]
    captions = time(
        lay_out(words_of(said, options), options, said.language), options, media_end=said.end_time + 5_000
    )
    found = check(captions, standard_for(preset.value, "en"), elementlist=said).counts()
    hard = {"order", "overlap", "flash", "line-length", "line-count", "empty", "gap", "too-long"}
    assert not hard & found.keys(), found
