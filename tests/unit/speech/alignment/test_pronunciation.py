from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scribedock.speech.alignment.pronunciation import MAX_SPOKEN_FORMS, MAX_WORDS, bare_word, spoken_forms


def said(written: str) -> list[str]:
    return [" ".join(way) for way in spoken_forms(written)]


@pytest.mark.parametrize(
    ("written", "spoken"),
    [
        ("1998", "nineteen ninety eight"),
        ("1905", "nineteen oh five"),
        ("2005", "two thousand five"),
        ("2005", "twenty oh five"),
        ("2000", "two thousand"),
        ("1,234,567", "one million two hundred thirty four thousand five hundred and sixty seven"),
        ("105", "one hundred and five"),
        ("747", "seven forty seven"),
        ("911", "nine one one"),
        ("007", "zero zero seven"),
        ("407", "four oh seven"),
        ("5551234", "five five five one two three four"),
        ("2125550199", "two one two five five five oh one nine nine"),
        ("212-555-0199", "two one two five five five oh one nine nine"),
        ("1-800-555-0199", "one eight hundred five five five zero one nine nine"),
        ("B-247", "b two four seven"),
        ("3.14", "three point one four"),
        (".5", "point five"),
        ("-", ""),
        ("$5", "five dollars"),
        ("$1", "one dollar"),
        ("$5.50", "five dollars and fifty cents"),
        ("£1.01", "one pound and one penny"),
        ("$1.5bn", "one point five billion dollars"),
        ("50%", "fifty percent"),
        ("10:30", "ten thirty"),
        ("10:05am", "ten oh five a m"),
        ("21st", "twenty first"),
        ("20th", "twentieth"),
        ("1990s", "nineteen nineties"),
        ("'60s", "sixties"),
        ("24/7", "twenty four seven"),
        ("½", "one half"),
        ("٣", "three"),
        ("COVID-19", "covid nineteen"),
        ("H2O", "h two o"),
        ("FBI", "f b i"),
        ("NATO", "nato"),
        ("U.S.", "u s"),
        ("PCs", "p c's"),
        ("AT&T", "a t and t"),
        ("&", "and"),
        ("Mr.", "mister"),
        ("e.g.", "for example"),
        ("me@example.org", "me at example dot org"),
        ("cold-hearted,", "cold hearted"),
        ("“Don’t!”", "don't"),
        ("rock'n'roll", "rock'n'roll"),
    ],
)
def test_written_forms_have_their_spoken_forms(written: str, spoken: str) -> None:
    assert (spoken in said(written)) if spoken else said(written) == []


@pytest.mark.parametrize("mark", ["—", "...", "?!", "“", "", " ", "\u200b"])
def test_a_mark_is_not_said(mark: str) -> None:
    assert spoken_forms(mark) == []


@pytest.mark.parametrize("written", ["1" * 5000, "a" * 5000, "$" + "9" * 90, "1." * 40])
def test_what_nobody_reads_aloud_has_no_spoken_form(written: str) -> None:
    assert spoken_forms(written) == []


@pytest.mark.parametrize("written", ["𐹠", "𐹠3", "$𐹠", "a-𐹠"])
def test_a_numeral_that_is_not_a_decimal_digit_is_not_read_as_a_number(written: str) -> None:
    assert all(word.isascii() or word == "𐹠" for way in spoken_forms(written) for word in way)


@given(st.text(max_size=40))
def test_whatever_is_written_has_few_ways_of_few_words(written: str) -> None:
    ways = spoken_forms(written)
    assert len(ways) <= MAX_SPOKEN_FORMS
    assert len(set(ways)) == len(ways)
    assert all(0 < len(way) <= MAX_WORDS and all(way) for way in ways)


@pytest.mark.parametrize(
    ("written", "compared"),
    [
        ("“Don’t!”", "don't"),
        ("Straße,", "straße"),
        ("$5.", "$5"),
        ("(1,234)", "1,234"),
        ("50%", "50%"),
        ("—", ""),
    ],
)
def test_words_are_compared_without_the_marks_around_them(written: str, compared: str) -> None:
    assert bare_word(written) == compared


@given(st.text(max_size=30))
def test_what_is_compared_stays_as_it_is_when_it_is_compared_again(written: str) -> None:
    assert bare_word(bare_word(written)) == bare_word(written)
