from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scribedock_captions.elementlist.punctuation import split_punctuation


@pytest.mark.parametrize(
    ("text", "before", "word", "after"),
    [
        ("Hello,", (), "Hello", (",",)),
        ('"Stop!"', ('"',), "Stop", ("!", '"')),
        ("What?!", (), "What", ("?!",)),
        ("so...", (), "so", ("...",)),
        ("don't", (), "don't", ()),
        ("3.5", (), "3.5", ()),
        ("-40", (), "-40", ()),
        ("well-known", (), "well-known", ()),
        ("$50.", (), "$50", (".",)),
        ("90%.", (), "90%", (".",)),
        ("#1", (), "#1", ()),
        ("U.S.", (), "U.S.", ()),
        ("U.S.,", (), "U.S.", (",",)),
        ("¿Cómo?", ("¿",), "Cómo", ("?",)),
        ("«Oui»", ("«",), "Oui", ("»",)),
        ("世界。」", (), "世界", ("。", "」")),
        ("♪", (), "♪", ()),
        ("—", ("—",), "", ()),
    ],
)
def test_punctuation_is_taken_off_a_word(
    text: str, before: tuple[str, ...], word: str, after: tuple[str, ...]
) -> None:
    parts = split_punctuation(text)
    assert (parts.before, parts.word, parts.after) == (before, word, after)


@given(st.text(max_size=12))
def test_the_parts_are_the_text_again(text: str) -> None:
    parts = split_punctuation(text)
    assert "".join((*parts.before, parts.word, *parts.after)) == text
    assert all((*parts.before, *parts.after, "x"))


@pytest.mark.parametrize("text", ["end.", "end?", "end!", "end…", "end.”", "終。", "I.", "Mr.?", "is)."])
def test_a_sentence_ends_at_its_mark(text: str) -> None:
    assert split_punctuation(text).ends_sentence


@pytest.mark.parametrize("text", ["Mr.", "Dr.", "J.", "U.S.", "one,", "3.5", "two;", "so", '"'])
def test_a_title_an_initial_or_another_mark_does_not_end_a_sentence(text: str) -> None:
    assert not split_punctuation(text).ends_sentence
