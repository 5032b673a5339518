from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from scribedock.speech.alignment.synchronized import placed_words, synchronized, words_of
from scribedock.speech.pool.pool import RecognizerPool
from scribedock.speech.recognizer import Origin, choose
from scribedock.speech.span import Span
from scribedock.workflow.realign import realigned
from scribedock_captions.conversion.elementlist import elementlist_of
from scribedock_captions.elementlist.model import ElementList, Token, TokenType
from scribedock_captions.elementlist.model import Sequence as TokenSequence
from scribedock_captions.readers import TextFormat, read
from tests.support.media.sound import pcm

MEDIA_MS = 3500
TIMES = {  # of "Welcome to a small library by the sea", as they are aligned
    "Welcome": (680, 1120),
    "to": (1120, 1250),
    "a": (1250, 1310),
    "small": (1310, 1690),
    "library": (1690, 2250),
    "by": (2250, 2450),
    "the": (2450, 2540),
    "sea": (2540, 2920),
}


@pytest.fixture(scope="module")
def audio(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("audio") / "audio.pcm"
    path.write_bytes(pcm(MEDIA_MS / 1000))
    return path


@pytest.fixture(scope="module")
def pool() -> Iterator[RecognizerPool]:
    pool = RecognizerPool(choose("pocketsphinx", None), processes=1, chunk_timeout_s=120)
    yield pool
    pool.close()


class Watched(RecognizerPool):
    """The pool, which notes what is asked of it."""

    def __init__(self) -> None:
        super().__init__(choose("pocketsphinx", None), processes=1, chunk_timeout_s=120)
        self.aligned: list[tuple[Span, tuple[str, ...]]] = []

    def align(
        self, audio: Path, span: Span, words: Sequence[str], *, wide: bool, **asked: Any
    ) -> list[Span | None]:
        self.aligned.append((span, tuple(words)))
        return super().align(audio, span, words, wide=wide, **asked)


@pytest.fixture(scope="module")
def watching() -> Iterator[Watched]:
    pool = Watched()
    yield pool
    pool.close()


@pytest.fixture
def watched(watching: Watched) -> Watched:
    watching.aligned.clear()
    return watching


def text(written: str, media_ms: int = MEDIA_MS) -> ElementList:
    return elementlist_of(read(written.encode(), TextFormat.TEXT), language="en", duration=media_ms)


def timed(written: str) -> ElementList:
    given = text(written)
    found = {
        place: Span(start_ms=TIMES[word][0], end_ms=TIMES[word][1])
        for place, word in enumerate(words_of(given))
        if word in TIMES
    }
    return synchronized(
        given, placed_words(given, found, [], timed=False, media_ms=MEDIA_MS), media_ms=MEDIA_MS
    )


def tokens(elementlist: ElementList) -> dict[str, Token]:
    return {
        token.display_as: token
        for segment in elementlist.segments
        for sequence in segment.sequences
        for token in sequence.tokens
        if token.type is TokenType.WORD
    }


def test_a_corrected_word_is_found_and_all_others_keep_their_times(pool: RecognizerPool, audio: Path) -> None:
    before = timed("Welcome to a mall by the sea.")
    found = tokens(realigned(pool, audio, before, text("Welcome to a small library by the sea.")))
    for word in ("Welcome", "to", "a", "by", "the", "sea"):
        assert (found[word].start_time, found[word].end_time) == TIMES[word]
    assert found["library"].start_time == pytest.approx(TIMES["library"][0], abs=60)
    assert not found["library"].interpolated


def test_a_word_that_is_not_spoken_lies_between_its_neighbours_as_estimated(
    pool: RecognizerPool, audio: Path
) -> None:
    before = timed("Welcome to a small library by the sea.")
    after = text("Welcome to a small library by the wonderfully picturesque sea.")
    found = tokens(realigned(pool, audio, before, after))
    assert TIMES["the"][0] <= found["wonderfully"].start_time < found["picturesque"].end_time
    assert found["wonderfully"].interpolated
    assert found["sea"].end_time == TIMES["sea"][1]


def test_deleted_words_leave_the_times_of_all_others(pool: RecognizerPool, audio: Path) -> None:
    before = timed("Welcome to a small library by the sea.")
    found = tokens(realigned(pool, audio, before, text("Welcome to a library by the sea.")))
    assert all((each.start_time, each.end_time) == TIMES[word] for word, each in found.items())


def test_words_that_were_recognized_since_keep_their_times_and_cost_nothing(
    watched: Watched, audio: Path
) -> None:
    """As those of a stretch in another language, which no acoustic model of this one would find."""
    before = timed("Welcome to a mall by the sea.")
    after = timed("Welcome to a klein Bücherei by the sea.")
    times = {"klein": (1330, 1680), "Bücherei": (1700, 2240)}

    def heard(sequence: TokenSequence, word: str) -> TokenSequence:
        start, end = times[word]
        tokens = [
            replace(each, start_time=start, end_time=end, interpolated=False) for each in sequence.tokens
        ]
        return replace(
            sequence,
            start_time=start,
            end_time=end,
            interpolated=False,
            tokens=tuple(tokens),
            confidence_score=0.4,
        )

    [segment] = after.segments
    sequences = [
        heard(each, each.tokens[0].display_as) if each.tokens[0].display_as in times else each
        for each in segment.sequences
    ]
    after = replace(after, segments=(replace(segment, sequences=tuple(sequences)),))
    assert realigned(watched, audio, before, after).segments == after.segments
    assert watched.aligned == []


HOUR = 1030  # times the sentence: an hour
EDITED = 500
SENTENCE = "Welcome to a small library by the sea."


@pytest.fixture(scope="module")
def hour(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return an hour of which only what is listened to has sound: the rest is a hole in the file."""
    path = tmp_path_factory.mktemp("hour") / "hour.pcm"
    with path.open("wb") as file:
        file.seek(EDITED * MEDIA_MS * 32)
        file.write(pcm(MEDIA_MS / 1000))
        file.truncate(HOUR * MEDIA_MS * 32)
    return path


def published(edited: str, *, estimated: bool = False) -> ElementList:
    """The list of the hour, with another sentence in the place of one; times of all the others are estimated
    or found."""
    sentences = [SENTENCE] * HOUR
    sentences[EDITED] = edited
    given = text("\n".join(sentences), HOUR * MEDIA_MS)
    found, place = {}, 0
    for number, sentence in enumerate(sentences):
        for word in sentence.rstrip(".").split():
            if word in TIMES:
                start, end = (number * MEDIA_MS + time for time in TIMES[word])
                found[place] = Span(start_ms=start, end_ms=end)
            place += 1
    words = placed_words(given, found, [], timed=False, media_ms=HOUR * MEDIA_MS)
    if estimated:
        words = [
            replace(word, origin=Origin.INTERPOLATED) if word.start_ms // MEDIA_MS % 10 == 1 else word
            for word in words
        ]
    return synchronized(given, words, media_ms=HOUR * MEDIA_MS)


def all_tokens(elementlist: ElementList) -> list[Token]:
    return [
        token
        for segment in elementlist.segments
        for sequence in segment.sequences
        for token in sequence.tokens
        if token.type is TokenType.WORD
    ]


@pytest.mark.parametrize("estimated", [False, True])
def test_in_an_hour_only_the_edited_words_are_aligned(watched: Watched, hour: Path, estimated: bool) -> None:
    before = published("Welcome to a mall by the sea.", estimated=estimated)
    after = text("\n".join([SENTENCE] * HOUR), HOUR * MEDIA_MS)
    found = realigned(watched, hour, before, after)

    assert 1 <= len(watched.aligned) <= 2  # with more words around them, then with fewer
    begin = EDITED * MEDIA_MS
    for span, words in watched.aligned:
        assert begin <= span.start_ms < span.end_ms <= begin + MEDIA_MS
        assert {"small", "library"} <= set(words) <= set(TIMES)

    new, old = all_tokens(found), all_tokens(before)
    first = 8 * EDITED + 3
    assert [(each.start_time, each.end_time, each.interpolated) for each in new[:first]] == [
        (each.start_time, each.end_time, each.interpolated) for each in old[:first]
    ]
    assert [(each.start_time, each.end_time, each.interpolated) for each in new[first + 2 :]] == [
        (each.start_time, each.end_time, each.interpolated) for each in old[first + 1 :]
    ]
    library = new[first + 1]
    assert library.start_time - begin == pytest.approx(TIMES["library"][0], abs=60)
    assert not library.interpolated


def test_without_edits_nothing_is_aligned(watched: Watched, hour: Path) -> None:
    before = published(SENTENCE, estimated=True)
    found = realigned(watched, hour, before, text("\n".join([SENTENCE] * HOUR), HOUR * MEDIA_MS))
    assert watched.aligned == []
    times = [
        [(each.start_time, each.end_time, each.interpolated) for each in all_tokens(one)]
        for one in (found, before)
    ]
    assert times[0] == times[1]
