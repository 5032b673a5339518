from __future__ import annotations

import pytest

from scribedock.sandbox.prepared import (
    LENGTH_MS,
    TEXT,
    described_elementlist,
    marked_as_sandbox,
    prepared_elementlist,
    silent_elementlist,
)
from scribedock_captions.elementlist.codec import parse, to_json
from scribedock_captions.elementlist.model import ElementList, Tag, TokenType
from scribedock_captions.elementlist.rules import problems
from scribedock_captions.readers import read
from scribedock_captions.text.translation import sentences

ALL = [
    make(language)
    for make in (prepared_elementlist, described_elementlist, silent_elementlist)
    for language in ("en", "de", "zh")
]


@pytest.mark.parametrize("elementlist", ALL)
def test_prepared_lists_keep_every_rule_of_an_elementlist(elementlist: ElementList) -> None:
    assert problems(elementlist) == []
    assert parse(to_json(elementlist)) == elementlist
    assert elementlist.end_time == LENGTH_MS


def test_the_list_has_difficult_cases_for_clients() -> None:
    found = prepared_elementlist()
    assert len({segment.speaker_id for segment in found.segments if segment.speaker_id}) == 3
    tokens = [
        token for segment in found.segments for sequence in segment.sequences for token in sequence.tokens
    ]
    assert {Tag.MUSIC, Tag.LAUGH, Tag.APPLAUSE, Tag.ENDS_SENTENCE} == {
        tag for token in tokens for tag in token.tags
    }
    assert {token.type for token in tokens} == set(TokenType)
    assert {"café", "1887", "um", "gonna", "damn"} <= {token.value for token in tokens}


def test_the_words_begin_as_they_are_spoken() -> None:
    assert sentences(prepared_elementlist())[1] == "Good morning, and welcome to the lighthouse!"
    assert read(TEXT.encode(), None).cues[0].lines[0].text == "Good morning, and welcome to the lighthouse!"


def test_a_translation_shows_its_route() -> None:
    french = prepared_elementlist("fr")
    assert french.language == "fr"
    english = marked_as_sandbox(french, "en")
    assert sentences(marked_as_sandbox(english, "de"))[8] == "(de) (en) (fr) Follow me."
    assert [segment.start_time for segment in english.segments] == [
        segment.start_time for segment in prepared_elementlist().segments
    ]


def test_text_already_in_the_language_stays() -> None:
    assert marked_as_sandbox(prepared_elementlist(), "en") is prepared_elementlist()
