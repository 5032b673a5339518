"""Captions that roll up."""

from __future__ import annotations

from scribedock_captions import lay_out, render
from scribedock_captions.conversion.elementlist import elementlist_of
from scribedock_captions.conversion.rolling import said_once
from scribedock_captions.readers import CueFile, read
from scribedock_captions.writers import CaptionFormat

ROLLING = """WEBVTT

00:00:00.500 --> 00:00:02.000
good<00:00:00.900><c> morning</c>

00:00:02.000 --> 00:00:02.010
good morning

00:00:02.010 --> 00:00:04.000
good morning
to<00:00:02.500><c> everybody</c>

00:00:04.000 --> 00:00:04.010
to everybody

00:00:04.010 --> 00:00:06.000
to everybody
here
"""


def words(file: CueFile) -> str:
    segments = elementlist_of(file).segments
    return " ".join(token.display_as for each in segments for part in each.sequences for token in part.tokens)


def test_a_row_that_is_shown_on_is_said_once() -> None:
    file = read(ROLLING.encode())
    assert words(file) == "good morning to everybody here"
    document = lay_out(file, format=CaptionFormat.TRANSCRIPT, anew=False)
    transcript = render(document, CaptionFormat.TRANSCRIPT).body.decode()
    assert transcript.split() == "good morning to everybody here".split()
    assert len(lay_out(file, format=CaptionFormat.WEB_VTT, anew=False).captions) == 5


def test_what_is_said_again_is_kept() -> None:
    song = "1\n00:00:01,000 --> 00:00:02,000\nNo!\n\n2\n00:00:02,000 --> 00:00:03,000\nNo!\n"
    song += "\n3\n00:00:03,000 --> 00:00:04,000\nNo!\nNever.\n\n4\n00:00:04,000 --> 00:00:05,000\nWell.\n"
    file = read(song.encode())
    assert said_once(file) is file
    apart = read(ROLLING.replace("02.0", "01.0").encode())
    assert said_once(apart).cues != ()


def test_a_caption_of_which_each_word_is_marked_in_turn_is_said_once() -> None:
    marked = (
        "1\n00:00:01,000 --> 00:00:02,000\n<u>Mind</u> the gap.\n\n"
        "2\n00:00:02,000 --> 00:00:02,500\nMind <u>the</u> gap.\n\n"
        "3\n00:00:02,500 --> 00:00:03,000\nMind the <u>gap.</u>\n"
    )
    file = read(marked.encode())
    assert words(file) == "Mind the gap ."
    assert [(cue.start, cue.end) for cue in said_once(file).cues] == [(1000, 3000)]
