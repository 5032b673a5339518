from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scribedock_captions.elementlist.codec import parse, to_json
from scribedock_captions.elementlist.model import Annotation, ElementList, Segment, Speaker, Tag, TimeRange
from scribedock_captions.elementlist.normalisation import ascending, normalised
from scribedock_captions.elementlist.rules import problems
from tests.captions.sample import SAMPLE, SPEAKERS, say, sentence, talk

SPOKEN = say("One fish.", "Two fish.", gap=400)


def changed(path: tuple[str | int, ...], value: Any, source: ElementList = SPOKEN) -> ElementList:
    """The list with another value at a place of its JSON."""
    data = place = json.loads(to_json(source))
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    return parse(data)


def texts(elementlist: ElementList) -> list[str]:
    return [
        token.display_as
        for segment in elementlist.segments
        for sequence in segment.sequences
        for token in sequence.tokens
    ]


TOKEN = ("segments", 1, "sequences", 0, "tokens", 0)


@pytest.mark.parametrize(
    ("broken", "expected"),
    [
        (SPOKEN, []),
        (replace(talk(), start_time=9000), ["ElementList.end_time: 0 is before its start_time, 9000"]),
        (
            replace(SPOKEN, end_time=1500),
            ["segments[1].end_time: 1600 is after its parent's end_time, 1500"],
        ),
        (
            changed(("segments", 1, "start_time"), 500),
            ["segments[1].start_time: 500 is before the end_time of the one before, 600"],
        ),
        (
            changed((*TOKEN, "start_time"), 900),
            ["segments[1].sequences[0].tokens[0].start_time: 900 is before its parent's start_time, 1000"],
        ),
        (
            changed((*TOKEN, "end_time"), 1400),
            ["segments[1].sequences[0].tokens[0].end_time: 1400 is after its parent's end_time, 1300"],
        ),
        (
            changed((*TOKEN, "end_time"), 1),
            ["segments[1].sequences[0].tokens[0].end_time: 1 is before its start_time, 1000"],
        ),
        (
            changed((*TOKEN, "value"), "Two"),
            ["segments[1].sequences[0].tokens[0].value: must be in lower case, not 'Two'"],
        ),
        (
            changed(("segments", 1, "sequences", 1, "tokens", 1, "tags"), []),
            ["segments[1].sequences[1].tokens[1].tags: must have ENDS_SENTENCE"],
        ),
        (changed(("segments", 0, "sequences"), []), ["segments[0].sequences: must not be empty"]),
        (
            changed(("segments", 0, "sequences", 0, "tokens"), []),
            ["segments[0].sequences[0].tokens: must not be empty"],
        ),
        (
            talk(sentence("Hi.", speaker=4)),
            ["segments[0].speaker_id: no speaker has the id 4"],
        ),
        (
            replace(SPOKEN, speakers=(Speaker(id=0, name="Effects"), Speaker(id=0, name="A"))),
            [
                "speakers[0].id: must be 1 or more, not 0",
                "speakers[1].id: must be 1 or more, not 0",
                "speakers[1].id: 0 is an earlier speaker's",
            ],
        ),
        (
            replace(
                SPOKEN,
                keywords=(
                    Annotation(key="Fish", time_ranges=(TimeRange(start_time=9, end_time=3),)),
                    Annotation(key="two", time_ranges=(TimeRange(start_time=9, end_time=1601),)),
                ),
            ),
            [
                "keywords['Fish']: the key must be in lower case",
                "keywords['Fish'].time_ranges[0].end_time: 3 is before its start_time, 9",
                "keywords['two'].time_ranges[0].end_time: 1601 is after the end of the list, 1600",
            ],
        ),
    ],
)
def test_a_broken_rule_is_named_with_its_place(broken: ElementList, expected: list[str]) -> None:
    assert [str(problem) for problem in problems(broken)] == expected


def test_a_valid_list_is_left_as_it_is() -> None:
    assert normalised(SPOKEN) == SPOKEN
    assert normalised(SAMPLE) == SAMPLE


