from __future__ import annotations

import pytest

from scribedock_captions.document import CaptionDocument
from scribedock_captions.errors import UnreadableFile
from scribedock_captions.options import CaptionOptions
from scribedock_captions.placement import Horizontal, Placement, Vertical
from scribedock_captions.readers.cue import Line
from scribedock_captions.readers.ttml import dfxp
from scribedock_captions.readers.ttml.times import Rates
from scribedock_captions.rendering import CaptionFormat, captions_of, render_captions
from tests.captions.sample import SAMPLE

TTML = "http://www.w3.org/ns/ttml"
Shown = list[tuple[int | None, int | None, str]]


def document(body: str, *, space: str = TTML, head: str = "", **parameters: str) -> str:
    given = "".join(f' ttp:{name}="{value}"' for name, value in parameters.items())
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<tt xmlns="{space}" xmlns:ttp="{space}#parameter" '
        f'xmlns:ttm="{space}#metadata" xml:lang="fr-CA"{given}><head>{head}</head><body>{body}</body></tt>'
    )


def read(text: str) -> Shown:
    return [(cue.start, cue.end, "|".join(line.text for line in cue.lines)) for cue in dfxp.read(text).cues]


def lines(body: str, head: str = "") -> list[Line]:
    return [line for cue in dfxp.read(document(body, head=head)).cues for line in cue.lines]


@pytest.mark.parametrize("format", [CaptionFormat.DFXP, CaptionFormat.ECHO, CaptionFormat.TPM])
def test_written_files_are_read_back(format: CaptionFormat) -> None:
    options = CaptionOptions(remove_sound_references=False)
    source: CaptionDocument = captions_of(SAMPLE, format, options)
    written = render_captions(SAMPLE, format, options).body.decode()
    assert read(written) == [(each.start, each.end, "|".join(each.lines)) for each in source.captions]


@pytest.mark.parametrize(
    "space", [TTML, "http://www.w3.org/2006/10/ttaf1", "http://www.w3.org/2006/04/ttaf1", ""]
)
def test_every_namespace_of_ttml_is_read(space: str) -> None:
    text = document('<div><p begin="1s" end="2s">Oui.</p></div>', space=space or "urn:x")
    if not space:
        text = text.replace(' xmlns="urn:x"', "")
    assert read(text) == [(1000, 2000, "Oui.")]
    assert dfxp.read(text).language == "fr-CA"


@pytest.mark.parametrize(
    ("expression", "parameters", "expected"),
    [
        ("00:00:01.5", {}, 1500),
        ("01:02:03", {}, 3_723_000),
        ("100:00:00.001", {}, 360_000_001),
        ("00:00:01:15", {}, 1500),
        ("00:00:01:05", {"frameRate": "25"}, 1200),
        ("00:00:01:05.1", {"frameRate": "25", "subFrameRate": "2"}, 1220),
        ("30f", {"frameRate": "30", "frameRateMultiplier": "1000 1001"}, 1001),
        ("30f", {"frameRate": "30", "frameRateMultiplier": "1000:1001"}, 1001),
        ("90t", {"tickRate": "60"}, 1500),
        ("50t", {"frameRate": "25"}, 2000),
        ("3t", {}, 3000),
        ("1.5h", {}, 5_400_000),
        ("2m", {}, 120_000),
        ("1.25s", {}, 1250),
        ("1250ms", {}, 1250),
        ("00:01:00:02", {"timeBase": "smpte", "dropMode": "dropNTSC", "frameRate": "30"}, 60_000),
        ("", {}, None),
        ("soon", {}, None),
        ("noon:30", {}, None),
        ("600000000t", {"tickRate": "10000000"}, 60_000),
        ("1:2:3", {}, 3_723_000),
        ("0:00:01.5", {}, 1500),
        ("00:00:01,5", {}, 1500),
        ("01:02.5", {}, 62_500),
        ("00:00:01;15", {}, 1500),
        ("1,5s", {}, 1500),
        ("12.5", {}, 12_500),
        ("-1s", {}, -1000),
        ("+1s", {}, 1000),
        (
            "00:10:00:00",
            {"timeBase": "smpte", "frameRate": "24", "frameRateMultiplier": "1000 1001"},
            600_600,
        ),
        ("00:10:00:00", {"frameRate": "24", "frameRateMultiplier": "1000 1001"}, 600_000),
        (".5s", {}, 500),
        ("2 Sec", {}, 2000),
        ("1500MS", {}, 1500),
        ("00:00:01.", {}, 1000),
        ("00:00:01.25s", {}, 1250),
        ("00:00:01:250", {"frameRate": "25"}, 1250),
        ("00:00:01.12", {"frameRate": "25"}, 1120),
        ("0.0.1.5", {}, 1500),
        ("00：00：02.5", {}, 2500),
        ("2 fortnights", {}, None),
        ("-00:00:00.5", {}, -500),
    ],
)
def test_times_are_read_in_every_form(
    expression: str, parameters: dict[str, str], expected: int | None
) -> None:
    assert Rates.from_parameters(parameters).milliseconds(expression) == expected


