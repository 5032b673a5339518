from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings

from scribedock_captions.layout.boundaries import ends_caption, ends_line
from scribedock_captions.layout.layout import lay_out
from scribedock_captions.options import CaptionOptions, SpeakerDisplay
from scribedock_captions.text.graphemes import width
from scribedock_captions.text.words import Word, words_of
from tests.captions.layout.made_up import option_sets, word_lists
from tests.captions.sample import LONG_WORD, SAMPLE, say
from tests.captions.text.unspaced import JAPANESE


def pieces(word: Word) -> list[str]:
    return [*word.label.split(), word.text]


def joined(words: list[Word]) -> str:
    """All that must be shown, without its spaces."""
    return "".join(piece for word in words for piece in pieces(word))


def shown(lines: tuple[str, ...] | list[str]) -> str:
    return "".join(lines).replace(" ", "")


def lines_of(text: str, **options: Any) -> list[tuple[str, ...]]:
    chosen = CaptionOptions(**options)
    return [caption.lines for caption in lay_out(words_of(say(text), chosen), chosen)]


@settings(max_examples=150)
@given(word_lists(), option_sets())
def test_no_word_is_lost_repeated_or_moved(words: list[Word], options: CaptionOptions) -> None:
    captions = lay_out(words, options)
    assert shown([line for caption in captions for line in caption.lines]) == joined(words)


@settings(max_examples=150)
@given(word_lists(), option_sets())
def test_a_line_is_too_wide_only_for_one_word_or_a_last_word_that_may_not_dangle(
    words: list[Word], options: CaptionOptions
) -> None:
    for caption in lay_out(words, options):
        for line in caption.lines:
            if width(line) <= options.characters_per_caption_line:
                continue
            assert options.disallow_dangling or len(_unbreakable(line, words)) == 1, line


def _unbreakable(line: str, words: list[Word]) -> list[str]:
    """The texts that stand together in a line; a text without a space before it is one with the last."""
    parts = line.split(" ")
    texts = {piece for word in words for piece in pieces(word)}
    return [part for part in parts if part in texts] or [line]


@settings(max_examples=150)
@given(word_lists(), option_sets())
def test_captions_have_no_more_lines_than_allowed(words: list[Word], options: CaptionOptions) -> None:
    assert all(len(caption.lines) <= options.lines_per_caption for caption in lay_out(words, options))


@settings(max_examples=150)
@given(word_lists(), option_sets())
def test_times_are_those_of_the_words_and_never_run_backwards(
    words: list[Word], options: CaptionOptions
) -> None:
    captions = lay_out(words, options)
    assert all(caption.start <= caption.end for caption in captions)
    for before, after in pairwise(captions):
        assert before.start <= after.start
        assert before.end <= after.end
    assert captions[0].start == words[0].start
    assert captions[-1].end == max(word.end for word in words)


@settings(max_examples=150)
@given(word_lists(), option_sets())
def test_a_layout_can_be_repeated(words: list[Word], options: CaptionOptions) -> None:
    assert lay_out(words, options) == lay_out(list(words), options)


def test_long_captions_end_within_the_maximum_unless_they_are_one_word() -> None:
    options = CaptionOptions(maximum_caption_duration=1000)
    for caption in lay_out(words_of(SAMPLE, options), options):
        words = [word for line in caption.lines for word in line.split()]
        assert caption.end - caption.start <= 1000 or len(words) == 1 or words[0] == ">>"


def test_a_word_wider_than_the_line_stands_alone() -> None:
    lines = [line for lines in lines_of(f"See the {LONG_WORD} over there.") for line in lines]
    assert LONG_WORD in lines


def test_a_name_too_long_for_a_caption_continues_in_the_next() -> None:
    label = ">> Professor Augusta Ada King:"
    words = [Word(text="Yes.", start=0, end=300, segment=0, new_speaker=True, label=label)]
    captions = lay_out(words, CaptionOptions(characters_per_caption_line=10, lines_per_caption=2))
    assert " ".join(line for caption in captions for line in caption.lines) == f"{label} Yes."
    assert max(len(line) for caption in captions for line in caption.lines) <= 10


def test_lines_break_after_punctuation() -> None:
    assert lines_of("When the rain stops, we will walk home together.", characters_per_caption_line=32) == [
        ("When the rain stops,", "we will walk home together.")
    ]


def test_an_article_stays_with_its_noun() -> None:
    text = "They were standing together near the old lighthouse keeper."
    for lines in lines_of(text, characters_per_caption_line=38):
        for line in lines[:-1]:
            assert line.split()[-1].lower() not in {"the", "a", "an", "near"}


