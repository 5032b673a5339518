from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from scribedock.speech.diarization.diarization import MAX_SPAN_MS, MIN_SPAN_MS, cuts, turns
from scribedock.speech.span import Span
from tests.support.speech import share_confused


def test_two_voices_are_distinguished(conversation: Path, conversation_speech: list[Span]) -> None:
    found = turns(conversation, conversation_speech, 2)
    assert {turn.speaker for turn in found} == {1, 2}
    assert share_confused(found) < 0.15


@pytest.mark.parametrize("people", [1, 3])
def test_there_are_as_many_speakers_as_people(
    conversation: Path, conversation_speech: list[Span], people: int
) -> None:
    found = turns(conversation, conversation_speech, people)
    assert {turn.speaker for turn in found} == set(range(1, people + 1))


def test_turns_are_in_order_and_begin_and_end_with_speech(
    conversation: Path, conversation_speech: list[Span]
) -> None:
    found = turns(conversation, conversation_speech, 2)
    assert all(first.end_ms <= second.start_ms for first, second in pairwise(found))
    for turn in found:
        assert any(span.start_ms <= turn.start_ms < span.end_ms for span in conversation_speech)
        assert any(span.start_ms < turn.end_ms <= span.end_ms for span in conversation_speech)


def test_the_same_recording_has_the_same_speakers_every_time(
    conversation: Path, conversation_speech: list[Span]
) -> None:
    assert turns(conversation, conversation_speech, 2) == turns(conversation, conversation_speech, 2)


def test_without_speech_no_speaker_is_found(recording: Path, tmp_path: Path) -> None:
    assert turns(recording, [], 2) == []
    silence = tmp_path / "silence.pcm"
    silence.write_bytes(bytes(64_000))
    assert len(turns(silence, [Span(start_ms=0, end_ms=2000)], 2)) == 1
    assert turns(silence, [Span(start_ms=0, end_ms=20), Span(start_ms=5000, end_ms=6000)], 2) == []


def test_speech_is_split_where_it_is_quiet_into_spans_of_moderate_length() -> None:
    levels = np.full(1000, 10, dtype=np.float32)
    levels[190:215] = levels[420:450] = 1
    found = cuts(levels)
    lengths = [(after - before) * 10 for before, after in pairwise(found)]
    assert (found[0], found[-1]) == (0, 1000)
    assert 190 <= found[1] < 215
    assert 420 <= found[2] < 450
    assert all(MIN_SPAN_MS <= length <= MAX_SPAN_MS for length in lengths)


def test_a_short_span_is_not_split() -> None:
    assert cuts(np.zeros(MAX_SPAN_MS // 10, dtype=np.float32)) == [0, MAX_SPAN_MS // 10]
