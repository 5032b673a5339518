"""Lines of times, and what looks like one."""

from __future__ import annotations

import pytest

from scribedock_captions.readers import srt
from scribedock_captions.readers.srt_times import index_of, looks_like_times

BEFORE, AFTER = (
    "1\n00:00:00,100 --> 00:00:00,900\nOne.\n\n2\n",
    "\nTwo.\n\n3\n00:01:10,0 --> 00:01:12,0\nThree.\n",
)


def second(times: str) -> tuple[int | None, int | None, list[str], list[str]]:
    file = srt.read(BEFORE + times + AFTER)
    assert [cue.lines[-1].text for cue in file.cues] == ["One.", "Two.", "Three."]
    cue = file.cues[1]
    return cue.start, cue.end, [line.text for line in cue.lines[:-1]], list(map(str, file.warnings))


@pytest.mark.parametrize(
    "times",
    [
        "00:00:01,000 - 00:00:03,000",
        "00:00:01,000 — 00:00:03,000",
        "00:00:01.000 to 00:00:03.000",
        "00:00:01,000 > 00:00:03,000",
        "00:00:01.000,00:00:03.000",
        "00:00:01,000\t00:00:03,000",
        "00;00;01,000 --> 00;00;03,000",
        "00.00.01,000 --> 00.00.03,000",
        "00:00:01 000 --> 00:00:03 000",
        "00:00:01'000 --> 00:00:03'000",
        "1,000 --> 3,000",
        "00:00:01,000 --&gt; 00:00:03,000",
        "2 00:00:01,000 --> 00:00:03,000",
        '"00:00:01,000 --> 00:00:03,000"',
        "[00:01.000 --> 00:03.000]",
        "\u200e00:00:01,000 --> 00:00:03,000\u200f",
    ],
)
def test_times_are_no_words_however_they_are_written(times: str) -> None:
    assert second(times) == (1000, 3000, [], [])
    assert looks_like_times(times)


def test_what_stands_beside_the_times_is_said_or_a_setting() -> None:
    assert second("[00:00:01.000 --> 00:00:03.000]   7 years ago") == (1000, 3000, ["7 years ago"], [])
    assert second("00:00:01,000 --> 00:00:03,000 line:0 So")[2:] == (["So"], [])
    [warning] = second("00:00:01,000 --> 00:00:03,000 --> 00:00:05,000")[3]
    assert warning == "line 6: the line has more than two times: '--> 00:00:05,000' is left out"


def test_a_beginning_counts_where_the_end_cannot_be_read() -> None:
    for times in ("00:00:01,000 -->", "00:00:01,000 --> 00:0x"):
        start, end, said, [warning] = second(times)
        assert (start, end, said) == (1000, None, [])
        assert warning == (
            f"line 6: cannot read the times {times!r}; the caption is shown as long as it takes to say it"
        )
    assert second("1h00m01s --> 1h00m03s")[3] != []


@pytest.mark.parametrize(
    "said",
    [
        "12:30 --> 13:00",
        "9:30 --> closing time",
        "7:05 -> 8:10",
        "8 --> 9",
        "3.5 --> 4.5",
        "It is 00:00:05,0 --> 00:00:06,0 long",
    ],
)
def test_two_times_that_somebody_says_are_text_where_those_of_the_file_have_fractions(said: str) -> None:
    text = f"1\n00:00:01,000 --> 00:00:02,000\n{said}\n\n2\n00:00:03,000 --> 00:00:04,000\nYes.\n"
    file = srt.read(text)
    assert [line.text for cue in file.cues for line in cue.lines] == [said, "Yes."]
    assert file.warnings == ()


@pytest.mark.parametrize(
    ("line", "number"), [("7", 7), ("#12", 12), ("3.", 3), ("4)", 4), ("4 a", None), ("", None)]
)
def test_the_number_of_a_caption_is_written_in_several_ways(line: str, number: int | None) -> None:
    assert index_of(line) == number


T = "00:00:0{},000 --> 00:00:0{},500\n"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (T + "1815\n" + T + "1816\n" + T + "Waterloo.\n", ["1815", "1816", "Waterloo."]),
        ("1.\n" + T + "A\n\n2.\n" + T + "B\n\n3.\n" + T + "C\n", ["A", "B", "C"]),
        ("#41\n" + T + "A\n#42\n" + T + "B\n#43\n" + T + "C\n", ["A", "B", "C"]),
        ("1\n" + T + "A\n\n\ufeff2\n" + T + "B\n\n3\n" + T + "4\n", ["A", "B", "4"]),
    ],
)
def test_numbers_of_captions_are_told_from_captions_that_are_numbers(text: str, said: list[str]) -> None:
    numbered = text.format(1, 1, 2, 2, 3, 3)
    assert [cue.lines[0].text for cue in srt.read(numbered).cues] == said


def test_a_last_number_without_times_is_reported() -> None:
    file = srt.read("1\n00:00:01,000 --> 00:00:02,000\nA\n\n2\n")
    assert [line.text for cue in file.cues for line in cue.lines] == ["A"]
    assert [str(warning) for warning in file.warnings] == [
        "line 5: the number '2' has no times, and is left out"
    ]
