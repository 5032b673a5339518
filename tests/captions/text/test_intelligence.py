"""Keywords and topics."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise

from scribedock_captions.elementlist.model import Annotation
from scribedock_captions.elementlist.rules import problems
from scribedock_captions.text.intelligence import MAX_KEYWORDS, annotated
from tests.captions.sample import SAMPLE, say

TIDES = [
    "The tides follow the moon.",
    "When the moon is near, the spring tides rise higher along the coast.",
    "Sailors read tide tables before they leave the harbour.",
    "The harbour is shallow when the moon and the sun pull apart.",
    "A neap tide is the lowest of the tides, and the coast grows wide.",
    "The moon pulls the water of the ocean, and the ocean pulls back.",
]
BREAD = [
    "Sourdough bread begins with a starter of flour and water.",
    "The baker feeds the starter, and the dough rises overnight.",
    "A hot oven gives the sourdough bread its crust.",
    "Salt slows the yeast, and the dough tastes better.",
    "The baker folds the dough, and the oven does the rest.",
    "Rye flour makes a dense bread, wheat flour a light one.",
]


def keys(annotations: Iterable[Annotation]) -> list[str]:
    return [each.key for each in annotations]


def test_what_a_text_is_about_is_among_its_first_keywords() -> None:
    found = keys(annotated(say(*TIDES * 2)).keywords)
    assert {"moon", "tides"} <= set(found[:6])
    assert not {"the", "and", "when", "before"} & set(found)


def test_a_keyword_has_every_time_at_which_it_is_said() -> None:
    source = say("The moon rises.", "Nobody sees the Moon.", "Ships sleep.", gap=1000)
    [moon] = [each for each in annotated(source).keywords if each.key == "moon"]
    assert [(each.start_time, each.end_time) for each in moon.time_ranges] == [(300, 600), (2800, 3100)]
    assert moon.display_name.lower() == "moon"


def test_words_that_are_said_together_are_one_keyword() -> None:
    found = keys(annotated(say(*["Sourdough bread is good."] * 4, *["Bakers sell it."] * 2)).keywords)
    assert "sourdough bread" in found
    assert "sourdough" not in found


def test_a_topic_begins_where_the_words_change() -> None:
    source = say(*TIDES * 4, *BREAD * 4)
    change = source.segments[len(TIDES) * 4].start_time
    topics = annotated(source).topics
    assert len(topics) >= 2
    about = {each.key: each.time_ranges for each in topics}
    tides = [each for key, ranges in about.items() for each in ranges if set(key.split()) & {"moon", "tides"}]
    bread = [
        each
        for key, ranges in about.items()
        for each in ranges
        if set(key.split()) & {"bread", "dough", "flour"}
    ]
    assert tides and bread
    assert all(each.start_time < change for each in tides)
    assert all(each.end_time > change for each in bread)


def test_topics_cover_the_text_without_an_overlap() -> None:
    source = say(*TIDES * 3, *BREAD * 3, *TIDES)
    ranges = sorted(
        (each.start_time, each.end_time) for topic in annotated(source).topics for each in topic.time_ranges
    )
    assert ranges[0][0] == source.segments[0].start_time
    assert ranges[-1][1] == source.segments[-1].end_time
    assert all(end <= start for (_, end), (start, _) in pairwise(ranges))


def test_the_list_keeps_to_the_rules_and_its_words() -> None:
    for source in (SAMPLE, say(*TIDES), say(), say("[MUSIC]"), say("и то и это", language="ru")):
        found = annotated(source)
        assert found.segments == source.segments
        assert [each for each in problems(found) if "keywords" in str(each) or "topics" in str(each)] == []


def test_the_same_list_has_the_same_keywords() -> None:
    assert annotated(say(*TIDES)) == annotated(say(*TIDES))


def test_a_long_text_has_no_more_keywords_than_anybody_reads() -> None:
    source = say(*(TIDES + BREAD) * 170)  # two hours
    found = annotated(source)
    assert 3 <= len(found.keywords) <= MAX_KEYWORDS
    assert max(len(each.time_ranges) for each in found.keywords) >= 170