def test_a_first_name_stays_with_the_last() -> None:
    [lines] = lines_of("Yesterday I finally met Grace Hopper on the ship.", characters_per_caption_line=29)
    assert not lines[0].endswith("Grace")


def test_lines_break_before_a_preposition_rather_than_after() -> None:
    [lines] = lines_of(
        "She carried the heavy lantern through the narrow passage.", characters_per_caption_line=40
    )
    assert lines == ("She carried the heavy lantern", "through the narrow passage.")


def test_two_lines_are_balanced_where_nothing_else_decides() -> None:
    [lines] = lines_of(" ".join(["word"] * 10) + ".", characters_per_caption_line=42)
    assert [len(line.split()) for line in lines] == [5, 5]


def test_text_that_fits_stays_on_one_line() -> None:
    assert lines_of("The ship has come in.") == [("The ship has come in.",)]


def test_a_word_is_not_left_alone_where_a_better_break_exists() -> None:
    text = "Nobody in the harbour had ever seen a ship like this one before today, they said to us."
    for width_ in range(20, 60):
        found = lines_of(text, characters_per_caption_line=width_)
        assert all(len(" ".join(lines).split()) > 1 for lines in found)


def test_widths_are_counted_in_characters_as_a_reader_sees_them() -> None:
    family = "👩‍👩‍👧" * 4
    assert lines_of(f"{family} {family}", characters_per_caption_line=9) == [(f"{family} {family}",)]
    assert lines_of(f"{family} {family}", characters_per_caption_line=8) == [(family, family)]


def test_languages_without_spaces_break_between_words_but_never_before_a_mark() -> None:
    options = CaptionOptions(characters_per_caption_line=6, display_speaker_id=SpeakerDisplay.NO)
    lines = [line for caption in lay_out(words_of(JAPANESE, options), options) for line in caption.lines]
    assert "".join(lines) == "今日は、いい天気です。"
    assert all(width(line) <= 6 for line in lines)
    assert not any(line.startswith(("、", "。")) for line in lines)


def test_hard_boundaries_hold_for_every_pair_of_words() -> None:
    options = CaptionOptions(remove_sound_references=False, caption_by_sentence=False)
    words = words_of(SAMPLE, options)
    captions = lay_out(words, options)
    starts = {caption.start for caption in captions}
    for before, after in pairwise(words):
        if ends_caption(before, after, options):
            assert after.start in starts
        if ends_line(before, after, options):
            beginnings = {line.split(" ")[0] for caption in captions for line in caption.lines}
            assert pieces(after)[0] in beginnings


@pytest.mark.parametrize(
    ("language", "phrases"),
    [
        (
            "ja",
            [
                "昨日は",
                "友達と",
                "一緒に",
                "新しく",
                "できた",
                "美術館へ",
                "行って",
                "絵を",
                "たくさん",
                "見ました。",
            ],
        ),
        (
            "und",
            [
                "昨日は",
                "友達と",
                "一緒に",
                "新しく",
                "できた",
                "美術館へ",
                "行って",
                "絵を",
                "たくさん",
                "見ました。",
            ],
        ),
        ("th", ["เมื่อวานนี้เรา", "ไปเที่ยวพิพิธภัณฑ์", "ศิลปะที่เพิ่ง", "เปิดใหม่", "กับเพื่อน"]),
        ("zh-tw", ["我們", "昨天", "和", "朋友", "一起", "看", "電影"]),
    ],
)
def test_a_word_without_spaces_that_is_wider_than_the_line_breaks_at_phrases(
    language: str, phrases: list[str]
) -> None:
    text = "".join(phrases)
    source = say(text, language=language, word_ms=100 * len(text))
    widest = max(map(width, phrases))
    options = CaptionOptions(characters_per_caption_line=widest, lines_per_caption=1)
    captions = lay_out(words_of(source, options), options, language)
    assert len(captions) > 1
    assert "".join(each.lines[0] for each in captions) == text
    edges = {sum(map(len, phrases[:number])) for number in range(len(phrases) + 1)}
    place = 0
    for caption in captions:
        assert (caption.start, caption.end) == (100 * place, 100 * (place + len(caption.lines[0])))
        place += len(caption.lines[0])
        assert place in edges, caption.lines[0]


def test_a_sound_keeps_its_time_and_its_caption_however_wide_it_is() -> None:
    text = "[遠くで音楽が鳴っていて人々が楽しそうに踊っている]"
    source = say(text, language="ja", word_ms=5000)
    options = CaptionOptions(
        characters_per_caption_line=14, lines_per_caption=2, remove_sound_references=False
    )
    [caption] = lay_out(words_of(source, options), options, "ja")
    assert (caption.start, caption.end, "".join(caption.lines)) == (0, 5000, text)