@pytest.mark.parametrize("value", ["0", "-5", "x", "9" * 100, ""])
def test_nonsensical_rates_fall_back_to_the_usual_ones(value: str) -> None:
    rates = Rates.from_parameters({"frameRate": value, "tickRate": value, "subFrameRate": value})
    assert rates.milliseconds("30f") == 1000
    assert Rates.from_parameters({"frameRateMultiplier": "0 1"}).milliseconds("30f") == 1000


def test_times_count_from_the_beginning_of_the_parent() -> None:
    text = document(
        '<div begin="10s"><div begin="5s" end="30s"><p begin="1s" end="2s">A</p><p begin="3s" dur="4s">B</p>'
        '<p begin="20s" end="60s">C</p><p>D</p></div></div>'
    )
    assert read(text) == [
        *((16_000, 17_000, "A"), (18_000, 22_000, "B"), (35_000, 40_000, "C")),
        (15_000, 40_000, "D"),
    ]


def test_the_shorter_of_end_and_duration_counts() -> None:
    body = '<div><p begin="1s" dur="5s" end="3s">A</p><p begin="1s" dur="1s" end="9s">B</p></div>'
    assert [(start, end) for start, end, _ in read(document(body))] == [(1000, 3000), (1000, 2000)]


def test_children_follow_each_other_in_a_sequence() -> None:
    body = (
        '<div timeContainer="seq" begin="1s"><p dur="2s">A</p><p begin="1s" dur="1s">B</p></div>'
        '<div timeContainer="seq"><p end="1s">C</p></div>'
    )
    assert read(document(body)) == [(1000, 3000, "A"), (4000, 5000, "B"), (0, 1000, "C")]


def test_an_unreadable_time_is_missing() -> None:
    assert read(document('<div><p begin="soon" end="2s">A</p><p begin="3s">B</p></div>')) == [
        *((None, 2000, "A"), (3000, None, "B")),
    ]


def test_spans_with_times_are_words_of_a_timed_paragraph() -> None:
    body = '<div><p begin="1s" end="3s"><span begin="0s" end="1s">One</span> <span>two.</span></p></div>'
    assert read(document(body)) == [(1000, 3000, "One two.")]


def test_spans_with_times_are_captions_of_a_paragraph_without() -> None:
    body = (
        '<div><p>Well, <span begin="1s" end="2s">one<span begin="0s">!</span></span>'
        '<span begin="4s" end="5s">two</span>.</p></div>'
    )
    assert read(document(body)) == [(1000, 2000, "Well, one!"), (4000, 5000, "two.")]


def test_space_is_collapsed_unless_it_is_preserved() -> None:
    spaced = "  Two \n  words<br/> and\t<span>more</span>\n"
    assert [line.text for line in lines(f"<div><p>{spaced}</p></div>")] == ["Two words", "and more"]
    preserved = f'<div><p xml:space="preserve">{spaced}</p></div>'
    assert [line.text for line in lines(preserved)] == ["Two", "words", "and more"]


