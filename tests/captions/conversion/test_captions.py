"""Captions of a file that overlap, in formats that can show two at once and in others."""

from __future__ import annotations

from dataclasses import replace

import pytest

from scribedock_captions import CaptionFormat, CaptionOptions, CueFile, lay_out, read, render
from scribedock_captions.caption import Caption
from scribedock_captions.conversion.captions import separated
from scribedock_captions.errors import CaptionsError
from scribedock_captions.options import KEEP_ALL
from scribedock_captions.placement import placement_at

Shown = list[tuple[int, int, str]]


def caption(start: int, end: int, text: str) -> Caption:
    return Caption(lines=tuple(text.split("|")), start=start, end=end)


def apart(*captions: Caption) -> Shown:
    return [(each.start, each.end, "|".join(each.lines)) for each in separated(captions)]


def file(text: str) -> CueFile:
    found = read(text.encode())
    assert isinstance(found, CueFile)
    return found


def converted(text: str, format: CaptionFormat, **options: bool) -> str:
    return render(lay_out(file(text), format=format, anew=False, **options), format).body.decode()


def test_captions_shown_at_the_same_time_become_one() -> None:
    assert apart(caption(0, 2000, "Ready?"), caption(0, 2000, "No.")) == [(0, 2000, "Ready?|No.")]


def test_a_long_caption_stays_while_shorter_ones_come_and_go() -> None:
    assert apart(caption(0, 9000, "♪ La ♪"), caption(2000, 4000, "What?"), caption(4000, 5000, "That.")) == [
        *((0, 2000, "♪ La ♪"), (2000, 4000, "♪ La ♪|What?")),
        *((4000, 5000, "♪ La ♪|That."), (5000, 9000, "♪ La ♪")),
    ]


def test_an_overlap_of_a_few_frames_is_ignored() -> None:
    assert apart(caption(0, 2040, "One."), caption(2000, 4000, "Two.")) == [
        *((0, 2000, "One."), (2000, 4000, "Two.")),
    ]


def test_captions_that_begin_and_end_a_few_frames_apart_are_shown_together() -> None:
    assert apart(caption(0, 3000, "One."), caption(100, 3100, "Two.")) == [(0, 3100, "One.|Two.")]


def test_a_short_gap_beside_a_long_caption_is_not_a_flash() -> None:
    assert apart(caption(0, 9000, "Long."), caption(2000, 4000, "A"), caption(4083, 6000, "B")) == [
        *((0, 2000, "Long."), (2000, 4083, "Long.|A"), (4083, 6000, "Long.|B")),
        (6000, 9000, "Long."),
    ]


def test_a_line_that_is_shown_already_is_not_repeated() -> None:
    assert apart(caption(0, 3000, "One."), caption(2000, 5000, "One.|Two.")) == [
        *((0, 2000, "One."), (2000, 5000, "One.|Two.")),
    ]


def test_a_thousand_captions_at_once_end_in_bounded_time() -> None:
    many = [caption(number, 10**7, f"N{number}") for number in range(0, 300_000, 300)]
    found = separated(many)
    assert len(found) == 1000
    assert max(len(each.lines) for each in found) <= 13


SONG = (
    "1\n00:00:01,000 --> 00:00:09,000\n♪ La ♪\n\n"
    "2\n00:00:03,000 --> 00:00:05,000\n{\\an8}<i>What is</i>\nthat?\n"
)


def test_captions_overlap_where_the_format_can_show_it() -> None:
    assert converted(SONG, CaptionFormat.WEB_VTT) == (
        "WEBVTT\n\n00:00:01.000 --> 00:00:09.000\n♪ La ♪\n\n"
        "00:00:03.000 --> 00:00:05.000 line:0\n<i>What is</i>\nthat?\n"
    )
    assert converted(SONG, CaptionFormat.TRANSCRIPT) == "♪ La ♪\n\nWhat is\nthat?\n"
    assert converted(SONG, CaptionFormat.SBV).count("♪ La ♪") == 3


def test_styles_and_places_are_written_where_the_format_has_them() -> None:
    dfxp = converted(SONG, CaptionFormat.DFXP)
    assert '<span tts:fontStyle="italic">What is</span><br/>that?</p>' in dfxp
    assert 'xml:id="top"' in dfxp and 'region="top"' in dfxp
    again = read(dfxp.encode())
    assert isinstance(again, CueFile)
    assert [each.placement and each.placement.vertical.value for each in again.cues] == [None, "top"]
    right = converted("00:01,0 --> 00:02,0\n{\\an9}Hi.\n", CaptionFormat.DFXP)
    assert read(right.encode()).cues[0].placement == placement_at(9)  # type: ignore[union-attr]
    alone = "1\n00:00:03,000 --> 00:00:05,000\n{\\an8}<i>What is</i>\nthat?\n\n"
    assert converted(alone, CaptionFormat.SRT) == alone


