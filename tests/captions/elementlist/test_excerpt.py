"""What of a list is said in a stretch of the recording."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scribedock_captions.elementlist.excerpt import excerpt, has_words
from scribedock_captions.elementlist.model import ElementList
from tests.captions.sample import say

LIST = say("The sea is deep.", "The ship is old.", "[MUSIC]")
END = LIST.end_time


def texts(elementlist: ElementList) -> list[str]:
    return [
        " ".join("".join(token.display_as for token in each.tokens) for each in segment.sequences)
        for segment in elementlist.segments
    ]


def test_the_whole_recording_has_the_whole_list() -> None:
    assert texts(excerpt(LIST, 0, END)) == texts(LIST)


def test_a_word_belongs_where_its_middle_is() -> None:
    words = LIST.segments[0].sequences
    middle = (words[1].start_time + words[1].end_time) // 2
    assert texts(excerpt(LIST, 0, middle)) == ["The"]
    assert texts(excerpt(LIST, 0, middle + 1)) == ["The sea"]
    cut = excerpt(LIST, middle, words[2].end_time)
    assert texts(cut) == ["sea is"]
    assert (cut.segments[0].start_time, cut.segments[0].sequences[0].tokens[0].start_time) == (middle, middle)


@pytest.mark.parametrize(("start", "end", "has_any"), [(0, END, True), (END, END, False)])
def test_sounds_are_no_words(start: int, end: int, has_any: bool) -> None:
    assert has_words(excerpt(LIST, start, end)) is has_any
    music = LIST.segments[2]
    assert not has_words(excerpt(LIST, music.start_time, music.end_time))


@given(st.integers(0, END), st.integers(0, END))
def test_no_time_lies_outside(one: int, other: int) -> None:
    start, end = sorted((one, other))
    for segment in excerpt(LIST, start, end).segments:
        assert start <= segment.start_time <= segment.end_time <= end
        for each in segment.sequences:
            assert segment.start_time <= each.start_time <= each.end_time <= segment.end_time
            assert all(each.start_time <= t.start_time <= t.end_time <= each.end_time for t in each.tokens)
