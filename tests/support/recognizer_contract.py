"""What every recognizer must do, as tests: imported beside fixtures `recognizer` and `sound`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from scribedock.speech.recognizer import Recognizer

if TYPE_CHECKING:
    from scribedock.speech.recognizer import Pcm


def test_words_are_in_order_and_inside_their_chunk(recognizer: Recognizer, sound: Pcm) -> None:
    words = recognizer.recognize(sound, 60_000, "en")
    times = [time for word in words for time in (word.start_ms, word.end_ms)]
    assert times == sorted(times)
    assert times[0] >= 60_000
    assert times[-1] <= 60_000 + len(sound) // 16


def test_every_word_has_something_to_read(recognizer: Recognizer, sound: Pcm) -> None:
    words = recognizer.recognize(sound, 0, "en")
    assert words
    assert all(word.text.strip() for word in words)
    assert all(word.confidence is None or 0 <= word.confidence <= 1 for word in words)


def test_the_same_chunk_has_the_same_words_again(recognizer: Recognizer, sound: Pcm) -> None:
    assert recognizer.recognize(sound, 0, "en") == recognizer.recognize(sound, 0, "en")


@pytest.mark.parametrize("samples", [0, 1])
def test_a_chunk_too_short_for_a_word_has_none(recognizer: Recognizer, samples: int) -> None:
    assert recognizer.recognize(np.zeros(samples, np.int16), 0, "en") == []
