from __future__ import annotations

import itertools
import random

from hypothesis import given
from hypothesis import strategies as st

from scribedock.speech.alignment.anchors import HeardWord, anchors, common_subsequence

MS = 300  # of each heard word


def heard(words: list[str], start: int = 0) -> list[HeardWord]:
    return [
        HeardWord(word=word, start_ms=start + MS * place, end_ms=start + MS * (place + 1))
        for place, word in enumerate(words)
    ]


def places(text: str, sound: str) -> dict[int, int]:
    """Return the place in the text, and in what was heard, of each anchor."""
    found = anchors(text.split(), heard(sound.split()))
    return {place: each.start_ms // MS for place, each in found.items()}


def test_text_that_was_heard_exactly_is_anchored_word_for_word() -> None:
    assert places("a b c d e", "a b c d e") == {0: 0, 1: 1, 2: 2, 3: 3, 4: 4}


def test_words_before_and_after_the_text_are_ignored() -> None:
    assert places("c d e", "a b c d e f") == {0: 2, 1: 3, 2: 4}


def test_a_word_that_was_misheard_is_left_to_alignment() -> None:
    assert places("one two three four five", "one two tree four five") == {0: 0, 1: 1, 3: 3, 4: 4}


def test_a_single_word_between_near_anchors_is_taken_and_one_far_from_all_is_not() -> None:
    text = "a b c x d e f " + " ".join(f"w{number}" for number in range(30)) + " lone " + "y " * 30
    sound = "a b c q x r d e f " + "u " * 30 + " lone"
    found = places(text, sound)
    assert found[3] == 4
    assert text.split().index("lone") not in found


def test_a_refrain_is_found_at_each_of_its_places() -> None:
    text = "it was the best of times it was the worst of times it was the age of wisdom"
    assert places(text, text) == {number: number for number in range(len(text.split()))}


def test_another_recordings_text_has_hardly_any_anchors() -> None:
    words = [f"w{number}" for number in range(60)]
    picks = random.Random(3)
    text = [picks.choice(words) for _ in range(400)]
    other = [picks.choice(words) for _ in range(400)]
    assert len(anchors(text, heard(other))) < 40


def test_words_said_too_fast_are_no_anchors() -> None:
    text = [f"w{number}" for number in range(200)]
    sound = [*heard(text[:3]), *heard(text[150:153], 3 * MS)]
    assert list(anchors(text, sound)) in ([0, 1, 2], [150, 151, 152])


def test_a_text_that_is_repeated_is_found_each_time() -> None:
    picks = random.Random(7)
    once = [f"w{picks.randrange(200)}" for _ in range(300)]
    text = once * 12
    sound = [word if picks.random() > 0.15 else "noise" for word in text]
    found = anchors(text, heard(sound))
    assert len(found) > 0.75 * len(text)
    assert sum(each.start_ms // MS != place for place, each in found.items()) < len(found) / 50


def longest(text: list[str], words: list[str]) -> int:
    """Return the length of the longest common subsequence, as every textbook has it."""
    row = [0] * (len(words) + 1)
    for each in text:
        before = row
        row = [0]
        for number, word in enumerate(words):
            row.append(before[number] + 1 if each == word else max(before[number + 1], row[number]))
    return row[-1]


@given(st.lists(st.sampled_from("abcd"), max_size=40), st.lists(st.sampled_from("abcd"), max_size=40))
def test_a_common_subsequence_is_one_and_none_is_longer(text: list[str], words: list[str]) -> None:
    pairs = common_subsequence(text, words)
    assert all(text[place] == words[number] for place, number in pairs)
    assert all(a < c and b < d for (a, b), (c, d) in itertools.pairwise(pairs))
    assert len(pairs) == longest(text, words)


def test_an_hour_of_words_is_matched_at_once() -> None:
    picks = random.Random(5)
    text = [f"w{int(picks.paretovariate(0.7)) % 3000}" for _ in range(10_000)]
    sound = [word if picks.random() > 0.2 else "noise" for word in text]
    found = anchors(text, heard(sound))
    assert len(found) > 7000
    assert sum(each.start_ms // MS != place for place, each in found.items()) < len(found) / 50


@given(
    st.lists(st.sampled_from("abcde"), max_size=60),
    st.lists(st.sampled_from("abcde"), max_size=60),
)
def test_anchors_are_the_same_words_and_ascend_in_both(text: list[str], sound: list[str]) -> None:
    found = anchors(text, heard(sound))
    assert all(text[place] == each.word for place, each in found.items())
    assert list(found) == sorted(found)
    starts = [each.start_ms for each in found.values()]
    assert starts == sorted(set(starts))
