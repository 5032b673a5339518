"""Words as they are searched, and queries."""

from __future__ import annotations

import pytest

from scribedock.errors import InvalidQuery
from scribedock.search.query import (
    MAX_TERMS,
    fts5_expression,
    matches,
    read_query,
    tsquery_expression,
)
from scribedock.search.tokens import tokens_of


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("The Sea, 2.5 km!", "the sea 2 5 km"),
        ("Crème brûlée", "creme brulee"),
        ("ÅNGSTRÖM Straße", "angstrom strasse"),
        ("don't rock-n-roll", "don t rock n roll"),
        ("Ёлка й", "елка и"),
        ("Αθήνα", "αθηνα"),
        ("東京タワー 第3章", "東 京 タ ワ ー 第 3 章"),
        ("ﾃｽﾄ", "テ ス ト"),
        ("ที่นี่", "ที่ นี่"),
        ("שָׁלוֹם", "שלום"),
        ("مُحَمَّد", "محمد"),
        ("हिन्दी", "हिन्दी"),
        ("한국어", "한국어"),
        ("👩‍👩‍👧 — … ´ ¨", ""),
        ("½", "1 2"),
    ],
)
def test_words_lose_case_and_accents_in_any_language(text: str, tokens: str) -> None:
    assert " ".join(each.token for each in tokens_of(text)) == tokens


def marked(text: str, query: str) -> list[str]:
    return [text[begin:end] for begin, end in matches(tokens_of(text), read_query(query))]


@pytest.mark.parametrize(
    ("text", "query", "found"),
    [
        ("The sea is deep.", "SEA", ["sea"]),
        ("The sea is deep.", '"is deep" the', ["The", "is deep"]),
        ("The sea is deep.", "dee*", ["deep"]),
        ("Crème brûlée, s'il", "creme brul* s'il", ["Crème", "brûlée", "s'il"]),
        ("私は東京に住んでいます", "東京", ["東京"]),
        ("well well well", '"well well"', ["well well well"]),
        ("The sea", "„sea”", ["sea"]),
    ],
)
def test_the_words_of_a_query_are_marked_in_the_text(text: str, query: str, found: list[str]) -> None:
    assert marked(text, query) == found


@pytest.mark.parametrize(
    ("query", "problem"),
    [
        ("", "no letters"),
        ("*** ' -- ;", "no letters"),
        ('deep "sea', "quotation mark"),
        ("a*", "letters before"),
        ("x" * 501, "501 characters"),
        (" ".join(f"w{number}" for number in range(MAX_TERMS + 1)), "31 words"),
    ],
)
def test_a_query_that_cannot_be_used_says_why(query: str, problem: str) -> None:
    with pytest.raises(InvalidQuery, match=problem):
        read_query(query)


@pytest.mark.parametrize(
    "query", ["sea' OR 1=1 --", "NEAR(a b) {tokens}:x ^y", "a AND b NOT c", "' & | ! <->"]
)
def test_what_means_something_to_a_database_is_searched_as_words(query: str) -> None:
    try:
        terms = read_query(query)
    except InvalidQuery:
        return
    for quoted in (fts5_expression(terms).split('"')[1::2], tsquery_expression(terms).split("'")[1::2]):
        assert all(each.replace(" ", "").isalnum() for each in quoted)