def test_elements_that_are_not_content_have_no_text() -> None:
    body = (
        '<div><metadata>no</metadata><p><metadata><x xmlns="urn:x">no</x></metadata><set begin="1s"/>'
        "Yes.<!-- no --><?no?></p></div>"
    )
    assert [line.text for line in lines(body, head="<ttm:title>no</ttm:title>")] == ["Yes."]


def test_agents_are_speakers() -> None:
    agents = (
        '<metadata><ttm:agent xml:id="a" type="person"><ttm:name type="full"> Ada\n Lovelace </ttm:name>'
        '</ttm:agent><ttm:agent xml:id="b" type="person"><ttm:name type="full">Ben</ttm:name></ttm:agent>'
        "</metadata>"
    )
    body = (
        '<div ttm:agent="a"><p>Hi.</p><p ttm:agent="b c">Oh <span ttm:agent="a">no.</span></p>'
        '<p ttm:agent="x">?</p></div>'
    )
    assert lines(body, agents) == [
        Line(text="Hi.", speaker="Ada Lovelace"),
        *(Line(text="Oh", speaker="Ben"), Line(text="no.", speaker="Ada Lovelace")),
        Line(text="?"),
    ]


def test_the_named_characters_of_html_are_known() -> None:
    assert [line.text for line in lines("<div><p>caf&eacute;&nbsp;&amp; &lt;b&gt;</p></div>")] == [
        "café\u00a0& <b>"
    ]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("<tt>", "is not well-formed XML: "),
        ("", "is not well-formed XML: "),
        ("<tt>&unknown;</tt>", "is not well-formed XML: undefined entity in line 1: '<tt>&unknown;</tt>'"),
        ("<html/>", "must have the root element tt, in a namespace of TTML"),
        ("<!DOCTYPE tt><tt/>", "may not have a DTD or entities"),
        ('<!DOCTYPE tt SYSTEM "file:///etc/passwd"><tt/>', "may not have a DTD or entities"),
        (
            '<!DOCTYPE tt [<!ENTITY a "aa"><!ENTITY b "&a;&a;">]><tt>&b;</tt>',
            "may not have a DTD or entities",
        ),
        ("<tt>" + "<div/>" * 500_000 + "</tt>", "has more than 500,000 elements"),
    ],
)
def test_anything_but_ttml_is_refused_with_the_reason(text: str, problem: str) -> None:
    with pytest.raises(UnreadableFile) as refused:
        dfxp.read(text)
    assert str(refused.value).startswith(f"The DFXP transcript {problem}")


def spans(body: str, head: str = "") -> list[tuple[str, str]]:
    """The styled parts of the first line, with their styles."""
    [line, *_] = lines(body, head)
    return [(line.text[span.start : span.end], str(span.style)) for span in line.spans]


STYLED = (
    '<styling xmlns:tts="http://www.w3.org/ns/ttml#styling"><style xml:id="i" tts:fontStyle="italic"/>'
    '<style xml:id="none" tts:display="none"/></styling>'
    '<layout xmlns:tts="http://www.w3.org/ns/ttml#styling"><region xml:id="up" tts:displayAlign="before"/>'
    '<region xml:id="low" tts:origin="10% 80%" tts:extent="80% 15%"/>'
    '<region xml:id="left"><style tts:displayAlign="after" tts:textAlign="left"/></region></layout>'
)


def test_styles_are_kept() -> None:
    body = '<div><p>A <span style="i">b</span> <i>c</i> <b xmlns="urn:html">d</b></p></div>'
    assert spans(body, STYLED) == [("b", "italic"), ("c", "italic"), ("d", "bold")]
    inline = (
        '<div xmlns:tts="http://www.w3.org/ns/ttml#styling"><p tts:textDecoration="underline">A</p></div>'
    )
    assert spans(inline) == [("A", "underline")]


