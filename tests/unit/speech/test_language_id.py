from __future__ import annotations

from scribedock.speech.language_id import (
    contradicting_language,
    few_samples,
    likeliest_language,
    mean_probabilities,
    samples,
)
from scribedock.speech.span import Span


def spans(*lengths: int) -> list[Span]:
    return [
        Span(start_ms=40_000 * place, end_ms=40_000 * place + length) for place, length in enumerate(lengths)
    ]


def test_the_longest_spans_are_sampled_in_their_order() -> None:
    found = spans(1000, 9000, 500, 8000, 20_000)
    assert samples(found) == [found[1], found[3], found[4]]


def test_checking_costs_at_most_a_quarter_of_the_work() -> None:
    assert few_samples([]) == []
    assert few_samples(spans(1000, 2000, 3000)) == spans(1000)
    assert len(few_samples(spans(*range(1000, 1008)))) == 3
    assert len(few_samples(spans(*range(1000, 1100)))) == 4


def test_probabilities_are_averaged_over_all_spans() -> None:
    assert mean_probabilities([{"en": 0.8, "de": 0.2}, {"en": 0.4, "fr": 0.6}]) == {
        "en": 0.6000000000000001,
        "de": 0.1,
        "fr": 0.3,
    }


def test_the_likeliest_language_is_one_that_may_be_named() -> None:
    assert likeliest_language({"la": 0.6, "it": 0.3, "es": 0.1}, {"it", "es"}) == "it"
    assert likeliest_language({"la": 1.0}, {"it", "es"}) is None
    assert likeliest_language({}, {"it"}) is None


def test_another_language_contradicts_only_where_it_is_sure() -> None:
    assert contradicting_language({"de": 0.97, "en": 0.03}, "en") == "de"
    assert contradicting_language({"de": 0.6, "en": 0.4}, "en") is None
    assert contradicting_language({"en": 0.99, "de": 0.01}, "en") is None


def test_confusable_languages_do_not_contradict() -> None:
    assert contradicting_language({"hr": 0.99, "sr": 0.01}, "sr") is None
