"""Each option of captions: what it does to the file, and which values it refuses."""

from __future__ import annotations

import re
from typing import Any

import pytest

from scribedock_captions.elementlist.model import ElementList
from scribedock_captions.errors import UnusableOption
from scribedock_captions.options import (
    CaptionOptions,
    Case,
    FileFormat,
    LineEnding,
    SpeakerDisplay,
    TextOptions,
    TranscriptOptions,
)
from scribedock_captions.rendering import CaptionFormat, render_captions
from tests.captions.sample import ADA, BEN, EFFECTS, NOBODY, SPEAKERS, say, sentence, talk

TIME = re.compile(r"(\d\d):(\d\d):(\d\d)\.(\d{3}) --> (\d\d):(\d\d):(\d\d)\.(\d{3})")


def captions(elementlist: ElementList, **options: Any) -> list[str]:
    """The text of each caption, its lines divided by |."""
    body = render_captions(elementlist, CaptionFormat.TRANSCRIPT, CaptionOptions(**options)).body.decode()
    return [each.replace("\n", "|") for each in body.strip("\n").split("\n\n")]


def spans(elementlist: ElementList, *, media_end: int | None = None, **options: Any) -> list[tuple[int, int]]:
    """When each caption is shown, in ms."""
    rendering = render_captions(
        elementlist, CaptionFormat.WEB_VTT, CaptionOptions(**options), media_end=media_end
    )
    found = []
    for match in TIME.finditer(rendering.body.decode()):
        hours, minutes, seconds, rest, *end = map(int, match.groups())
        start = ((hours * 60 + minutes) * 60 + seconds) * 1000 + rest
        found.append((start, ((end[0] * 60 + end[1]) * 60 + end[2]) * 1000 + end[3]))
    return found


TWO = say("Look at that.", "It is a whale.")
DUO = talk(
    sentence("Look at that.", speaker=ADA, change=True),
    sentence("It is a whale.", 900, speaker=BEN, change=True),
    speakers=SPEAKERS,
)
NOISY = talk(
    sentence("[LAUGH] Look at that.", speaker=ADA, change=True),
    sentence("Hear [MUSIC] it [COUGH] now.", 1200, speaker=ADA),
    speakers=SPEAKERS,
)
KEEP: dict[str, Any] = {"remove_sound_references": False, "display_speaker_id": SpeakerDisplay.NO}


def test_a_caption_never_has_two_sentences() -> None:
    assert captions(TWO) == ["Look at that.", "It is a whale."]


def test_sentences_share_a_caption_where_they_may() -> None:
    assert captions(TWO, caption_by_sentence=False) == ["Look at that. It is a whale."]


def test_a_minimum_of_words_merges_what_no_boundary_divides() -> None:
    slow = say("One two three four five six seven eight.", word_ms=4000)
    plain = captions(slow)
    merged = captions(slow, caption_words_min=4)
    assert min(len(each.split()) for each in plain) < 4
    assert min(len(each.split()) for each in merged) >= 4
    assert captions(TWO, caption_words_min=20) == ["Look at that.", "It is a whale."]


def test_a_longer_target_makes_fewer_captions() -> None:
    text = say(" ".join(f"word{number}" for number in range(40)) + ".", word_ms=500)
    short = captions(text, layout_target_caption_length_ms=1500)
    long = captions(text, layout_target_caption_length_ms=6000)
    assert len(short) > len(long)


def test_no_caption_of_several_words_lasts_longer_than_the_maximum() -> None:
    text = say("one two three four five six seven eight nine ten.", word_ms=500)
    assert max(end - start for start, end in spans(text)) > 1000
    assert all(end - start <= 1000 for start, end in spans(text, maximum_caption_duration=1000))


def test_a_word_longer_than_the_maximum_is_cut_off() -> None:
    assert spans(say("Aaaah.", word_ms=9000), maximum_caption_duration=2000) == [(0, 2000)]


