"""Edits of single segments, by several people."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scribedock_captions.elementlist.model import ElementList, Speaker
from scribedock_captions.elementlist.normalisation import normalised
from scribedock_captions.elementlist.splicing import ListEdit, Splice, moved, spliced
from tests.captions.sample import say


def splice(first: int, removed: int, added: int) -> Splice:
    return Splice(first=first, removed=removed, added=added)


def words(elementlist: ElementList) -> list[str]:
    return [segment.sequences[0].tokens[0].display_as for segment in elementlist.segments]


@pytest.mark.parametrize(
    ("edited", "meanwhile", "found"),
    [
        (splice(5, 1, 1), [splice(2, 1, 3)], splice(7, 1, 1)),
        (splice(5, 1, 1), [splice(2, 2, 0), splice(4, 0, 1)], splice(4, 1, 1)),
        (splice(5, 1, 1), [splice(6, 1, 4)], splice(5, 1, 1)),
        (splice(5, 1, 1), [splice(5, 0, 2)], splice(7, 1, 1)),
        (splice(5, 1, 1), [splice(6, 0, 2)], splice(5, 1, 1)),
        (splice(5, 1, 1), [splice(5, 1, 1)], None),
        (splice(5, 3, 1), [splice(6, 0, 1)], None),
        (splice(5, 0, 1), [splice(4, 2, 1)], None),
        (splice(5, 0, 1), [splice(5, 2, 1)], splice(5, 0, 1)),
        (splice(5, 0, 1), [splice(5, 0, 2)], splice(7, 0, 1)),
    ],
)
def test_a_splice_moves_with_what_others_changed_before_it(
    edited: Splice, meanwhile: list[Splice], found: Splice | None
) -> None:
    assert moved(edited, meanwhile) == found


def test_several_places_are_edited_at_once() -> None:
    before = say("One.", "Two.", "Three.", "Four.")
    edit = ListEdit(
        splices=(splice(0, 1, 2), splice(2, 1, 0), splice(4, 0, 1)), added=say("A.", "B.", "End.")
    )
    assert words(spliced(before, edit)) == ["A", "B", "Two", "Four", "End"]


def test_speakers_of_the_edit_take_the_place_of_those_with_their_id() -> None:
    before = replace(say("One."), speakers=(Speaker(id=1, name="Ann"), Speaker(id=2, name="Ben")))
    added = replace(say(), speakers=(Speaker(id=2, name="Bea"), Speaker(id=3, name="Cyd")))
    after = spliced(before, ListEdit(splices=(), added=added))
    assert [each.name for each in after.speakers] == ["Ann", "Bea", "Cyd"]


LENGTH = 8
edits = st.tuples(st.integers(0, LENGTH), st.integers(0, 3), st.integers(0, 3)).map(
    lambda each: splice(each[0], min(each[1], LENGTH - each[0]), each[2])
)


@given(edits, edits)
def test_two_edits_of_different_segments_both_stand_whoever_comes_first(mine: Splice, others: Splice) -> None:
    before = say(*[f"w{number}." for number in range(LENGTH)])

    def applied(current: ElementList, each: Splice, name: str) -> ElementList:
        added = say(*[f"{name}{number}." for number in range(each.added)])
        return normalised(spliced(current, ListEdit(splices=(each,), added=added)))

    behind, ahead = moved(mine, [others]), moved(others, [mine])
    assert (behind is None) == (ahead is None)
    if behind is None or ahead is None:
        return
    one = words(applied(applied(before, others, "o"), behind, "m"))
    other = words(applied(applied(before, mine, "m"), ahead, "o"))
    touched = set(range(mine.first, mine.end)) | set(range(others.first, others.end))
    kept = [f"w{number}" for number in range(LENGTH) if number not in touched]
    assert sorted(one) == sorted(other)
    assert [word for word in one if word[0] == "w"] == kept == [word for word in other if word[0] == "w"]
    if (mine.first, mine.removed) != (others.first, 0) or mine.removed:
        assert one == other
