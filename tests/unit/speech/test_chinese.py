from __future__ import annotations

import pytest

from scribedock.speech.chinese import in_script_of
from tests.support.speech import spoken

SIMPLIFIED = ["皇后", "的", "头发", "在", "后来", "发", "干"]
TRADITIONAL = ["皇后", "的", "頭髮", "在", "後來", "發", "乾"]


@pytest.mark.parametrize(
    ("language", "given", "expected"),
    [
        ("zh-cmn", TRADITIONAL, SIMPLIFIED),
        ("zh-cmn", [*TRADITIONAL[:3], *SIMPLIFIED[3:]], SIMPLIFIED),
        ("zh-tw", SIMPLIFIED[:5], TRADITIONAL[:5]),
        ("zh-tw", TRADITIONAL, TRADITIONAL),
        ("zh-yue", ["里", "面"], ["裏", "面"]),
        ("ja", ["学", "校"], ["学", "校"]),
        ("zh-cmn", ["用", " Python", "寫"], ["用", " Python", "写"]),
        ("zh-cmn", [], []),
    ],
)
def test_words_are_written_in_the_script_that_was_ordered(
    language: str, given: list[str], expected: list[str]
) -> None:
    words = spoken(given, confidence=0.5)
    converted = in_script_of(language, words)
    assert [word.text for word in converted] == expected
    assert [(word.start_ms, word.confidence) for word in converted] == [
        (word.start_ms, word.confidence) for word in words
    ]


def test_what_a_character_stands_for_shows_in_its_neighbours() -> None:
    assert [word.text for word in in_script_of("zh-tw", spoken(["头", "发", "发", "展"]))] == list("頭髮發展")
