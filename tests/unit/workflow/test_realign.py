from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from scribedock.captions.elementlist import ElementList, Token, TokenType
from scribedock.captions.imported import elementlist_of
from scribedock.captions.readers import TextFormat, read
from scribedock.speech.pool import RecognizerPool
from scribedock.speech.recognizer import choose
from scribedock.speech.span import Span
from scribedock.speech.synchronized import placed, synchronized, words_of
from scribedock.workflow.realign import realigned
from tests.sound import pcm

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


def text(written: str) -> ElementList:
    return elementlist_of(read(written.encode(), TextFormat.TEXT), language="en", duration=MEDIA_MS)


def timed(written: str) -> ElementList:
    given = text(written)
    found = {
        place: Span(start_ms=TIMES[word][0], end_ms=TIMES[word][1])
        for place, word in enumerate(words_of(given))
        if word in TIMES
    }
    return synchronized(given, placed(given, found, [], timed=False, media_ms=MEDIA_MS), media_ms=MEDIA_MS)


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


def test_a_word_that_nobody_says_is_between_its_neighbours_and_says_so(
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
