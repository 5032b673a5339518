from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scribedock.speech.assembly import LONG_PAUSE_MS, PAUSE_MS, assemble
from scribedock.speech.recognizer import TimedWord
from scribedock.speech.span import Span
from scribedock_captions.elementlist.model import (
    UNRECOGNIZED,
    ElementList,
    Segment,
    Sequence,
    Tag,
    Token,
    TokenType,
)
from tests.support.speech import STEP, Chunk, chunk, sequence_text, spoken, texts, whisper

Timed = ElementList | Segment | Sequence | Token


def bare(*chunks: Chunk, media_ms: int = 60_000) -> ElementList:
    return assemble(chunks, language="en", media_ms=media_ms, punctuates=False)


def punctuated(*chunks: Chunk, media_ms: int = 60_000) -> ElementList:
    return assemble(chunks, language="en", media_ms=media_ms, punctuates=True)


def tokens(segment: Segment) -> list[Token]:
    return [token for sequence in segment.sequences for token in sequence.tokens]


def test_a_pause_ends_a_sentence_with_a_full_stop() -> None:
    made = bare(chunk("the sea is calm"), chunk("we go home", 3000))
    assert texts(made) == ["The sea is calm.", "We go home."]


def test_a_cut_in_mid_speech_ends_no_sentence() -> None:
    made = bare(chunk("the sea"), chunk("is calm", 2 * STEP))
    assert texts(made) == ["The sea is calm."]


def test_a_long_silence_inside_a_chunk_ends_a_sentence() -> None:
    words = spoken("the sea") + spoken("is calm", STEP + 250 + PAUSE_MS)
    assert texts(bare((Span(start_ms=0, end_ms=5000), words))) == ["The sea.", "Is calm."]


def test_a_shorter_silence_inside_a_chunk_ends_none() -> None:
    words = spoken("the sea") + spoken("is calm", STEP + 250 + PAUSE_MS - 1)
    assert texts(bare((Span(start_ms=0, end_ms=5000), words))) == ["The sea is calm."]


def test_a_chunk_without_words_between_two_others_changes_nothing() -> None:
    made = bare(chunk("the sea"), (Span(start_ms=2000, end_ms=2500), []), chunk("is calm", 3000))
    assert texts(made) == ["The sea.", "Is calm."]


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("and i do", "And I do."),
        ("when i'm here", "When I'm here."),
        ("so i'll go", "So I'll go."),
        ("it is in", "It is in."),
    ],
)
def test_the_word_i_has_a_capital_and_words_that_begin_with_it_do_not(said: str, shown: str) -> None:
    assert texts(bare(chunk(said))) == [shown]


def test_a_word_that_ends_with_a_point_of_its_own_gets_no_second_one() -> None:
    assert texts(bare(chunk("at five p.m."))) == ["At five p.m."]


def test_an_apostrophe_before_a_word_is_its_spelling() -> None:
    segment = bare(chunk("give 'em time")).segments[0]
    assert [token.display_as for token in tokens(segment)] == ["Give", "'em", "time", "."]


def test_values_are_lower_case_and_shown_forms_are_not() -> None:
    first = tokens(bare(chunk("yes i do")).segments[0])[0]
    assert (first.value, first.display_as) == ("yes", "Yes")


def test_a_full_stop_has_no_duration_ends_the_sentence_and_was_not_heard() -> None:
    *words, stop = tokens(bare(chunk("yes i do")).segments[0])
    assert stop.type is TokenType.PUNCTUATION
    assert stop.start_time == stop.end_time == words[-1].end_time
    assert stop.tags == {Tag.ENDS_SENTENCE}
    assert stop.interpolated
    assert all(word.tags == frozenset() and not word.interpolated for word in words)


def test_sentences_of_a_punctuating_engine_are_taken_as_they_are() -> None:
    said = "Mr. Hill came in. Who knew? Nobody! So, well…"
    assert texts(punctuated(chunk(whisper(said)))) == [
        "Mr. Hill came in.",
        "Who knew?",
        "Nobody!",
        "So, well…",
    ]


def test_a_punctuating_engines_sentence_goes_on_over_a_pause_between_chunks() -> None:
    made = punctuated(chunk(whisper("The sea,")), chunk(whisper("I think, is calm."), 1500))
    assert texts(made) == ["The sea, I think, is calm."]


def test_a_long_pause_ends_a_punctuating_engines_sentence_without_a_full_stop() -> None:
    made = punctuated(chunk(whisper("the sea")), chunk(whisper("is calm"), 600 + LONG_PAUSE_MS))
    assert texts(made) == ["the sea", "is calm"]
    assert [tokens(segment)[-1].tags for segment in made.segments] == [{Tag.ENDS_SENTENCE}] * 2


def test_a_word_and_its_punctuation_are_one_sequence() -> None:
    (sequence,) = punctuated(chunk([' "Stop!"'])).segments[0].sequences
    assert [(token.type, token.display_as) for token in sequence.tokens] == [
        (TokenType.PUNCTUATION, '"'),
        (TokenType.WORD, "Stop"),
        (TokenType.PUNCTUATION, "!"),
        (TokenType.PUNCTUATION, '"'),
    ]
    assert [(token.start_time, token.end_time) for token in sequence.tokens] == [
        (0, 0),
        (0, 250),
        (250, 250),
        (250, 250),
    ]


def test_words_without_a_space_between_them_are_one_sequence() -> None:
    (sequence,) = punctuated(chunk([" twenty", "-one"])).segments[0].sequences
    assert sequence_text(sequence) == "twenty-one"
    assert (sequence.start_time, sequence.end_time) == (0, 550)


def test_scripts_without_spaces_have_sentences_too() -> None:
    made = punctuated(chunk(["今日", "は。", "海", "です。"]))
    assert texts(made) == ["今日は。", "海です。"]


