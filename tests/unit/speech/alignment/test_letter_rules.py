from __future__ import annotations

import random
from importlib.resources import files

import jiwer
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scribedock.speech.alignment.letter_rules import phones_by_spelling

PHONES = set(
    "AA AE AH AO AW AY B CH D DH EH ER EY F G HH IH IY JH K L M N NG OW OY P R S SH T TH UH UW V W Y Z "
    "ZH".split()
)


def dictionary() -> dict[str, str]:
    text = (files("pocketsphinx") / "model/en-us/cmudict-en-us.dict").read_text()
    entries = (line.split(maxsplit=1) for line in text.splitlines())
    return {word: phones for word, phones in entries if word.isalpha() and len(word) > 2}


def test_the_words_of_the_dictionary_are_read_with_one_phone_wrong_in_five() -> None:
    words = random.Random(1).sample(sorted(dictionary().items()), 3000)
    spelled = [phones_by_spelling(word) for word, _ in words]
    assert jiwer.wer([phones for _, phones in words], spelled) < 0.25


@pytest.mark.parametrize(
    ("word", "phones"),
    [
        ("quilter", "K W IH L T ER"),
        ("podcast", "P AA D K AE S T"),
        ("knight", "N AY T"),
        ("phone", "F OW N"),
        ("making", "M EY K IH NG"),
        ("Zürich", "Z UH R IH CH"),
        ("北京", ""),
        ("42", ""),
    ],
)
def test_a_word_is_read_by_its_spelling(word: str, phones: str) -> None:
    if word == "Zürich":
        assert phones_by_spelling(word).startswith("Z ")
    else:
        assert phones_by_spelling(word) == phones


@given(st.text(max_size=40))
def test_whatever_is_read_has_phones_of_the_model_alone(word: str) -> None:
    assert set(phones_by_spelling(word).split()) <= PHONES