def test_a_list_may_be_empty() -> None:
    assert normalised(talk()) == talk()


def test_parts_without_tokens_are_left_out() -> None:
    empty = changed(("segments", 0, "sequences", 0, "tokens"), [])
    assert texts(normalised(empty)) == ["fish", ".", "Two", "fish", "."]
    assert len(normalised(changed(("segments", 0, "sequences"), [])).segments) == 1


def test_one_wrong_time_moves_no_other() -> None:
    wrong = changed((*TOKEN, "start_time"), 900_000)
    mended = normalised(replace(wrong, end_time=1600))
    before = [token for segment in SPOKEN.segments for seq in segment.sequences for token in seq.tokens]
    after = [token for segment in mended.segments for seq in segment.sequences for token in seq.tokens]
    assert [old for old, new in zip(before, after, strict=True) if old != new] == [
        SPOKEN.segments[1].sequences[0].tokens[0]
    ]
    moved = mended.segments[1].sequences[0].tokens[0]
    assert moved.interpolated and 600 <= moved.start_time <= moved.end_time <= 1300


def test_a_mark_that_ends_a_sentence_says_so() -> None:
    untagged = changed(("segments", 1, "sequences", 1, "tokens", 1, "tags"), [])
    assert normalised(untagged).segments[1].sequences[1].tokens[1].tags == {Tag.ENDS_SENTENCE}


def test_unlisted_speakers_are_added_and_none_is_listed_twice() -> None:
    twice = talk(sentence("Hi.", speaker=7), speakers=(*SPEAKERS, Speaker(id=1, name="Eve")))
    assert [(each.id, each.name) for each in normalised(twice).speakers] == [
        *((each.id, each.name) for each in SPEAKERS),
        (7, ""),
    ]


def test_keywords_end_with_the_list_and_keep_their_places() -> None:
    spans = (TimeRange(start_time=5, end_time=90_000), TimeRange(start_time=80_000, end_time=90_000))
    twice = (Annotation(key="Sea", time_ranges=spans), Annotation(key="sea", url="https://example.org/"))
    [keyword] = normalised(replace(SPOKEN, keywords=twice)).keywords
    assert keyword == Annotation(key="sea", time_ranges=(TimeRange(start_time=5, end_time=1600),))


@given(st.lists(st.integers(0, 50), max_size=30))
def test_as_few_times_as_possible_are_moved(times: list[int]) -> None:
    found = ascending(times)
    assert found == sorted(found)
    kept = sum(before == after for before, after in zip(times, found, strict=True))
    longest: list[int] = []
    for index, time in enumerate(times):  # the slow and plain way
        longest.append(1 + max((longest[at] for at in range(index) if times[at] <= time), default=0))
    assert kept >= max(longest, default=0)


WRONG = st.integers(0, 10_000) | st.integers(0, 10**9)


@settings(max_examples=300)
@given(st.data())
def test_any_times_are_mended_and_every_word_stays_where_it_was(data: st.DataObject) -> None:
    source = json.loads(to_json(SAMPLE))
    parents = [source, *source["segments"]]
    parents += [sequence for segment in source["segments"] for sequence in segment["sequences"]]
    parents += [token for sequence in parents[1 + len(source["segments"]) :] for token in sequence["tokens"]]
    for place in data.draw(st.lists(st.integers(0, len(parents) - 1), max_size=25)):
        parents[place][data.draw(st.sampled_from(["start_time", "end_time"]))] = data.draw(WRONG)
    broken = parse(source)
    mended = normalised(broken)
    assert problems(mended) == []
    assert texts(mended) == texts(broken)
    assert [each.speaker_id for each in mended.segments] == [each.speaker_id for each in broken.segments]
    assert normalised(mended) == mended


def test_a_segment_without_sequences_breaks_no_times() -> None:
    hollow = replace(SPOKEN, segments=(Segment(start_time=9, end_time=5, sequences=()), *SPOKEN.segments))
    assert normalised(hollow) == SPOKEN
