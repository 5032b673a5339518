"""Each rule of the quality report: what it finds, and what it lets pass."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings

from scribedock_captions.caption import Caption
from scribedock_captions.elementlist.model import ElementList
from scribedock_captions.layout.layout import lay_out
from scribedock_captions.layout.timing import assign_times
from scribedock_captions.options import CaptionOptions
from scribedock_captions.presets import PRESETS, Preset
from scribedock_captions.quality.check import RULES, Severity, check
from scribedock_captions.quality.standard import STANDARDS, standard_for
from scribedock_captions.text.words import words_of
from tests.captions.elementlists import elementlists
from tests.captions.sample import SAMPLE, say

NETFLIX = STANDARDS["netflix"]


def caption(start: int, end: int, *lines: str) -> Caption:
    return Caption(lines=lines or ("A ship has come.",), start=start, end=end)


def found(*captions: Caption, standard: str = "netflix", language: str = "en", **more: Any) -> list[str]:
    """The rules that are broken, in the order of the captions."""
    report = check(captions, standard_for(standard, language), language=language, **more)
    return [finding.rule for finding in report.findings]


def text(*lines: str, **more: Any) -> list[str]:
    """What is found in one caption that lasts long enough to be read."""
    return found(caption(0, 6000, *lines), **more)


def test_good_captions_have_no_findings() -> None:
    assert found(caption(0, 2000), caption(2083, 4000, "Nobody saw it,", "and nobody cared.")) == []


@pytest.mark.parametrize(
    ("second", "rules"),
    [
        ((900, 2900), ["order"]),
        ((1900, 4000), ["overlap"]),
        ((2040, 4000), ["gap"]),
        ((2083, 4000), []),
        ((2300, 4000), ["bridge"]),
        ((2500, 4500), []),
    ],
)
def test_captions_are_in_order_and_apart(second: tuple[int, int], rules: list[str]) -> None:
    assert found(caption(1000, 2000, "A ship."), caption(*second)) == rules


@pytest.mark.parametrize(
    ("duration", "rules"),
    [
        (499, ["flash"]),
        (500, ["too-short"]),
        (832, ["too-short"]),
        (833, []),
        (7000, []),
        (7001, ["too-long"]),
    ],
)
def test_a_caption_lasts_neither_too_short_nor_too_long(duration: int, rules: list[str]) -> None:
    assert found(caption(0, duration, "Oh.")) == rules


def test_a_caption_can_be_read_in_time() -> None:
    assert found(caption(0, 1000, "x" * 17)) == []
    assert found(caption(0, 1000, "x" * 18)) == ["reading-speed"]
    assert found(caption(0, 1000, "字" * 9), language="zh-cmn") == []
    assert found(caption(0, 1000, "字" * 10), language="zh-cmn") == ["reading-speed"]


def test_shot_changes_are_where_captions_begin_and_end() -> None:
    assert found(caption(1000, 3000), shots=[1000, 3083]) == []
    assert found(caption(1200, 3000), shots=[1000]) == ["shot-start"]
    assert found(caption(1000, 3000), shots=[3000]) == ["shot-end"]
    assert found(caption(1000, 3000), shots=[2000, 5000]) == []


def test_cea_608_can_load_two_bytes_a_frame() -> None:
    quick = [caption(at, at + 500, "x" * 32, "x" * 32) for at in range(2000, 6000, 500)]
    assert "bandwidth" in found(*quick, standard="scc")
    slow = [caption(at, at + 3000, "x" * 32) for at in range(2000, 14000, 3000)]
    assert "bandwidth" not in found(*slow, standard="scc")
    assert "bandwidth" not in found(*quick, standard="netflix")


def test_lines_are_neither_too_long_nor_too_many() -> None:
    assert text("x" * 42) == []
    assert text("x" * 43) == ["line-length"]
    assert text("👩‍👩‍👧" * 3 + "cafe\u0301") == ["glyph", "glyph"]
    assert text("one thing", "leads", "somewhere") == ["line-count"]


@pytest.mark.parametrize(
    ("lines", "rules"),
    [
        (("They looked at the", "whale."), ["bad-break"]),
        (("They looked", "at the whale."), []),
        (("I met Grace", "Hopper there."), ["bad-break"]),
        (("They looked at whales", "slowly."), ["dangling"]),
        (("-Who is the", "-Nobody."), []),
    ],
)
def test_lines_break_where_they_may(lines: tuple[str, ...], rules: list[str]) -> None:
    assert text(*lines) == rules


def test_captions_break_where_they_may() -> None:
    assert found(caption(0, 2000, "This is the"), caption(2083, 4000, "house that she built.")) == [
        "bad-break"
    ]
    assert found(caption(0, 2000, "This is the"), caption(9000, 12000, "house that she built.")) == []


@pytest.mark.parametrize(
    ("line", "language", "rules"),
    [
        ("", "en", ["empty"]),
        ("Well... no.", "en", ["ellipsis"]),
        ("Well… no.", "en", []),
        ("Well.. no.", "en", ["ellipsis"]),
        ("A bell\u0007.", "en", ["glyph"]),
        ("A ship 🚢.", "en", ["glyph"]),
        ("♪ La la ♪", "en", []),
        ("I saw 3 ships.", "en", ["small-number"]),
        ("I saw 10 ships.", "en", ["small-number"]),
        ("I saw 11 ships at 3:30 and 2.5 whales.", "en", []),
        ("Yo vi 3 barcos.", "es", []),
        ("42 ships came.", "en", ["first-number"]),
        ("They came. 42 ships!", "en", ["first-number"]),
        ("(DOOR SLAMS)", "en", ["brackets"]),
        ("[door slams]", "en", []),
        ("Two  spaces.", "en", ["white-space"]),
        (" A space before.", "en", ["white-space"]),
        ("Quoi ?", "en", ["white-space"]),
        ("Quoi ?", "fr", []),
    ],
)
def test_text_is_written_as_the_guide_asks(line: str, language: str, rules: list[str]) -> None:
    assert text(line, language=language) == rules


@pytest.mark.parametrize(
    "line",
    [
        *(
            "3-D glasses for all.",
            "Go to 7-Eleven.",
            "7-Eleven is open.",
            "It was May 5.",
            "On 4 July, maybe.",
        ),
        *("Turn on Channel 4.", "Look at page 3.", "911 is the number.", "1984 was good.", "2Pac sang."),
        *(
            "Type www.a..b into it.",
            "See ../notes/3 there.",
            "A 3–2 win.",
            "Wait 5 km.",
            "It takes 5 million.",
        ),
        *(
            "12 Monkeys is a film.",
            "Dial 5 5 5.",
            "Run version 2 now.",
            "A 2 × 4 board.",
            "Meet at 5 o'clock.",
        ),
    ],
)
def test_names_and_addresses_are_neither_numbers_nor_ellipses(line: str) -> None:
    assert text(line) == []


@pytest.mark.parametrize(
    ("line", "rule"),
    [
        *(("I have 3 cats.", "small-number"), ("I 3 times called.", "small-number")),
        *(("25 people came.", "first-number"), ("Well..so it is.", "ellipsis"), ("Oh... well.", "ellipsis")),
    ],
)
def test_other_numbers_and_dots_are_advised_against(line: str, rule: str) -> None:
    assert text(line) == [rule]


def test_speakers_hyphens_have_the_space_of_the_language() -> None:
    assert text("-Who?", "-Me.") == []
    assert text("- Who?", "- Me.") == ["dialogue-hyphen"] * 2
    assert text("- Qui ?", "- Moi.", language="fr") == []
    assert text("- Who?", "- Me.", standard="bbc") == []


@pytest.mark.parametrize(
    ("source", "language", "rules"),
    [
        ("1\n00:00:00,000 --> 00:00:06,000\n<i>So.</i>\n", "en", []),
        ("1\n00:00:00,000 --> 00:00:06,000\n<i>So.\n", "en", ["italics"]),
        ("1\n00:00:00,000 --> 00:00:06,000\n<i>So.", "en", ["italics"]),
        ("1\n00:00:00,000 --> 00:00:06,000\n<b>So.\n", "en", ["italics"]),
        ("1\n00:00:00,000 --> 00:00:06,000\n<i><b>So.</b></i>", "en", []),
        ("1\n00:00:00,000 --> 00:00:06,000\n<i>So.\n\n", "en", ["italics"]),
        ("1\n00:00:00,000 --> 00:00:06,000\n<i>So.</i>\n", "ko", ["italics"]),
        ("1\n00:00:00,000 --> 00:00:06,000\nSo  it is. \n", "en", ["white-space"]),
        ('<tt xmlns:ttp="urn:x" ttp:frameRate="24" xml:lang="en">', "en", []),
        ('<tt ttp:frameRate="30" ttp:frameRateMultiplier="1000 1001">', "en", []),
        ('<tt ttp:frameRate="24" ttp:frameRateMultiplier="1000 1001">', "en", []),
        ('<tt ttp:frameRate="26">', "en", ["frame-rate"]),
    ],
)
def test_the_file_itself_is_checked(source: str, language: str, rules: list[str]) -> None:
    assert text("So it is.", language=language, source=source) == rules


SPOKEN = say("We waited on the pier for an hour.", "Nobody came to meet us there.", gap=3000)


def spoken(*captions: Caption, elementlist: ElementList = SPOKEN) -> list[str]:
    return found(*captions, elementlist=elementlist)


FIRST = caption(0, 2400, "We waited on the pier", "for an hour.")
SECOND = caption(5400, 7200, "Nobody came to meet us there.")


def test_all_speech_has_captions_and_all_captions_have_speech() -> None:
    assert spoken(FIRST, SECOND) == []
    assert spoken(FIRST) == ["speech-without-caption"]
    assert spoken(FIRST, caption(2800, 5000, "They say nothing now."), SECOND) == [
        "bridge",
        "caption-without-speech",
        "bridge",
    ]
    assert spoken() == ["speech-without-caption"] * 2


def test_captions_are_shown_when_their_words_are_said() -> None:
    assert spoken(FIRST, replace(SECOND, start=4800)) == ["early"]
    assert spoken(FIRST, replace(SECOND, start=5990, end=8000)) == ["late"]
    assert spoken(FIRST, replace(SECOND, start=5000)) == []


def test_captions_say_what_was_said() -> None:
    assert spoken(FIRST, replace(SECOND, lines=("Somebody else wrote this line.",))) == ["words"]


def test_a_sound_says_what_is_heard() -> None:
    assert found(caption(0, 2000, "[sound]")) == ["unnamed-sound"]
    assert found(caption(0, 2000, "[door slams]")) == []


def test_the_speakers_name_is_not_said() -> None:
    assert spoken(FIRST, replace(SECOND, end=8000, lines=(">> Ada: Nobody came", "to meet us there."))) == []


def test_every_rule_is_tested_here() -> None:
    """The rules that these tests name, against the list of rules."""
    from pathlib import Path

    written = Path(__file__).read_text()
    assert [rule.name for rule in RULES if f'"{rule.name}"' not in written] == []
    assert len({rule.name for rule in RULES}) == len(RULES) >= 20


def test_a_report_counts_errors_and_advice() -> None:
    report = check([caption(0, 300, "This is the"), caption(300, 5000, "house.")], NETFLIX)
    assert report.errors == sum(each.severity is Severity.ERROR for each in report.findings) > 0
    assert report.counts() == {"flash": 1, "reading-speed": 1, "gap": 1, "bad-break": 1}
    assert report.figures["captions"] == 2
    assert report.figures["median duration (s)"] == 2.5
    assert check([], NETFLIX).findings == ()


@pytest.mark.parametrize("preset", list(Preset))
def test_captions_made_with_a_preset_keep_its_hard_limits(preset: Preset) -> None:
    options = PRESETS[preset]
    captions = assign_times(lay_out(words_of(SAMPLE, options), options), options, media_end=SAMPLE.end_time)
    rules = {each.rule for each in check(captions, standard_for(preset, "en")).findings}
    assert not rules & {"order", "overlap", "line-count", "too-long", "empty"}


@settings(max_examples=150, deadline=None)
@given(elementlists())
def test_any_captions_can_be_checked_against_any_list(elementlist: ElementList) -> None:
    options = CaptionOptions()
    captions = lay_out(words_of(elementlist, options), options, elementlist.language)
    for name in STANDARDS:
        report = check(
            captions,
            standard_for(name, elementlist.language),
            language=elementlist.language,
            elementlist=elementlist,
            shots=[0, 900],
        )
        assert sum(report.counts().values()) == len(report.findings)
