from __future__ import annotations

from itertools import pairwise

import pytest

from scribedock_captions.layout.breaks import BAD_BREAK_COST, COMMA_COST, SENTENCE_END_COST, Breaks
from scribedock_captions.text.words import Word


def word(text: str) -> Word:
    return Word(text=text, start=0, end=0, segment=0)


def cost(pair: str, language: str = "en") -> float:
    before, after = pair.split(" | ")
    return Breaks(language).cost(word(before), word(after))


@pytest.mark.parametrize(
    "pair",
    [
        "the | whale",
        "my | sister",
        "Ada's | letters",
        "of | grain",
        "to | carry",
        "and | then",
        "because | nobody",
        "which | was",
        "she | knows",
        "it's | raining",
        "has | been",
        "don't | know",
        "Grace | Hopper",
        "Dr. | Marwick",
        "Apollo | 11",
        "six | quarts",
        "very | loud",
        "kind | of",
        "sharp | knife",
        "careless | talk",
        "walk | away",
        "saw | him",
        "thousand | million",
    ],
)
def test_breaking_up_words_that_belong_together_is_expensive(pair: str) -> None:
    assert cost(pair) >= BAD_BREAK_COST


@pytest.mark.parametrize(
    "pair",
    [
        "home. | The",
        "home, | and",
        "red, | white",
        "now: | the",
        "ships | and",
        "people | who",
        "lantern | through",
        "think | we",
        "tools | to",
        "it | to",
        "off | onto",
        "harbour | sings",
        "Tom | and",
        "said | “Come",
    ],
)
def test_a_break_at_the_end_of_a_phrase_is_cheap(pair: str) -> None:
    assert cost(pair) < BAD_BREAK_COST


def test_a_break_after_a_sentence_costs_nothing_and_an_abbreviation_does_not_end_one() -> None:
    assert cost("home. | Then") == SENTENCE_END_COST
    assert cost("home.” | Then") == SENTENCE_END_COST
    assert cost("Mr. | Whitlock") >= BAD_BREAK_COST
    assert cost("J. | Bach") >= BAD_BREAK_COST


def test_a_comma_before_a_clause_is_the_better_place() -> None:
    assert cost("rain, | and") < cost("rain, | snow") == COMMA_COST


def test_no_line_begins_with_a_mark() -> None:
    assert cost("bonjour | !", "fr") > 2 * BAD_BREAK_COST
    assert cost("one | …") > 2 * BAD_BREAK_COST


def test_symbols_join_and_pictures_are_words() -> None:
    assert cost("& | Jerry") >= BAD_BREAK_COST
    assert cost("= | two") >= BAD_BREAK_COST
    assert cost("ship | 🚢") < BAD_BREAK_COST


@pytest.mark.parametrize(
    ("pair", "language"),
    [
        ("der | Hafen", "de"),
        ("ist | gekommen", "de-at"),
        ("de | la", "fr"),
        ("una | nave", "it"),
        ("para | el", "es"),
        ("não | sabe", "pt"),
        ("het | schip", "nl"),
        ("天気 | が", "ja"),
    ],
)
def test_each_language_has_its_own_function_words(pair: str, language: str) -> None:
    assert cost(pair, language) >= BAD_BREAK_COST
    assert cost(pair, "fi") < BAD_BREAK_COST


def test_german_nouns_are_not_names() -> None:
    assert cost("gestern | Schiffe", "de") == cost("Abends | Schiffe", "de")
    assert cost("Abends | Schiffe", "en") >= BAD_BREAK_COST


def test_many_costs_at_once_are_those_of_the_pairs() -> None:
    words = [word(text) for text in "Yesterday the ship, which came from Oslo, left. It was late.".split()]
    breaks = Breaks()
    pairs = [breaks.cost(before, after) for before, after in pairwise(words)]
    assert breaks.costs(words) == [SENTENCE_END_COST, *pairs]


@pytest.mark.parametrize(
    ("pair", "reason"),
    [
        ("home. | Then", "at the end of a sentence"),
        ("home, | then", "after a comma"),
        ("home; | then", "after a colon, semicolon or dash"),
        ("Grace | Hopper", "inside a name"),
        ("kind | of", "inside “kind of”"),
        ("the | whale", "after an article that needs what follows"),
        ("ships | and", "before a conjunction"),
        ("harbour | sings", "between two words"),
    ],
)
def test_a_reason_says_what_is_broken(pair: str, reason: str) -> None:
    before, after = pair.split(" | ")
    assert Breaks().reason(word(before), word(after)) == reason
