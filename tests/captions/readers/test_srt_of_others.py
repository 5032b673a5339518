"""SubRip as other people's programs write it."""

from __future__ import annotations

import pytest

from scribedock_captions.placement import Horizontal, Placement, Vertical
from scribedock_captions.readers import srt
from scribedock_captions.style import Style, StyledSpan

Shown = list[tuple[int | None, int | None, str]]


def read(text: str) -> Shown:
    return [(cue.start, cue.end, "|".join(line.text for line in cue.lines)) for cue in srt.read(text).cues]


def warnings(text: str) -> list[str]:
    return [str(warning) for warning in srt.read(text).warnings]


@pytest.mark.parametrize(
    ("times", "start", "end"),
    [
        ("00:01,000 --> 00:02,500", 1000, 2500),
        ("61:05,000 --> 61:06,000", 3_665_000, 3_666_000),
        ("0:0:1 --> 0:0:2", 1000, 2000),
        ("00:00:01.000000 --> 00:00:02.500600", 1000, 2501),
        ("00:00:01,5 --> 00:00:02,50", 1500, 2500),
        ("00: 00: 01, 000 --> 00: 00: 02, 500", 1000, 2500),
        ("00：00：01，000 --> 00：00：02，500", 1000, 2500),
        ("00:00:01,000-->00:00:02,500", 1000, 2500),
        ("00:00:01,000 -> 00:00:02,500", 1000, 2500),
        ("00:00:01,000 –> 00:00:02,500", 1000, 2500),
        ("00:00:01,000 → 00:00:02,500", 1000, 2500),
        ("123:00:01,000 --> 123:00:02,500", 442_801_000, 442_802_500),
    ],
)
def test_times_are_read_in_every_spelling(times: str, start: int, end: int) -> None:
    assert read(f"1\n{times}\nHi.\n\n2\n{times}\nYou.\n") == [(start, end, "Hi."), (start, end, "You.")]
    assert warnings(f"1\n{times}\nHi.\n") == []


def test_times_with_frames_are_read_and_reported() -> None:
    text = "1\n00:00:01:12 --> 00:00:02:24\nHi.\n"
    assert read(text) == [(1120, 2240, "Hi.")]
    assert len(warnings(text)) == 1


def test_captions_before_zero_keep_their_words() -> None:
    text = "1\n-00:00:02,000 --> -00:00:01,000\nOne.\n\n2\n-00:00:00,500 --> 00:00:01,500\nTwo.\n"
    assert read(text) == [(0, None, "One."), (0, 1500, "Two.")]
    assert [line.partition(":")[0] for line in warnings(text)] == ["line 2", "line 6"]


def test_times_that_cannot_be_read_are_reported_and_their_words_follow_the_caption_before() -> None:
    first, last = "1\n00:00:01,000 --> 00:00:02,000\nOne.\n\n", "3\n00:00:05,000 --> 00:00:06,000\nThree.\n"
    text = first + "2\n00:00:o3,000 --> 00:00:04,000\nTwo.\n\n" + last
    assert read(text) == [(1000, 2000, "One."), (None, None, "Two."), (5000, 6000, "Three.")]
    [warning] = warnings(text)
    assert warning.startswith("line 6: cannot read the times '00:00:o3,000 --> 00:00:04,000'; what follows")


def test_text_before_the_first_times_is_reported() -> None:
    text = "Made by Ada\n\n1\n00:00:01,000 --> 00:00:02,000\nOne.\n"
    assert read(text) == [(1000, 2000, "One.")]
    assert warnings(text) == ["line 1: text before the first times is left out: 'Made by Ada'"]


def test_text_in_the_line_of_the_times_is_said() -> None:
    assert read("00:00:01,000 --> 00:00:02,000 One.\nTwo.\n") == [(1000, 2000, "One.|Two.")]
    assert read("00:00:01,000 --> 00:00:02,000 X1:10 X2:20 Y1:5 Y2:9\nTwo.\n") == [(1000, 2000, "Two.")]
    [cue] = srt.read("00:00:01,000 --> 00:00:02,000 line:0 align:start\nTwo.\n").cues
    assert cue.placement == Placement(
        vertical=Vertical.TOP, horizontal=Horizontal.LEFT, settings="line:0 align:start"
    )