def test_the_place_of_a_region_is_kept() -> None:
    body = '<div><p region="up">A</p><p region="low">B</p><p region="left">C</p><p>D</p></div>'
    found = [cue.placement for cue in dfxp.read(document(body, head=STYLED)).cues]
    assert found == [
        *(Placement(vertical=Vertical.TOP), None, Placement(horizontal=Horizontal.LEFT), None),
    ]


@pytest.mark.parametrize(
    "hidden",
    [
        '<p style="none">No.</p>',
        '<p xmlns:tts="http://www.w3.org/ns/ttml#styling" tts:display="none">No.</p>',
        '<p xmlns:tts="http://www.w3.org/ns/ttml#styling" tts:visibility="hidden">No.</p>',
        '<p>Yes.<span style="none">No.</span></p>',
    ],
)
def test_hidden_text_is_not_speech(hidden: str) -> None:
    texts = [line.text for line in lines(f"<div>{hidden}<p>Yes.</p></div>", STYLED)]
    assert set(texts) == {"Yes."}


def test_the_text_of_other_elements_is_kept_and_reported() -> None:
    file = dfxp.read(document('<div><p end="2s">A <y xmlns="urn:x">b</y> <font>c</font></p>d</div>'))
    assert [line.text for cue in file.cues for line in cue.lines] == ["A b c"]
    assert [str(warning) for warning in file.warnings] == [
        "line 2: <y> is no element of TTML; its text is kept",
        "line 2: <font> is no element of TTML; its text is kept",
        "line 2: text outside of a paragraph is left out: 'd'",
    ]


def test_a_ruby_reading_is_put_in_parentheses() -> None:
    ruby = (
        '<div xmlns:tts="http://www.w3.org/ns/ttml#styling"><p>{}<span tts:ruby="container">'
        '<span tts:ruby="base">漢</span>{}<span tts:ruby="text">かん</span>{}</span>字</p></div>'
    )
    mark = '<span tts:ruby="delimiter">{}</span>'
    assert [line.text for line in lines(ruby.format("", "", ""))] == ["漢(かん)字"]
    assert [line.text for line in lines(ruby.format("", mark.format("("), mark.format(")")))] == [
        "漢(かん)字"
    ]


def test_spans_that_are_shown_one_after_the_other_are_captions() -> None:
    body = (
        '<div><p begin="10s" end="20s"><span begin="0s" end="4s">First half.</span> '
        '<span begin="4s" end="10s">Second half.</span></p></div>'
    )
    assert read(document(body)) == [(10_000, 14_000, "First half."), (14_000, 20_000, "Second half.")]


def test_times_that_cannot_be_read_are_reported_and_the_text_kept() -> None:
    file = dfxp.read(document('<div><p begin="1s" end="2s">A</p>\n<p begin="soon" end="later">B</p></div>'))
    assert [(cue.start, cue.end) for cue in file.cues] == [(1000, 2000), (None, None)]
    assert [str(warning) for warning in file.warnings] == [
        "line 3: begin='soon' is no time that can be read",
        "line 3: end='later' is no time that can be read",
    ]


def test_pictures_of_text_are_refused() -> None:
    picture = (
        '<div xmlns:smpte="http://www.smpte-ra.org/schemas/2052-1/2010/smpte-tt" smpte:backgroundImage="#a"/>'
    )
    with pytest.raises(UnreadableFile, match="has pictures in place of text, which cannot be read"):
        dfxp.read(document(picture))


def test_times_that_only_make_sense_from_the_beginning_of_the_file_are_read_so_and_reported() -> None:
    body = (
        '<div begin="60s" end="80s"><p begin="61s" end="63s"><span begin="61s" end="61.5s">One</span> '
        '<span begin="61.5s" end="62s">two.</span></p><p begin="1s" end="3s">Three.</p></div>'
    )
    file = dfxp.read(document(body))
    assert [(cue.start, cue.end, cue.lines[0].text) for cue in file.cues] == [
        *((61_000, 63_000, "One two."), (61_000, 63_000, "Three.")),
    ]
    assert [str(warning) for warning in file.warnings] == [
        "line 2: times count from the beginning of the file here, not from that of their parent"
    ]


