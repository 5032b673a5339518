from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scribedock_captions.options import Spelling
from scribedock_captions.text.spelling import respelled

ALL = "".join(each.value for each in Spelling)


def spelled(word: str, spelling: str, **options: bool) -> str:
    return respelled(word.lower(), word, Spelling(spelling), **options) or word


@pytest.mark.parametrize(
    ("american", "british", "oxford", "australian", "canadian"),
    [
        ("color", "colour", "colour", "colour", "colour"),
        ("neighborhood", "neighbourhood", "neighbourhood", "neighbourhood", "neighbourhood"),
        ("organize", "organise", "organize", "organise", "organize"),
        ("organization", "organisation", "organization", "organisation", "organization"),
        ("analyze", "analyse", "analyse", "analyse", "analyze"),
        ("paralyzed", "paralysed", "paralysed", "paralysed", "paralyzed"),
        ("theater", "theatre", "theatre", "theatre", "theatre"),
        ("traveling", "travelling", "travelling", "travelling", "travelling"),
        ("jewelry", "jewellery", "jewellery", "jewellery", "jewellery"),
        ("enrollment", "enrolment", "enrolment", "enrolment", "enrolment"),
        ("defense", "defence", "defence", "defence", "defence"),
        ("gray", "grey", "grey", "grey", "grey"),
        ("anemia", "anaemia", "anaemia", "anaemia", "anemia"),
        ("aluminum", "aluminium", "aluminium", "aluminium", "aluminum"),
        ("catalog", "catalogue", "catalogue", "catalogue", "catalogue"),
        ("maneuvering", "manoeuvring", "manoeuvring", "manoeuvring", "manoeuvring"),
        ("encyclopedia", "encyclopaedia", "encyclopaedia", "encyclopedia", "encyclopedia"),
    ],
)
def test_every_variety_is_reached_from_every_other(
    american: str, british: str, oxford: str, australian: str, canadian: str
) -> None:
    forms = dict(zip("ABZUC", (american, british, oxford, australian, canadian), strict=True))
    for written in forms.values():
        for variety, expected in forms.items():
            assert spelled(written, variety) == expected


@pytest.mark.parametrize(
    "word",
    """program check meter tire story draft practice license curb analyses humorous honorary laborious
    advertise surprise exercise promised rising comprising supervised wise likewise noise praised disguise
    franchises televised paradise trellises size prize seizing capsized miser crises
    glamorous rhythm class cat to a""".split(),
)
def test_a_word_that_is_spelled_alike_or_depends_on_the_sentence_stays(word: str) -> None:
    assert {spelled(word, variety) for variety in ALL} == {word}


@pytest.mark.parametrize(
    ("british", "american"),
    [
        ("cheque", "check"),
        ("tyres", "tires"),
        ("licence", "license"),
        ("practise", "practice"),
        ("metres", "meters"),
        ("programme", "program"),
        ("kerb", "curb"),
        ("storeys", "stories"),
    ],
)
def test_the_certain_direction_is_taken_alone(british: str, american: str) -> None:
    assert spelled(british, "A") == american
    assert spelled(british, "B") == british
    assert spelled(american, "B") == american


def test_case_is_carried_and_names_stay() -> None:
    assert spelled("COLOR", "B") == "COLOUR"
    assert spelled("Color", "B", starts_sentence=True) == "Colour"
    assert spelled("Harbor", "B") == "Harbor"
    assert spelled("Louise", "A", starts_sentence=True) == "Louise"


def test_parts_of_a_word_are_spelled_too() -> None:
    assert spelled("color-blind", "B") == "colour-blind"
    assert spelled("neighbor's", "C") == "neighbour's"


@given(st.text(alphabet="aeioursylzn-'’", min_size=1, max_size=14), st.sampled_from(list(Spelling)))
def test_spelling_twice_changes_nothing_more(word: str, spelling: Spelling) -> None:
    once = respelled(word, word, spelling) or word
    assert (respelled(once, once, spelling) or once) == once
