from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from scribedock.speech.alignment.anchors import HeardWord
from scribedock.speech.alignment.gaps import GapWindow
from scribedock.speech.alignment.synchronized import (
    fits_duration,
    found_words,
    placed_words,
    share_found,
    synchronized,
    words_of,
)
from scribedock.speech.recognizer import Origin
from scribedock.speech.span import Span
from scribedock_captions.conversion.elementlist import elementlist_of
from scribedock_captions.elementlist.model import ElementList, TokenType
from scribedock_captions.elementlist.rules import problems
from scribedock_captions.readers import TextFormat, read

MEDIA_MS = 20_000
SPEECH = [Span(start_ms=1000, end_ms=5000), Span(start_ms=8000, end_ms=12_000)]
SRT = "1\n00:00:02,000 --> 00:00:04,000\nHello there, you.\n\n2\n00:00:09,000 --> 00:00:11,000\nGood night.\n"


def text(written: str) -> ElementList:
    return elementlist_of(read(written.encode(), TextFormat.TEXT), language="en", duration=MEDIA_MS)


def captions(written: str) -> ElementList:
    return elementlist_of(read(written.encode(), TextFormat.SRT), language="en", duration=MEDIA_MS)


def at(*times: tuple[int, int, int]) -> dict[int, Span]:
    return {place: Span(start_ms=start, end_ms=end) for place, start, end in times}


def test_a_word_that_was_found_has_the_time_of_the_sound() -> None:
    words = placed_words(
        text("One two."), at((0, 1100, 1400), (1, 1500, 1900)), SPEECH, timed=False, media_ms=MEDIA_MS
    )
    assert [(word.start_ms, word.end_ms, word.origin) for word in words] == [
        (1100, 1400, Origin.ALIGNED),
        (1500, 1900, Origin.ALIGNED),
    ]


def test_a_word_between_two_found_ones_is_between_them_and_says_that_it_is_estimated() -> None:
    words = placed_words(
        text("One two three."), at((0, 1100, 1400), (2, 2000, 2400)), SPEECH, timed=False, media_ms=MEDIA_MS
    )
    assert words[1].origin is Origin.INTERPOLATED
    assert 1400 <= words[1].start_ms < words[1].end_ms <= 2000
    assert share_found(words) == 2 / 3


def test_a_word_without_room_takes_a_millisecond_of_its_neighbours() -> None:
    words = placed_words(
        text("One two three."), at((0, 1100, 1400), (2, 1400, 1800)), SPEECH, timed=False, media_ms=MEDIA_MS
    )
    assert all(word.start_ms < word.end_ms for word in words)


def test_estimated_words_are_where_somebody_speaks() -> None:
    words = placed_words(text("One two three four."), {}, SPEECH, timed=False, media_ms=MEDIA_MS)
    assert words[0].start_ms == 1000
    assert words[-1].end_ms <= 12_000


def test_captions_keep_their_own_times_where_nothing_was_found() -> None:
    words = placed_words(captions(SRT), {}, SPEECH, timed=True, media_ms=MEDIA_MS)
    assert (words[0].start_ms, words[2].end_ms) == (2000, 4000)
    assert (words[3].start_ms, words[4].end_ms) == (9000, 11_000)


def test_captions_whose_times_contradict_the_sound_give_them_up() -> None:
    words = placed_words(
        captions(SRT), at((0, 8000, 8300), (4, 9000, 9400)), SPEECH, timed=True, media_ms=MEDIA_MS
    )
    assert words[1].start_ms >= 8300
    assert words[3].end_ms <= 9000


def test_an_alignment_counts_more_than_what_was_heard() -> None:
    heard = {
        0: HeardWord(word="one", start_ms=0, end_ms=300),
        2: HeardWord(word="three", start_ms=900, end_ms=1200),
    }
    window = GapWindow(first=0, last=2, span=Span(start_ms=0, end_ms=900))
    found = found_words(heard, [(window, [Span(start_ms=10, end_ms=280), None])])
    assert found == at((0, 10, 280), (2, 900, 1200))


def test_the_list_has_the_words_and_marks_of_the_transcript_and_the_times_of_the_sound() -> None:
    given = text("“Hello,” she said. [MUSIC] Good night!")
    times = at((0, 1100, 1400), (1, 1500, 1600), (2, 1700, 1900), (3, 8100, 8500), (4, 8600, 9000))
    result = synchronized(
        given, placed_words(given, times, SPEECH, timed=False, media_ms=MEDIA_MS), media_ms=MEDIA_MS
    )
    tokens = [
        token for segment in result.segments for sequence in segment.sequences for token in sequence.tokens
    ]
    assert "".join(token.display_as for token in tokens) == "“Hello,”shesaid.[MUSIC]Goodnight!"
    assert (tokens[0].start_time, tokens[0].end_time) == (1100, 1100)
    sound = next(token for token in tokens if token.type is TokenType.SOUND)
    assert (sound.start_time, sound.end_time) == (1900, 8100)
    assert [token.interpolated for token in tokens if token.type is TokenType.WORD] == [False] * 5
    assert problems(result) == []


def test_more_words_than_can_be_said_are_noticed() -> None:
    assert fits_duration(30, 10_000)
    assert not fits_duration(700_000, 10_000)


@given(
    st.dictionaries(st.integers(0, 11), st.integers(0, MEDIA_MS - 1), max_size=12),
    st.booleans(),
)
def test_whatever_was_found_the_list_keeps_to_every_rule(starts: dict[int, int], timed: bool) -> None:
    given_list = (
        captions(SRT) if timed else text("One, two three. Four (five) six? [NOISE] Seven! Eight nine.")
    )
    count = len(words_of(given_list))
    ascending = sorted(starts.values())
    places = sorted(place for place in starts if place < count)
    found = {
        place: Span(start_ms=start, end_ms=min(start + 400, MEDIA_MS))
        for place, start in zip(places, ascending, strict=False)
    }
    words = placed_words(given_list, found, SPEECH, timed=timed, media_ms=MEDIA_MS)
    assert len(words) == count
    times = [time for word in words for time in (word.start_ms, word.end_ms)]
    assert times == sorted(times)
    assert all(0 <= word.start_ms < word.end_ms <= MEDIA_MS for word in words)
    assert problems(synchronized(given_list, words, media_ms=MEDIA_MS)) == []