def test_only_a_silence_above_the_limit_divides() -> None:
    paused = talk(sentence("Wait for", 0), sentence("it.", 2600))
    together = {"caption_by_sentence": False}
    assert captions(paused, **together, silence_max_ms=2000) == ["Wait for it."]
    assert captions(paused, **together, silence_max_ms=1999) == ["Wait for", "it."]


@pytest.mark.parametrize(
    "rule",
    [
        {"speaker_on_new_line": True, "single_speaker_per_caption": False},
        {"speaker_on_new_line": False, "single_speaker_per_caption": True},
    ],
)
def test_a_new_speaker_begins_a_caption_by_either_rule(rule: dict[str, bool]) -> None:
    assert captions(DUO, caption_by_sentence=False, **rule) == [
        ">> Ada Lovelace: Look at that.",
        ">> Ben: It is a whale.",
    ]


def test_speakers_who_share_a_caption_have_a_line_each() -> None:
    shared = {"caption_by_sentence": False, "speaker_on_new_line": False}
    assert captions(DUO, **shared) == [">> Ada Lovelace: Look at that.|>> Ben: It is a whale."]
    assert len(captions(DUO, **shared, lines_per_caption=1)) == 2


def test_lines_keep_to_the_width() -> None:
    text = say("The quick brown fox jumps over the lazy dog and runs away.")
    for width in (10, 20, 30, 60):
        lines = "|".join(captions(text, characters_per_caption_line=width)).split("|")
        assert max(map(len, lines)) <= width
    assert captions(text, characters_per_caption_line=60) == [
        "The quick brown fox jumps over the lazy dog and runs away."
    ]


@pytest.mark.parametrize("lines", [1, 2, 3, 5])
def test_captions_keep_to_the_number_of_lines(lines: int) -> None:
    text = say("a quick brown fox jumps over a lazy dog and runs away from it again.", word_ms=50)
    found = captions(
        text,
        characters_per_caption_line=9,
        lines_per_caption=lines,
        layout_target_caption_length_ms=1000,
    )
    assert max(each.count("|") + 1 for each in found) == lines


def test_the_last_word_of_a_sentence_does_not_dangle() -> None:
    text = say("We really ought to remember them.")
    for lines in (1, 2):
        narrow = {"characters_per_caption_line": 5, "lines_per_caption": lines}
        assert captions(text, **narrow)[-1].split("|")[-1] == "them."
        assert captions(text, **narrow, disallow_dangling=True)[-1].split("|")[-1] == "remember them."


def test_each_sentence_of_a_caption_begins_a_line_where_wanted() -> None:
    assert captions(TWO, caption_by_sentence=False, line_break_on_sentence=True) == [
        "Look at that.|It is a whale."
    ]
    assert captions(TWO, line_break_on_sentence=True) == ["Look at that.", "It is a whale."]


@pytest.mark.parametrize(("name", "ending"), [("UNIX", b"\n"), ("WINDOWS", b"\r\n"), ("OSX", b"\r")])
def test_lines_end_as_wanted(name: str, ending: bytes) -> None:
    options = CaptionOptions(line_ending_format=LineEnding(name), characters_per_caption_line=8)
    body = render_captions(TWO, CaptionFormat.SRT, options).body
    assert set(re.findall(rb"[\r\n]+?(?![\r\n])|\r\n|\r|\n", body)) <= {ending, ending * 2}
    assert body.count(ending) == body.replace(b"\r\n", b"\n").replace(b"\r", b"\n").count(b"\n")


def gapped(gap: int) -> ElementList:
    return say("Look at that.", "It is a whale.", gap=gap)


def test_only_gaps_below_the_interval_are_closed() -> None:
    assert spans(gapped(999)) == [(0, 1899), (1899, 3099)]
    assert spans(gapped(1000)) == [(0, 900), (1900, 3100)]
    assert spans(gapped(500), merge_gap_interval=0) == [(0, 900), (1400, 2600)]