COUNTED = "1\n{0}\n3\n\n2\n{1}\n2\n\n3\n{2}\n1\n"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{0}\n3\n\n{1}\n2\n\n{2}\n1\n", ["3", "2", "1"]),
        (COUNTED, ["3", "2", "1"]),
        ("1\n{0}\nOne\n2\n{1}\nTwo\n", ["One", "Two"]),
        ("1\n{0}\n1984\n\n{1}\nTwo\n", ["1984", "Two"]),
        ("1\n\n{0}\n\nOne\n\n2\n\n{1}\n\nTwo\n", ["One", "Two"]),
        ("7\n{0}\nOne\n\n7\n{1}\nTwo\n", ["One", "Two"]),
    ],
)
def test_a_number_before_the_times_is_no_text_and_every_other_number_is(
    text: str, expected: list[str]
) -> None:
    times = [f"00:0{second},0 --> 00:0{second + 1},0" for second in (1, 2, 3)]
    assert [shown for _, _, shown in read(text.format(*times))] == expected


def test_two_times_in_a_sentence_are_no_times_of_a_caption() -> None:
    assert read("00:01,0 --> 00:02,0\nOpen 9:30 -> 10:15.\n") == [(1000, 2000, "Open 9:30 -> 10:15.")]


def test_styles_and_places_are_kept() -> None:
    italic, bold = Style(italic=True), Style(italic=True, bold=True)
    [cue] = srt.read("00:01,0 --> 00:02,0\n{\\an7}<i>A <b>b</b>|c</i> d\n{\\i1}e{\\i0} f").cues
    assert [line.text for line in cue.lines] == ["A b|c d", "e f"]
    assert cue.lines[0].spans == (
        StyledSpan(start=0, end=2, style=italic),
        StyledSpan(start=2, end=3, style=bold),
        StyledSpan(start=3, end=5, style=italic),
    )
    assert cue.lines[1].spans == (StyledSpan(start=0, end=1, style=italic),)
    assert cue.placement == Placement(vertical=Vertical.TOP, horizontal=Horizontal.LEFT)


def test_markup_that_is_not_kept_is_reported_once_and_its_text_stays() -> None:
    text = '00:01,0 --> 00:02,0\n<font color="red">A</font> <font>b</font>{\\fad(1,2)}<br>c <x>d\n'
    assert read(text) == [(1000, 2000, "A b|c <x>d")]
    assert [line.partition(":")[0] for line in warnings(text)] == ["line 2", "line 2"]


def one(text: str) -> str:
    [(_, _, shown)] = read(f"00:00:01,000 --> 00:00:02,000\n{text}\n")
    return shown


def test_characters_of_html_are_read_as_what_they_mean_and_reported() -> None:
    assert one("Fish &amp; chips &lt;i&gt; &#233;&#xE9; &nope; AT&T") == "Fish & chips <i> éé &nope; AT&T"
    assert warnings("00:00:01,000 --> 00:00:02,000\n1 &lt; 2\n") != []


def test_tags_of_web_vtt_are_no_words() -> None:
    text = "00:00:01,000 --> 00:00:02,000\n<v Ada Byron><c.yellow>Good</c> <00:00:01.500>day</v>\n"
    [line] = srt.read(text).cues[0].lines
    assert (line.text, line.speaker) == ("Good day", "Ada Byron")
    assert "line 2: tags of WebVTT are read as they are there" in warnings(text)


def test_breaks_of_substation_alpha_end_lines_but_for_those_in_paths() -> None:
    assert one(r"First\Nsecond\hpart") == "First|second\u00a0part"
    assert one(r"Open C:\News now") == r"Open C:\News now"


def test_a_sign_before_letters_is_no_tag_without_attributes() -> None:
    assert one("if a<b and c>d then") == "if a<b and c>d then"
    assert one('<font color=red>if</font> <i class="x">so</i>') == "if so"