@pytest.mark.parametrize("format", [CaptionFormat.SBV, CaptionFormat.QT, CaptionFormat.SAMI])
def test_what_a_format_cannot_show_is_reported(format: CaptionFormat) -> None:
    losses = lay_out(file(SONG), format=format, anew=False).losses
    assert [loss.partition(" has no ")[2].partition(":")[0] for loss in losses] == [
        *("places", "italics, bold or underline")
    ]


def test_places_of_webvtt_never_become_overrides_in_srt() -> None:
    vtt = "WEBVTT\n\n00:03.000 --> 00:05.000 line:0\nUp.\n"
    document = lay_out(file(vtt), format=CaptionFormat.SRT, anew=False)
    assert "an8" not in render(document, CaptionFormat.SRT).body.decode()
    assert document.losses == ("SRT has no places: 1 caption is shown at the bottom",)
    assert converted(vtt, CaptionFormat.WEB_VTT) == "WEBVTT\n\n00:00:03.000 --> 00:00:05.000 line:0\nUp.\n"


def test_voices_stay_voices_in_webvtt_and_names_elsewhere() -> None:
    vtt = "WEBVTT\n\n00:03.000 --> 00:05.000\n<v Ada>Hi.\nYou.</v>\n<v Ben>Oh.</v>\n"
    assert "<v Ada>Hi.\nYou.</v>\n<v Ben>Oh." in converted(vtt, CaptionFormat.WEB_VTT)
    assert ">> Ada: Hi.\nYou.\n>> Ben: Oh." in converted(vtt, CaptionFormat.SRT)


def test_lines_are_rebroken_within_each_caption() -> None:
    srt = (
        "00:00:01,000 --> 00:00:04,000\n<i>The ship</i> has come\n\n00:00:04,500 --> 00:00:06,000\n[MUSIC]\n"
    )
    narrow = CaptionOptions(characters_per_caption_line=10, remove_sound_references=False)
    document = lay_out(file(srt), narrow, format=CaptionFormat.WEB_VTT, anew=False, rebreak=True)
    assert [(each.start, each.end, each.lines) for each in document.captions] == [
        *((1000, 4000, ("The ship", "has come")), (4500, 6000, ("[MUSIC]",))),
    ]
    assert [str(span.style) for span in document.captions[0].spans[0]] == ["italic"]


def test_a_caption_without_room_becomes_several_in_its_time() -> None:
    srt = "1\n00:00:01,000 --> 00:00:09,000\nThe ship has come into the harbour with grain and with wine.\n"
    narrow = CaptionOptions(characters_per_caption_line=16)
    found = lay_out(file(srt), narrow, anew=False, rebreak=True).captions
    assert len(found) > 1
    assert (found[0].start, found[-1].end) == (1000, 9000)
    assert all(len(line) <= 16 for each in found for line in each.lines)


def test_what_two_people_say_stays_on_two_lines() -> None:
    srt = "1\n00:00:01,000 --> 00:00:03,000\n- Ready?\n- No.\n"
    [found] = lay_out(file(srt), KEEP_ALL, anew=False, rebreak=True).captions
    assert found.lines == ("- Ready?", "- No.")


WRITTEN_WITHOUT_SPACES = {
    "昨日は雨が降りました。明日は晴れるでしょう、と先生が言いました。": 10,
    "昨天下雨了。老师说,明天会是晴天,我们可以去公园散步。": 9,
    "เมื่อวานฝนตกหนักมากแต่พรุ่งนี้อากาศจะดีขึ้นอย่างแน่นอน": 20,
    "ສະບາຍດີທຸກຄົນມື້ນີ້ອາກາດດີຫຼາຍ": 8,
}


@pytest.mark.parametrize(("text", "width"), WRITTEN_WITHOUT_SPACES.items())
@pytest.mark.parametrize("anew", [True, False])
def test_text_without_spaces_is_broken_to_the_width_whatever_its_declared_language(
    text: str, width: int, anew: bool
) -> None:
    from scribedock_captions.text.graphemes import width as measured

    options = CaptionOptions(characters_per_caption_line=width)
    source = file(f"1\n00:00:00,000 --> 00:00:20,000\n{text}\n")
    captions = lay_out(source, options, anew=anew, rebreak=True).captions
    lines = [line for each in captions for line in each.lines]
    assert "".join(lines) == text
    assert all(measured(line) <= width for line in lines)
    assert not any(line[0] in "。、,，." for line in lines)


def test_nothing_of_a_file_is_left_out_unless_an_option_asks() -> None:
    srt = "1\n00:00:01,000 --> 00:00:04,000\n[laugh] Um, er kam.\n"
    assert lay_out(file(srt)).captions[0].lines == ("[laugh] Um, er kam.",)
    asked = CaptionOptions()
    assert lay_out(file(srt), asked).captions[0].lines == ("Um, er kam.",)
    assert lay_out(file(srt), asked, language="en").captions[0].lines == ("Kam.",)