def test_short_captions_are_lengthened_first_into_the_gap_then_at_the_cost_of_the_next() -> None:
    assert spans(gapped(1500), minimum_caption_length_ms=2000, media_end=10_000) == [(0, 2400), (2400, 4400)]
    assert spans(gapped(0), minimum_caption_length_ms=2000, media_end=10_000) == [(0, 2000), (2000, 4000)]


def test_lengthening_ends_with_the_media() -> None:
    assert spans(gapped(0), minimum_caption_length_ms=5000, media_end=3000) == [(0, 2999), (2999, 3000)]


def test_a_gap_is_opened_after_gaps_were_closed() -> None:
    assert spans(gapped(0), minimum_gap_between_captions_ms=80) == [(0, 820), (900, 2100)]
    assert spans(gapped(50), minimum_gap_between_captions_ms=80) == [(0, 870), (950, 2150)]


def test_a_caption_shorter_than_the_gap_keeps_half_its_time() -> None:
    assert spans(gapped(0), minimum_gap_between_captions_ms=5000)[0] == (0, 450)


def test_qt_seamless_does_nothing_to_other_formats() -> None:
    assert spans(gapped(1500), qt_seamless=True) == spans(gapped(1500))


@pytest.mark.parametrize(
    ("display", "marker", "expected"),
    [
        ("name", ">>", [">> Ada Lovelace: Look at that.", ">> Ben: It is a whale."]),
        ("number", ">>", [">> Speaker 1: Look at that.", ">> Speaker 2: It is a whale."]),
        ("no", ">>", [">> Look at that.", ">> It is a whale."]),
        ("name", "", ["Ada Lovelace: Look at that.", "Ben: It is a whale."]),
        ("no", "", ["Look at that.", "It is a whale."]),
        ("no", "- ", ["- Look at that.", "- It is a whale."]),
    ],
)
def test_a_new_speaker_is_shown_as_wanted(display: str, marker: str, expected: list[str]) -> None:
    shown = captions(DUO, display_speaker_id=SpeakerDisplay(display), emit_speaker_change_tokens_as=marker)
    assert shown == expected


def test_a_speaker_who_continues_is_not_named_again() -> None:
    again = talk(
        sentence("Look.", speaker=ADA, change=True), sentence("There.", 300, speaker=ADA), speakers=SPEAKERS
    )
    assert captions(again) == [">> Ada Lovelace: Look.", "There."]


def test_a_speaker_without_a_name_has_a_number() -> None:
    anonymous = talk(sentence("Look.", speaker=NOBODY, change=True), speakers=SPEAKERS)
    assert captions(anonymous) == [">> Speaker 3: Look."]


def test_without_a_speaker_there_is_only_the_marker() -> None:
    assert captions(talk(sentence("Look.", change=True))) == [">> Look."]


def test_the_speaker_of_effects_has_its_own_name() -> None:
    effects = talk(
        sentence("[APPLAUSE]", speaker=EFFECTS, change=True),
        sentence("Thank you.", 300, speaker=ADA, change=True),
        speakers=SPEAKERS,
    )
    kept: dict[str, Any] = {"remove_sound_references": False}
    assert captions(effects, **kept)[0] == ">> Effects: [APPLAUSE]"
    assert captions(effects, **kept, display_effects_speaker_as="Sounds")[0] == ">> Sounds: [APPLAUSE]"
    assert captions(effects, **kept, display_effects_speaker_as="")[0] == ">> [APPLAUSE]"
    assert captions(effects, display_effects_speaker_as="Sounds") == [">> Ada Lovelace: Thank you."]


def test_sounds_are_left_out_unless_wanted() -> None:
    assert captions(NOISY, display_speaker_id=SpeakerDisplay.NO) == [">> Look at that.", "Hear it now."]
    assert captions(NOISY, sound_tokens_by_caption=True, display_speaker_id=SpeakerDisplay.NO) == [
        ">> Look at that.",
        "Hear it now.",
    ]


