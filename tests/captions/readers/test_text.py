from __future__ import annotations

from scribedock_captions.readers import text
from scribedock_captions.readers.cue import Cue, Line


def test_empty_lines_divide_paragraphs() -> None:
    cues = text.read("One line\n  and  another.\n\n \n\nLast.\n").cues
    assert cues == (
        Cue(lines=(Line(text="One line"), Line(text="and another."))),
        Cue(lines=(Line(text="Last."),)),
    )


def test_a_time_on_a_line_of_its_own_is_when_a_paragraph_begins() -> None:
    cues = text.read("[00:00:01.500]\nHello.\n\n01:02:03\n>> Yes.\n\n(1:05)\nNo.\n").cues
    assert [(cue.start, cue.lines[0].text) for cue in cues] == [
        *((1500, "Hello."), (3_723_000, ">> Yes.")),
        (65_000, "No."),
    ]


def test_a_time_inside_a_paragraph_is_no_word() -> None:
    [cue] = text.read("Hello\n[00:00:05.000]\nthere at 10:30.").cues
    assert [line.text for line in cue.lines] == ["Hello", "there at 10:30."]
    assert cue.start is None


def test_nothing_is_no_cue() -> None:
    assert text.read(" \n\n\t\n").cues == ()
