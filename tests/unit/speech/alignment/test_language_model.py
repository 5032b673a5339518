from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st
from pytest import approx

from scribedock.speech.alignment.language_model import BEGIN, arpa

Model = dict[tuple[str, ...], tuple[float, float]]


def parsed(text: str) -> Model:
    """Probability and back-off weight of each n-gram of an ARPA file."""
    model: Model = {}
    order = 0
    for line in text.splitlines():
        if match := re.fullmatch(r"\\(\d)-grams:", line):
            order = int(match[1])
        elif order and line and not line.startswith("\\"):
            parts = line.split(" ")
            backoff = float(parts[order + 1]) if len(parts) > order + 1 else 0.0
            model[tuple(parts[1 : order + 1])] = (10 ** float(parts[0]), 10**backoff)
    return model


def probability(model: Model, gram: tuple[str, ...]) -> float:
    if gram in model:
        return model[gram][0]
    return model.get(gram[:-1], (0, 1.0))[1] * probability(model, gram[1:])


TEXTS = st.lists(st.sampled_from("abcdefg"), min_size=1, max_size=40)


@given(TEXTS, st.lists(st.sampled_from("abcdefg"), max_size=2))
def test_in_every_context_the_probabilities_sum_to_one(text: list[str], context: list[str]) -> None:
    model = parsed(arpa(text))
    if not all((word,) in model for word in context):
        return
    words = {gram[0] for gram in model if len(gram) == 1} - {BEGIN}
    assert sum(probability(model, (*context, word)) for word in words) == approx(1, abs=0.01)


@given(TEXTS)
def test_the_counts_in_the_head_are_those_of_the_body(text: list[str]) -> None:
    written = arpa(text)
    declared = {int(order): int(count) for order, count in re.findall(r"ngram (\d)=(\d+)", written)}
    model = parsed(written)
    assert declared == {order: sum(len(gram) == order for gram in model) for order in (1, 2, 3)}


@given(TEXTS, st.integers(1, 5))
def test_words_that_are_not_the_texts_take_part_of_the_probability(text: list[str], count: int) -> None:
    others = [f"~{number}" for number in range(count)]
    model = parsed(arpa(text, others))
    words = {gram[0] for gram in model if len(gram) == 1} - {BEGIN}
    assert words >= set(others)
    for context in ((), (text[0],), (others[0],)):
        assert sum(probability(model, (*context, word)) for word in words) == approx(1, abs=0.01)


def test_the_order_of_the_text_is_likelier_than_any_other() -> None:
    model = parsed(arpa("it was the best of times it was the worst of times".split()))
    assert probability(model, ("the", "worst", "of")) > 10 * probability(model, ("the", "worst", "times"))
