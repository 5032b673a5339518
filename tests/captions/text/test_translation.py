"""ElementLists in another language."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scribedock_captions.elementlist.model import ElementList, Tag, TokenType
from scribedock_captions.elementlist.rules import problems
from scribedock_captions.options import CaptionOptions
from scribedock_captions.rendering import CaptionFormat, captions_of
from scribedock_captions.text.translation import sentences, translated
from tests.captions.sample import SAMPLE, say


def words(elementlist: ElementList) -> list[tuple[str, int, int]]:
    return [
        ("".join(token.display_as for token in sequence.tokens), sequence.start_time, sequence.end_time)
        for segment in elementlist.segments
        for sequence in segment.sequences
    ]


def test_the_sentences_are_what_is_said_without_sounds() -> None:
    assert sentences(say("[MUSIC] The sea is deep.", "[NOISE]")) == ["The sea is deep.", ""]


def test_sentences_keep_their_times_and_words_share_them_by_length() -> None:
    source = say("The sea is deep.", "So be it.", gap=1000)
    found = translated(source, ["Tief ist die See.", "Sei es so."], "de")
    assert found.language == "de"
    assert [(each.start_time, each.end_time) for each in found.segments] == [
        (each.start_time, each.end_time) for each in source.segments
    ]
    assert words(found) == [
        ("Tief", 0, 333),
        ("ist", 333, 600),
        ("die", 600, 866),
        ("See.", 866, 1200),
        ("Sei", 2200, 2527),
        ("es", 2527, 2772),
        ("so.", 2772, 3100),
    ]


def test_every_word_is_interpolated_and_the_last_mark_ends_the_sentence() -> None:
    [segment] = translated(say("The sea is deep."), ["Tief ist die See."], "de").segments
    tokens = [token for sequence in segment.sequences for token in sequence.tokens]
    assert all(token.interpolated for token in tokens)
    assert tokens[-1].type is TokenType.PUNCTUATION
    assert Tag.ENDS_SENTENCE in tokens[-1].tags
    assert all(sequence.confidence_score is None for sequence in segment.sequences)


def test_sounds_stay_where_they_are() -> None:
    source = say("[MUSIC] The sea [NOISE] is deep.")
    found = translated(source, ["Tief ist die See."], "de")
    sounds = [entry for entry in words(found) if entry[0].startswith("[")]
    assert sounds == [entry for entry in words(source) if entry[0].startswith("[")]
    assert [text for text, _, _ in words(found) if not text.startswith("[")] == ["Tief", "ist", "die", "See."]
    assert problems(found) == []


def test_a_sentence_that_nobody_translated_is_left_out_and_one_of_sounds_is_kept() -> None:
    source = say("One.", "[MUSIC]", "Two.")
    found = translated(source, ["", "", "Zwei."], "de")
    assert [text for text, _, _ in words(found)] == ["[MUSIC]", "Zwei."]


def test_speakers_are_kept_and_keywords_are_not() -> None:
    found = translated(SAMPLE, ["x"] * len(SAMPLE.segments), "de")
    assert {speaker.name for speaker in found.speakers} >= {
        speaker.name
        for speaker in SAMPLE.speakers
        if any(segment.speaker_id == speaker.id for segment in found.segments)
    }
    assert found.keywords == found.topics == found.entities == ()


def test_there_is_a_text_for_each_sentence() -> None:
    with pytest.raises(ValueError, match="zip"):
        translated(say("One.", "Two."), ["Eins."], "de")


def test_where_no_spaces_are_written_characters_have_times_and_captions_have_no_spaces() -> None:
    source = say("The sea is deep.", gap=1000)
    found = translated(source, ["「東京タワー」は333メートルです。"], "ja")
    [segment] = found.segments
    [sequence] = segment.sequences
    said = [token for token in sequence.tokens if token.type is TokenType.WORD]
    assert [token.display_as for token in said] == ["東", "京", "タワー", "は", "333", "メートル", "で", "す"]
    assert [token.start_time for token in said] == sorted({token.start_time for token in said})
    assert (said[0].start_time, said[-1].end_time) == (0, source.segments[0].sequences[-1].end_time)
    options = CaptionOptions(characters_per_caption_line=10)
    [caption] = captions_of(found, CaptionFormat.SRT, options).captions
    assert caption.lines == ("「東京タワー」は", "333メートルです。")


@given(
    st.lists(st.text(alphabet="ab ., !?¿«»[]海の。「」タワ", max_size=60), min_size=3, max_size=3),
    st.sampled_from(["de", "ja"]),
)
def test_whatever_a_translator_says_the_list_keeps_to_the_rules(texts: list[str], language: str) -> None:
    source = say("[MUSIC] The sea is deep.", "So [NOISE] be it.", "[COUGH]", gap=300)
    found = translated(source, texts, language)
    assert problems(found) == []
    said = "".join(text for text, _, _ in words(found) if text not in ("[MUSIC]", "[NOISE]", "[COUGH]"))
    assert said == "".join("".join(texts[:2]).split()), "in the third there are only sounds"
