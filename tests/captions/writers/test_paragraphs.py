from __future__ import annotations

from dataclasses import replace
from html.parser import HTMLParser
from typing import Any

import pytest

from scribedock_captions.elementlist.model import ElementList
from scribedock_captions.options import FileFormat, TranscriptOptions
from scribedock_captions.rendering import render_transcript
from tests.captions.sample import ADA, BEN, SAMPLE, say, sentence, talk


def transcript(elementlist: ElementList, **options: Any) -> str:
    return render_transcript(elementlist, TranscriptOptions(**options)).body.decode()


FOUR = say("One fish.", "Two fish.", "Red fish.", "Blue fish.")
HOUR = 3_600_000


def test_a_paragraph_has_its_time_on_a_line_and_an_empty_line_after_it() -> None:
    assert transcript(FOUR) == "[00:00:00.000]\nOne fish. Two fish. Red fish. Blue fish.\n\n"


def test_paragraphs_divide_at_a_speaker_a_silence_and_after_five_sentences() -> None:
    turns = talk(
        sentence("One.", 0, speaker=ADA, change=True),
        sentence("Two.", 300, speaker=BEN, change=True),
        sentence("Three.", 2600, speaker=BEN),
        sentence("Four.", 4901, speaker=BEN),
    )
    assert transcript(turns, timecode_every_paragraph=False) == ">> One.\n\n>> Two. Three.\n\nFour.\n\n"
    many = say(*["Go."] * 11)
    paragraphs = transcript(many, timecode_every_paragraph=False).split("\n\n")
    assert [each.count("Go.") for each in paragraphs] == [5, 5, 1, 0]


def test_without_paragraphs_the_text_is_one_line_and_has_no_time() -> None:
    assert transcript(FOUR, create_paragraphs=False) == "One fish. Two fish. Red fish. Blue fish.\n"


@pytest.mark.parametrize("count", [0, 1, 2, 20])
def test_new_lines_after_a_paragraph_are_counted(count: int) -> None:
    text = transcript(FOUR, newlines_after_paragraph=count)
    assert len(text) - len(text.rstrip("\n")) == count


def test_new_lines_after_a_sentence_take_the_place_of_the_space() -> None:
    options: dict[str, Any] = {"create_paragraphs": False}
    assert transcript(FOUR, **options, newlines_after_sentence=1).splitlines() == [
        "One fish.",
        "Two fish.",
        "Red fish.",
        "Blue fish.",
    ]
    assert "One fish.\n\n\nTwo fish." in transcript(FOUR, **options, newlines_after_sentence=3)


def test_times_at_an_interval_stand_before_the_first_word_at_or_after_it() -> None:
    options: dict[str, Any] = {"create_paragraphs": False, "timecode_interval": 1000}
    assert transcript(FOUR, **options) == (
        "[00:00:00.000]\nOne fish. Two fish.\n[00:00:01.200]\nRed fish. Blue\n[00:00:02.100]\nfish.\n"
    )
    assert "[00:00:01.200]" not in transcript(FOUR, timecode_interval=1000)


@pytest.mark.parametrize(
    ("format", "expected"),
    [
        ("[%H:%M:%S.%f]", "[01:02:03.004]"),
        ("%H-%M", "01-02"),
        ("%S%%", "03%"),
        ("%Y %s {0} {x.__class__}", "%Y %s {0} {x.__class__}"),
        ("%%H", "%H"),
    ],
)
def test_times_look_as_the_format_says(format: str, expected: str) -> None:
    late = talk(sentence("Go.", HOUR + 2 * 60_000 + 3004))
    assert transcript(late, timecode_format=format).splitlines()[0] == expected


@pytest.mark.parametrize(
    ("start", "offset", "expected"),
    [(5000, 1000, "[00:00:06.000]"), (5000, -9000, "[00:00:00.000]"), (123 * HOUR, 1, "[123:00:00.001]")],
)
def test_times_are_shifted_but_never_below_zero(start: int, offset: int, expected: str) -> None:
    assert transcript(talk(sentence("Go.", start)), timecode_offset=offset).startswith(expected)


@pytest.mark.parametrize("options", [{}, {"create_paragraphs": False}])
def test_where_nothing_is_said_there_is_an_empty_line(options: dict[str, Any]) -> None:
    assert transcript(talk(), **options) == "\n"
    assert transcript(say("[MUSIC]"), **options) == "\n"


def test_names_of_speakers_are_not_in_a_transcript() -> None:
    assert "Lovelace" not in transcript(SAMPLE)
    turns = [each for each in SAMPLE.segments if each.speaker_change]
    assert transcript(SAMPLE, remove_sound_references=False).count(">>") == len(turns)
    assert ">>" not in transcript(SAMPLE, emit_speaker_change_tokens_as="")


class Reader(HTMLParser):
    """The tags and the text of a page; fails where a tag is not closed in its order."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        if tag not in ("meta", "br"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def test_html_has_the_same_text_and_nothing_of_it_is_markup() -> None:
    reader = Reader()
    reader.feed(transcript(SAMPLE, file_format=FileFormat.HTML))
    assert reader.open == []
    assert set(reader.tags) == {"html", "head", "meta", "title", "body", "p", "time", "br"}
    assert reader.text.split() == ["Transcript", *transcript(SAMPLE).split()]


def test_html_keeps_the_lines_of_a_text() -> None:
    body = transcript(
        FOUR,
        file_format=FileFormat.HTML,
        create_paragraphs=False,
        newlines_after_sentence=1,
        timecode_interval=1500,
    )
    assert "One fish.<br>\nTwo fish.<br>\nRed<br>\n<time" in body
    assert '<time datetime="PT1.500S">[00:00:01.500]</time><br>\nfish.<br>\nBlue fish.</p>' in body


def test_html_names_its_language_and_escapes_a_hostile_one() -> None:
    assert '<html lang="pt-br">' in transcript(replace(FOUR, language="pt-br"), file_format=FileFormat.HTML)
    hostile = replace(FOUR, language='"><script>')
    assert "<script>" not in transcript(hostile, file_format=FileFormat.HTML)
    assert "<b>" not in transcript(FOUR, file_format=FileFormat.HTML, timecode_format="<b>")
