from __future__ import annotations

import pytest

from scribedock_captions.readers import text
from scribedock_captions.readers.cue import Cue, Line


def test_empty_lines_divide_paragraphs() -> None:
    cues = text.read("One line\n  and  another.\n\n \n\nLast.\n").cues
    assert cues == (
        Cue(lines=(Line(text="One line"), Line(text="and another.")), number=1),
        Cue(lines=(Line(text="Last."),), number=6),
    )


def test_a_time_on_a_line_of_its_own_is_when_a_paragraph_begins() -> None:
    cues = text.read("[00:00:01.500]\nHello.\n\n01:02:03\n>> Yes.\n\n(1:05)\nNo.\n").cues
    assert [(cue.start, cue.lines[0].text) for cue in cues] == [
        *((1500, "Hello."), (3_723_000, ">> Yes.")),
        (65_000, "No."),
    ]


def test_a_time_inside_a_paragraph_is_no_word() -> None:
    cues = text.read("Hello\n[00:00:05.000]\nthere at 10:30.\n[00:07] And [1:2].").cues
    assert [(cue.start, cue.lines[0].text) for cue in cues] == [
        *((None, "Hello"), (5000, "there at 10:30.")),
        (7000, "And [1:2]."),
    ]


def test_a_name_with_a_time_is_who_speaks_from_then_on() -> None:
    cues = text.read("Speaker 1 (00:05):\nHello.\n\nAda Lovelace (1:00:05)\nYes.\n\nSo (he said).\n").cues
    assert [(cue.start, cue.lines[0]) for cue in cues] == [
        (5000, Line(text="Hello.", speaker="Speaker 1")),
        (3_605_000, Line(text="Yes.", speaker="Ada Lovelace")),
        (None, Line(text="So (he said).")),
    ]


def test_an_empty_text_has_no_cues() -> None:
    assert text.read(" \n\n\t\n").cues == ()


def test_transcripts_of_programs_have_times_beside_names() -> None:
    said = "Ada Byron  0:05\nHello.\n\n[Ben] 00:01:00\nYes.\n\n0:02:00 - 0:02:04\nNo.\n\nThe score was  2:1\n"
    assert [(cue.start, cue.end, cue.lines[0]) for cue in text.read(said).cues] == [
        (5000, None, Line(text="Hello.", speaker="Ada Byron")),
        (60_000, None, Line(text="Yes.", speaker="Ben")),
        (120_000, 124_000, Line(text="No.")),
        (None, None, Line(text="The score was 2:1")),
    ]


@pytest.mark.parametrize(
    ("said", "speaker"),
    [
        ("{0} Hello.\n{1} Yes.\n", ""),
        ("({0}) Hello.\n({1}) Yes.\n", ""),
        ("{0} - Hello.\n{1} - Yes.\n", ""),
        ("Ada [{0}]: Hello.\nAda [{1}]: Yes.\n", "Ada"),
        ("Ada B. {0}\nHello.\n\nAda B. {1}\nYes.\n", "Ada B."),
    ],
)
def test_times_at_the_beginning_of_many_lines_are_no_words_and_reported(said: str, speaker: str) -> None:
    file = text.read(said.format("0:00:05", "0:01:05"))
    assert [(cue.start, cue.lines) for cue in file.cues] == [
        (5000, (Line(text="Hello.", speaker=speaker),)),
        (65_000, (Line(text="Yes.", speaker=speaker),)),
    ]
    assert [warning.line for warning in file.warnings] == [1]


@pytest.mark.parametrize(
    "said",
    ["10:30 was late.\nWe left.\nThen it rained.\nIn the end all slept.", "2:1 won.\n1:30 lost.\n1:20 too."],
)
def test_a_time_that_a_sentence_begins_with_is_a_word(said: str) -> None:
    file = text.read(said)
    assert [line.text for cue in file.cues for line in cue.lines] == said.split("\n")
    assert file.warnings == ()
