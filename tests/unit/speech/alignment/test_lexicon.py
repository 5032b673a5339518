from __future__ import annotations

from scribedock.speech.alignment.lexicon import MAX_PRONUNCIATIONS, pronunciations

KNOWN = {
    "the": ["DH AH", "DH IY"],
    "dash": ["D AE SH"],
    "wood": ["W UH D"],
    "nineteen": ["N AY N T IY N"],
    "ninety": ["N AY N T IY"],
    "eight": ["EY T"],
    "cat": ["K AE T"],
    "judge": ["JH AH JH"],
}


def known(word: str) -> list[str]:
    return KNOWN.get(word, [])


def test_a_word_of_the_dictionary_has_all_its_pronunciations() -> None:
    assert pronunciations("The", known) == ["DH AH", "DH IY"]


def test_a_number_is_pronounced_as_the_words_that_it_is_said_with() -> None:
    assert pronunciations("1998", known)[0] == "N AY N T IY N N AY N T IY EY T"


def test_a_compound_is_pronounced_as_its_two_words() -> None:
    assert pronunciations("Dashwood", known) == ["D AE SH W UH D"]


def test_a_possessive_is_pronounced_as_its_word_and_an_s() -> None:
    assert pronunciations("dashwood's", known) == ["D AE SH W UH D Z"]
    assert pronunciations("cat’s", known) == ["K AE T S"]
    assert pronunciations("judge's", known) == ["JH AH JH IH Z"]


def test_an_unknown_word_is_pronounced_by_rules() -> None:
    assert pronunciations("zorp", known) == ["Z AO R P"]


def test_marks_have_no_pronunciation() -> None:
    assert pronunciations("—", known) == []
    assert pronunciations("北京", known) == []


def test_many_ways_to_say_the_parts_are_a_few_ways_to_say_the_whole() -> None:
    assert len(pronunciations("1998-1998", lambda word: ["A", "B", "C", "D"])) <= MAX_PRONUNCIATIONS