def test_a_text_is_always_laid_out() -> None:
    text = "A sentence of more than forty-two characters has to be broken somewhere, and here it is."
    captions = lay_out(file(text), anew=False).captions
    assert all(len(line) <= 42 for each in captions for line in each.lines)


def test_a_file_converted_to_scc_has_four_rows_at_most() -> None:
    line = "A line of more than thirty-two characters needs two rows"
    srt = f"1\n00:00:02,000 --> 00:00:09,000\n{line}\n{line}\n{line}\n"
    again = read(converted(srt, CaptionFormat.SCC).encode())
    assert isinstance(again, CueFile)
    assert [len(cue.lines) for cue in again.cues] == [3, 3]
    with pytest.raises(CaptionsError, match=r"^SCC: a caption ends after 30\.0 hours"):
        converted("1\n30:00:00,000 --> 30:00:02,000\nLate.\n", CaptionFormat.SCC)


def test_each_voice_keeps_its_name_where_lines_are_rebroken() -> None:
    vtt = "WEBVTT\n\n00:01.000 --> 00:05.000\n<v Ada>Where were you all day long?</v> <v Ben>At home.\n"
    narrow = CaptionOptions(characters_per_caption_line=16)
    document = lay_out(file(vtt), narrow, format=CaptionFormat.WEB_VTT, anew=False, rebreak=True)
    assert [set(each.voices) for each in document.captions] == [{"Ada"}, {"Ben"}]
    wide = replace(KEEP_ALL, lines_per_caption=3)
    [both] = lay_out(file(vtt), wide, format=CaptionFormat.WEB_VTT, anew=False, rebreak=True).captions
    assert both.voices == ("Ada", "Ben")


BELLS = (
    "1\n00:00:01,000 --> 00:00:20,000\n♪ Bells ♪\n\n2\n00:00:03,000 --> 00:00:05,000\nHear them?\n\n"
    "3\n00:00:12,000 --> 00:00:14,000\nI do.\n\n4\n00:00:22,000 --> 00:00:24,000\nGood.\n"
)


def test_what_lasts_under_other_captions_is_shown_again_where_all_are_laid_out_anew() -> None:
    found = [(each.start, each.end, "|".join(each.lines)) for each in lay_out(file(BELLS)).captions]
    assert found[-4:] == [
        *((5000, 12_000, "♪ Bells ♪"), (12_000, 14_000, "I do.")),
        *((14_000, 20_000, "♪ Bells ♪"), (22_000, 24_000, "Good.")),
    ]
    short = lay_out(file(BELLS), replace(KEEP_ALL, maximum_caption_duration=3000)).captions
    assert [each.end for each in short][-4:-2] == [8000, 14_000]
    said = lay_out(file(BELLS), format=CaptionFormat.TRANSCRIPT).captions
    assert " ".join(line for each in said for line in each.lines).count("Bells") == 1


def test_places_of_captions_that_are_joined_are_reported() -> None:
    srt = "1\n00:00:01,000 --> 00:00:03,000\n{\\an8}Up.\n\n2\n00:00:01,000 --> 00:00:03,000\nDown.\n"
    assert lay_out(file(srt), format=CaptionFormat.SRT, anew=False).losses == (
        "SRT joins what is shown at once: 1 caption is shown in the place of others",
    )
    assert lay_out(file(srt), format=CaptionFormat.WEB_VTT, anew=False).losses == ()


def test_captions_that_begin_together_are_one_where_there_is_room_for_it() -> None:
    both = "00:00:01,000 --> 00:00:03,000\n- Coffee?\n\n00:00:01,000 --> 00:00:03,000\n- Tea, please.\n\n"
    source = file(f"{both}00:00:03,500 --> 00:00:05,000\nHere it is.\n")
    shown = [(each.start, each.end, each.lines) for each in lay_out(source).captions]
    assert shown == [
        (1000, 3500, ("- Coffee?", "- Tea, please.")),
        (3500, 5000, ("Here it is.",)),
    ]
    single = lay_out(source, replace(KEEP_ALL, lines_per_caption=1)).captions
    assert [each.lines for each in single] == [("- Coffee?",), ("- Tea, please.",), ("Here it is.",)]


def test_captions_of_two_places_keep_theirs_where_all_are_laid_out_anew() -> None:
    srt = (
        "1\n00:00:01,000 --> 00:00:03,000\n{\\an8}Up it is.\n\n2\n00:00:01,000 --> 00:00:03,000\nDown here.\n"
    )
    captions = lay_out(file(srt), format=CaptionFormat.WEB_VTT).captions
    assert [(each.lines, each.placement) for each in captions] == [
        *((("Up it is.",), placement_at(8)), (("Down here.",), None)),
    ]