def test_listed_sounds_alone_are_left_out() -> None:
    shown = captions(NOISY, **KEEP, remove_sounds_list=("LAUGH", "MUSIC"))
    assert shown == [">> Look at that.", "Hear it [COUGH] now."]


def test_sounds_stand_between_the_wanted_boundaries() -> None:
    text = " ".join(captions(NOISY, **KEEP, sound_boundaries=("(", ")")))
    assert "(LAUGH)" in text
    assert "[" not in text
    assert "LAUGH Look" in " ".join(captions(NOISY, **KEEP, sound_boundaries=("", "")))


def test_sounds_of_the_list_have_a_caption_of_their_own() -> None:
    assert captions(NOISY, **KEEP) == [">> [LAUGH] Look at that.", "Hear", "[MUSIC]", "it [COUGH] now."]
    assert captions(NOISY, **KEEP, sound_tokens_by_caption_list=("COUGH",), sound_tokens_by_line_list=()) == [
        ">> [LAUGH] Look at that.",
        "Hear [MUSIC] it",
        "[COUGH]",
        "now.",
    ]


def test_every_sound_has_a_caption_of_its_own_where_wanted() -> None:
    shown = captions(NOISY, **KEEP, sound_tokens_by_caption=True, sound_tokens_by_caption_list=())
    assert shown == [">> [LAUGH]", "Look at that.", "Hear", "[MUSIC]", "it", "[COUGH]", "now."]


def test_a_sound_above_the_threshold_has_a_caption_of_its_own() -> None:
    free: dict[str, Any] = {**KEEP, "sound_tokens_by_caption_list": (), "sound_tokens_by_line_list": ()}
    together = ">> [LAUGH] Look at that."
    assert captions(NOISY, **free, sound_threshold=300)[0] == together
    assert captions(NOISY, **free, sound_threshold=299)[0] == ">> [LAUGH]"


def test_sounds_have_a_line_of_their_own_where_wanted() -> None:
    free: dict[str, Any] = {**KEEP, "sound_tokens_by_caption_list": (), "lines_per_caption": 5}
    assert captions(NOISY, **free)[1] == "Hear|[MUSIC]|it [COUGH] now."
    assert captions(NOISY, **free, sound_tokens_by_line_list=("COUGH",))[1] == "Hear [MUSIC] it|[COUGH]|now."
    assert captions(NOISY, **free, sound_tokens_by_line=True)[1] == "Hear|[MUSIC]|it|[COUGH]|now."


def test_square_brackets_vanish_everywhere() -> None:
    shown = captions(NOISY, **KEEP, strip_square_brackets=True, emit_speaker_change_tokens_as="[>>]")
    assert shown[0] == ">> LAUGH Look at that."
    assert captions(NOISY, **KEEP, strip_square_brackets=True, sound_boundaries=("(", ")"))[0] == (
        ">> (LAUGH) Look at that."
    )


def test_case_is_that_of_all_that_is_seen() -> None:
    assert captions(DUO, force_case=Case.UPPER)[0] == ">> ADA LOVELACE: LOOK AT THAT."
    assert captions(DUO, force_case=Case.LOWER)[0] == ">> ada lovelace: look at that."


def test_hesitations_are_left_out_unless_wanted() -> None:
    text = say("Um, it is, uh, a whale.")
    assert captions(text) == ["It is, a whale."]
    assert captions(text, remove_disfluencies=False) == ["Um, it is, uh, a whale."]


def test_a_byte_order_mark_comes_first_where_wanted() -> None:
    for format in (CaptionFormat.SRT, CaptionFormat.WEB_VTT, CaptionFormat.TRANSCRIPT):
        plain = render_captions(TWO, format, CaptionOptions()).body
        assert not plain.startswith(b"\xef\xbb\xbf")
        assert render_captions(TWO, format, CaptionOptions(utf8_mark=True)).body == b"\xef\xbb\xbf" + plain


