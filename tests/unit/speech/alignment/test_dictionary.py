from __future__ import annotations

import pytest

from scribedock.speech.alignment.dictionary import entries, is_known


@pytest.mark.parametrize(
    "written",
    [
        " the",
        " Sea,",
        "“Deep”",
        "Mr.",
        "1998",
        "$5",
        "5,000",
        "ill-disposed.",
        "teacher's",
        "o'clock",
        "FBI",
        "—",
        "",
    ],
)
def test_english_as_it_is_written_is_known(written: str) -> None:
    assert is_known(written)


@pytest.mark.parametrize(
    "written", ["blorfent", " Astrayalously,", "Zwölfuhrtee", "sea-blorfent", "blorfent's"]
)
def test_what_nobody_says_in_english_is_not_known(written: str) -> None:
    assert not is_known(written)


@pytest.mark.parametrize("written", ["Blorfent", " Blorfent,", "Blorfent's", "blorfents'"])
def test_a_term_is_known_whatever_is_around_it(written: str) -> None:
    assert is_known(written, also={"blorfent", "blorfents"})


def test_the_dictionary_has_several_pronunciations_of_a_word() -> None:
    found = {word: phones for word, phones in entries() if word in ("the", "the(2)")}
    assert found == {"the": ["DH", "AH"], "the(2)": ["DH", "IY"]}