def test_what_is_made_visible_again_is_said() -> None:
    styling = 'xmlns:tts="http://www.w3.org/ns/ttml#styling"'
    hidden = (
        f'<div {styling} tts:visibility="hidden"><p>No, <span tts:visibility="visible">yes.</span></p></div>'
    )
    assert [line.text for line in lines(hidden)] == ["yes."]
    change = '<set tts:display="auto" begin="5s"/>'
    later = f'<div {styling}><p begin="10s" dur="9s" tts:display="none">{change}Now.</p></div>'
    assert read(document(later)) == [(15_000, 19_000, "Now.")]
    never = f'<div {styling}><p tts:display="none">No, <span tts:visibility="visible">no.</span></p></div>'
    assert lines(never) == []


def test_what_begins_after_the_end_of_a_sequence_is_no_absolute_time() -> None:
    body = '<div timeContainer="seq" begin="2s" end="9s"><p dur="5s">A</p><p begin="3s" dur="2s">B</p></div>'
    file = dfxp.read(document(body))
    assert [str(warning) for warning in file.warnings] == [
        "line 2: the caption has no duration; it is shown as long as it takes to say it"
    ]


@pytest.mark.parametrize(
    ("begin", "parameters", "said"),
    [
        ("20t", "", "in ticks, and there is no tickRate"),
        ("12f", "", "there is no frameRate"),
        ("00:00:01:12", "", "there is no frameRate"),
        ("00:00:01:27", 'ttp:frameRate="25"', "a time has frame 27, and a second has 25"),
        ("00:00:01:120", 'ttp:frameRate="25"', "are read as milliseconds"),
        ("1500", "", "times have no unit, and are read as seconds"),
    ],
)
def test_what_is_assumed_about_times_is_reported(begin: str, parameters: str, said: str) -> None:
    root = f'xmlns="http://www.w3.org/ns/ttml" xmlns:ttp="http://www.w3.org/ns/ttml#parameter" {parameters}'
    text = f'<tt {root}><body><div>\n<p begin="{begin}">A</p>\n<p begin="{begin}">B</p></div></body></tt>'
    [warning] = dfxp.read(text).warnings
    assert warning.line == 2
    assert said in warning.message


def test_attributes_of_times_in_other_spellings_are_read_and_reported() -> None:
    file = dfxp.read(document('<div><p start="1s" Dur="2s">A</p></div>'))
    assert [(cue.start, cue.end) for cue in file.cues] == [(1000, 3000)]
    assert [warning.message for warning in file.warnings] == [
        *("the attribute start is read as begin", "the attribute Dur is read as dur"),
    ]


def test_captions_without_times_are_reported() -> None:
    file = dfxp.read(document('<div><p begin="1s">A</p>\n<p when="2s">B</p></div>'))
    assert [str(warning) for warning in file.warnings] == [
        "line 3: captions without times are shown after the ones before them"
    ]


def test_what_follows_an_element_without_an_end_in_a_sequence_begins_where_its_children_end() -> None:
    spans = '<p><span dur="1s">A</span> <span dur="3s">b</span></p>'
    body = f'<div timeContainer="seq">{spans}<p dur="1s">C</p></div>'
    assert [cue.start for cue in dfxp.read(document(body)).cues if cue.lines[0].text == "C"] == [3000]


def test_a_line_ends_in_any_case_and_with_a_paragraph_in_another() -> None:
    body = '<div><p end="9s">a<BR/>b<p>c</p></p></div>'
    assert [line.text for cue in dfxp.read(document(body)).cues for line in cue.lines] == ["a", "b", "c"]


def test_a_word_that_is_shown_later_than_others_for_long_has_its_time() -> None:
    body = '<div><p begin="0s" end="9s">Wait … <span begin="4s" end="8s">Now!</span></p></div>'
    found = [(cue.start, cue.lines[0].text) for cue in dfxp.read(document(body)).cues]
    assert found == [(0, "Wait …"), (4000, "Now!")]