def test_srt_looks_as_the_template_says() -> None:
    options = CaptionOptions(srt_format="{caption_number:03d}|{end_millisecond}|{caption_text};")
    assert render_captions(TWO, CaptionFormat.SRT, options).body == (
        b"001|900|Look at that.;002|100|It is a whale.;"
    )
    assert render_captions(TWO, CaptionFormat.WEB_VTT, options).body.startswith(b"WEBVTT\n\n00:00")


def test_options_of_dfxp_do_nothing_to_other_formats() -> None:
    options = CaptionOptions(dfxp_header="<head/>", include_dfxp_metadata=False)
    assert render_captions(TWO, CaptionFormat.SRT, options) == render_captions(
        TWO, CaptionFormat.SRT, CaptionOptions()
    )


@pytest.mark.parametrize(
    ("options", "name", "value"),
    [
        *[(CaptionOptions, "caption_words_min", value) for value in (0, -1, 1001)],
        *[(CaptionOptions, "layout_target_caption_length_ms", value) for value in (0, 10**9 + 1)],
        *[(CaptionOptions, "maximum_caption_duration", value) for value in (0, -5, 10**9 + 1)],
        *[(CaptionOptions, "silence_max_ms", value) for value in (-1, 10**9 + 1)],
        *[(CaptionOptions, "characters_per_caption_line", value) for value in (0, 1001)],
        *[(CaptionOptions, "lines_per_caption", value) for value in (0, 101)],
        *[(CaptionOptions, "merge_gap_interval", value) for value in (-1, 10**9 + 1)],
        *[(CaptionOptions, "minimum_caption_length_ms", value) for value in (0, 10**9 + 1)],
        *[(CaptionOptions, "minimum_gap_between_captions_ms", value) for value in (-1, 10**9 + 1)],
        *[(CaptionOptions, "sound_threshold", value) for value in (-1, 10**9 + 1)],
        (CaptionOptions, "emit_speaker_change_tokens_as", "x" * 201),
        (CaptionOptions, "display_effects_speaker_as", "x" * 201),
        (CaptionOptions, "remove_sounds_list", ("DRUMS",)),
        (CaptionOptions, "remove_sounds_list", ("ENDS_SENTENCE",)),
        (CaptionOptions, "sound_tokens_by_caption_list", ("music",)),
        (CaptionOptions, "sound_tokens_by_line_list", ("",)),
        (CaptionOptions, "sound_boundaries", ("x" * 17, "]")),
        (CaptionOptions, "sound_boundaries", ("[",)),
        (CaptionOptions, "dfxp_header", "x" * 65_537),
        (CaptionOptions, "srt_format", "x" * 2001),
        (CaptionOptions, "srt_format", "{name}"),
        *[(TranscriptOptions, "newlines_after_paragraph", value) for value in (-1, 21)],
        *[(TranscriptOptions, "newlines_after_sentence", value) for value in (-1, 21)],
        *[(TranscriptOptions, "timecode_interval", value) for value in (-1, 10**9 + 1)],
        *[(TranscriptOptions, "timecode_offset", value) for value in (-(10**9) - 1, 10**9 + 1)],
        (TranscriptOptions, "timecode_format", "x" * 201),
        (TranscriptOptions, "file_format", FileFormat.PDF),
        (TranscriptOptions, "sound_boundaries", ("[", "]", "!")),
    ],
)
def test_a_value_out_of_range_is_refused_by_its_name(
    options: type[TextOptions], name: str, value: object
) -> None:
    with pytest.raises(UnusableOption) as refused:
        options(**{name: value})
    assert str(refused.value).startswith(f"{name}: ")


def test_a_maximum_below_the_minimum_is_refused() -> None:
    with pytest.raises(UnusableOption, match="maximum_caption_duration: 900 is less than minimum_caption"):
        CaptionOptions(maximum_caption_duration=900, minimum_caption_length_ms=1000)
    CaptionOptions(maximum_caption_duration=1000, minimum_caption_length_ms=1000)