def test_the_first_word_of_a_chunk_never_joins_the_last_of_the_chunk_before() -> None:
    made = punctuated(chunk([" the", " sea"]), chunk(["is", " calm."], 600))
    assert texts(made) == ["the sea is calm."]


def test_punctuation_that_stands_alone_is_shown() -> None:
    assert texts(punctuated(chunk(whisper("yes — no.")))) == ["yes — no."]


def test_a_chunk_on_which_the_recognizer_failed_is_inaudible() -> None:
    made = bare(chunk("the sea"), (Span(start_ms=3000, end_ms=5000), None), chunk("is calm", 6000))
    assert texts(made) == ["The sea.", "[INAUDIBLE]", "Is calm."]
    (sound,) = tokens(made.segments[1])
    assert (sound.type, sound.value, sound.tags) == (
        TokenType.SOUND,
        "[inaudible]",
        frozenset({Tag.INAUDIBLE}),
    )
    assert (sound.start_time, sound.end_time) == (3000, 5000)
    assert sound.style == UNRECOGNIZED


def test_no_full_stop_is_made_up_where_the_recognizer_failed_in_mid_speech() -> None:
    made = bare(chunk("the sea"), (Span(start_ms=600, end_ms=5000), None))
    assert texts(made) == ["The sea", "[INAUDIBLE]"]


@pytest.mark.parametrize("chunks", [(), ((Span(start_ms=100, end_ms=900), []),)])
def test_a_recording_without_speech_is_blank_audio(chunks: tuple[Chunk, ...]) -> None:
    made = bare(*chunks, media_ms=30_000)
    (sound,) = tokens(made.segments[0])
    assert (sound.type, sound.value, sound.display_as) == (TokenType.SOUND, "[blank_audio]", "[BLANK_AUDIO]")
    assert sound.tags == {Tag.BLANK_AUDIO}
    assert (sound.start_time, sound.end_time) == (0, 30_000)


def test_the_list_covers_the_media() -> None:
    made = bare(chunk("yes", 1000), media_ms=9000)
    assert (made.start_time, made.end_time, made.language) == (0, 9000, "en")


def test_a_sequence_has_the_mean_confidence_of_its_words() -> None:
    words = [
        TimedWord(text=" a", start_ms=0, end_ms=10, confidence=0.5),
        TimedWord(text="-b", start_ms=10, end_ms=20, confidence=1.0),
    ]
    made = punctuated((Span(start_ms=0, end_ms=100), words))
    assert made.segments[0].sequences[0].confidence_score == 0.75


def test_a_sequence_has_no_confidence_where_the_engine_gives_none() -> None:
    assert {one.confidence_score for one in bare(chunk("yes i do")).segments[0].sequences} == {None}


def assert_sound(made: ElementList) -> None:
    """Every rule of an ElementList."""
    assert made.segments
    families: list[tuple[Timed, list[Timed]]] = [(made, [*made.segments])]
    families += [(segment, [*segment.sequences]) for segment in made.segments]
    families += [(one, [*one.tokens]) for segment in made.segments for one in segment.sequences]
    for parent, parts in families:
        assert parts
        times = [time for part in parts for time in (part.start_time, part.end_time)]
        assert all(type(time) is int for time in times)
        assert times == sorted(times)
        assert parent.start_time <= times[0] <= times[-1] <= parent.end_time
    for token in (token for segment in made.segments for token in tokens(segment)):
        assert token.display_as
        assert token.value == token.value.lower()
        assert not any(character.isspace() for character in token.display_as)
        if token.type is TokenType.WORD:
            assert token.end_time > token.start_time
        if token.type is TokenType.PUNCTUATION:
            assert token.end_time == token.start_time


TEXT = st.one_of(
    st.sampled_from([" yes", "i", " i'm", ".", " ...", " Mr.", "。", "a.m.", " “", "", " ", "end.", " £5"]),
    st.text(max_size=6),
)
WORD = st.builds(
    TimedWord,
    text=TEXT,
    start_ms=st.integers(-100, 4000),
    end_ms=st.integers(-100, 4000),
    confidence=st.none() | st.floats(),
)


@st.composite
def chunks(draw: st.DrawFn) -> list[Chunk]:
    edges = sorted(draw(st.lists(st.integers(0, 4000), max_size=12)))
    return [
        (Span(start_ms=start, end_ms=end), draw(st.none() | st.lists(WORD, max_size=8)))
        for start, end in zip(edges[::2], edges[1::2], strict=False)
    ]


@given(chunks(), st.integers(0, 4500), st.booleans())
def test_whatever_a_recognizer_says_the_list_keeps_the_rules(
    said: list[Chunk], media_ms: int, punctuates: bool
) -> None:
    made = assemble(said, language="en", media_ms=media_ms, punctuates=punctuates)
    assert_sound(made)
    for segment in made.segments:
        for token in tokens(segment)[:-1]:
            assert Tag.ENDS_SENTENCE not in token.tags


@given(st.lists(st.sampled_from("sea wind calm i harbor a.m. 'em don't".split()), min_size=1, max_size=40))
def test_no_word_is_lost_added_or_put_elsewhere(said: list[str]) -> None:
    made = bare(*(chunk(" ".join(part), n * 10_000) for n, part in enumerate([said[:7], said[7:]]) if part))
    words = [
        token.value for segment in made.segments for token in tokens(segment) if token.type is TokenType.WORD
    ]
    assert words == said


@given(chunks())
def test_segments_do_not_overlap(said: list[Chunk]) -> None:
    made = assemble(said, language="en", media_ms=4000, punctuates=True)
    assert all(one.end_time <= other.start_time for one, other in pairwise(made.segments))
