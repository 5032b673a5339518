from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from scribedock.speech.assembly import assemble
from scribedock.speech.diarization.turns import Turn, with_speakers
from scribedock.speech.sounds.marking import with_sound_candidates
from scribedock.speech.span import Span
from scribedock_captions.elementlist.codec import parse, to_json
from scribedock_captions.elementlist.model import CANDIDATE, ElementList, Tag, Token, TokenType
from scribedock_captions.elementlist.rules import problems
from scribedock_captions.options import CaptionOptions
from scribedock_captions.rendering import render_captions
from scribedock_captions.writers import CaptionFormat
from tests.support.speech import chunk, texts, whisper

MEDIA_MS = 20_000


def spoken(*sentences: tuple[int, str]) -> ElementList:
    chunks = [chunk(whisper(text), start) for start, text in sentences]
    return assemble(chunks, language="en", media_ms=MEDIA_MS, punctuates=True)


def sounds(elementlist: ElementList) -> list[tuple[int, int]]:
    return [(each.start_time, each.end_time) for each in tokens(elementlist) if each.style == CANDIDATE]


def tokens(elementlist: ElementList) -> list[Token]:
    return [
        token for each in elementlist.segments for sequence in each.sequences for token in sequence.tokens
    ]


def span(start_ms: int, end_ms: int) -> Span:
    return Span(start_ms=start_ms, end_ms=end_ms)


SAID = spoken((2000, "Are you there?"), (10_000, "I am."))


def test_a_sound_stands_between_sentences_and_at_both_ends() -> None:
    made = with_sound_candidates(SAID, [span(0, 1500), span(5000, 8000), span(12_000, 19_000)])
    assert texts(made) == ["[sound]", "Are you there?", "[sound]", "I am.", "[sound]"]
    assert sounds(made) == [(0, 1500), (5000, 8000), (12_000, 19_000)]
    assert problems(made) == []


def test_it_is_an_unknown_sound_that_is_marked_as_found_by_its_loudness() -> None:
    [token] = [each for each in tokens(with_sound_candidates(SAID, [span(5000, 8000)])) if each.style]
    assert (token.type, token.tags, token.style) == (TokenType.SOUND, {Tag.UNKNOWN}, "candidate")
    assert parse(to_json(with_sound_candidates(SAID, [span(5000, 8000)]))) == with_sound_candidates(
        SAID, [span(5000, 8000)]
    )


def test_a_sound_in_the_middle_of_a_sentence_stands_between_its_words() -> None:
    first, second = chunk(whisper("This is"), 1000), chunk(whisper("a sentence."), 3000)
    said = assemble([first, second], language="en", media_ms=MEDIA_MS, punctuates=True)
    made = with_sound_candidates(said, [span(1700, 2900)])
    assert texts(made) == ["This is [sound] a sentence."]
    assert problems(made) == []


def test_words_keep_their_times_and_a_sound_has_what_they_leave() -> None:
    made = with_sound_candidates(SAID, [span(2500, 10_200)])
    assert sounds(made) == [(2850, 10_000)]
    assert [each for each in tokens(made) if each.type is TokenType.WORD] == [
        each for each in tokens(SAID) if each.type is TokenType.WORD
    ]


def test_a_sound_that_words_cover_is_left_out() -> None:
    assert with_sound_candidates(SAID, [span(2000, 2900)]) == SAID


def test_a_sound_interrupts_blank_audio() -> None:
    blank = assemble([], language="en", media_ms=MEDIA_MS, punctuates=True)
    made = with_sound_candidates(blank, [span(3000, 5000), span(15_000, 20_000)])
    assert texts(made) == ["[BLANK_AUDIO]", "[sound]", "[BLANK_AUDIO]", "[sound]"]
    assert [(each.start_time, each.end_time) for each in made.segments] == [
        (0, 3000),
        (3000, 5000),
        (5000, 15_000),
        (15_000, 20_000),
    ]
    assert texts(with_sound_candidates(blank, [span(0, 20_000)])) == ["[sound]"]
    assert problems(made) == []


def test_a_sound_has_no_speaker() -> None:
    made = with_speakers(
        with_sound_candidates(SAID, [span(5000, 8000)]), [Turn(start_ms=0, end_ms=20_000, speaker=1)]
    )
    assert [segment.speaker_id for segment in made.segments] == [1, None, 1]


def test_captions_leave_it_out_unless_sounds_are_kept() -> None:
    made = with_sound_candidates(SAID, [span(5000, 8000)])
    assert "sound" not in shown(made, CaptionOptions())
    assert "[sound]" in shown(made, CaptionOptions(remove_sound_references=False))


def shown(elementlist: ElementList, options: CaptionOptions) -> str:
    return render_captions(elementlist, CaptionFormat.SRT, options).body.decode()


@given(
    st.lists(st.tuples(st.integers(0, 3000), st.integers(1, 6)), max_size=4),
    st.lists(st.tuples(st.integers(0, 4000), st.integers(1, 5000)), max_size=5),
)
def test_every_list_stays_sound_and_keeps_its_words(
    sentences: list[tuple[int, int]], candidates: list[tuple[int, int]]
) -> None:
    at, said = 0, []
    for pause, words in sentences:
        said.append((at + pause, " ".join(["word"] * words) + "."))
        at += pause + 300 * words
    elementlist = spoken(*said)
    found, at = [], 0
    for pause, length in candidates:
        if at + pause + length <= MEDIA_MS:
            found.append(span(at + pause, at + pause + length))
            at = found[-1].end_ms
    made = with_sound_candidates(elementlist, found)
    assert problems(made) == []
    words = [each for each in tokens(made) if each.type is TokenType.WORD]
    assert words == [each for each in tokens(elementlist) if each.type is TokenType.WORD]
    assert json.loads(to_json(made))
