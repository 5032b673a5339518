from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scribedock.speech.engines.loops import without_loops
from scribedock.speech.recognizer import TimedWord


def said(text: str) -> list[TimedWord]:
    return [
        TimedWord(text=word, start_ms=100 * place, end_ms=100 * place + 90, confidence=None)
        for place, word in enumerate(text.split())
    ]


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("so thank you. " * 5 + "and on", "so thank you. and on"),
        ("you " * 40, "you"),
        ("Thank you. thank you, " * 5, "Thank you."),
        ("a b c d e f g h i j k l " * 4, "a b c d e f g h i j k l"),
    ],
)
def test_endless_repetitions_are_reduced_to_one(text: str, left: str) -> None:
    assert [word.text for word in without_loops(said(text))] == left.split()


@pytest.mark.parametrize(
    "text",
    [
        "no no no no it is not so",
        "some more words words words words um",
        "it was the best of times it was the worst of times it was the age of wisdom",
        "ha ha ha ha ha ha",
    ],
)
def test_plausible_repetitions_stay(text: str) -> None:
    assert [word.text for word in without_loops(said(text))] == text.split()


@given(st.lists(st.sampled_from("ab"), max_size=40))
def test_the_words_that_stay_are_some_of_those_that_came_in_order(texts: list[str]) -> None:
    words = said(" ".join(texts))
    kept = without_loops(words)
    starts = [word.start_ms for word in kept]
    assert set(kept) <= set(words)
    assert starts == sorted(starts)
    assert bool(kept) == bool(words)
