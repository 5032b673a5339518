from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from scribedock.speech.sounds.detection import sound_candidates
from scribedock.speech.span import Span
from scribedock.speech.vad import speech_spans

RATE = 16_000
SPEECH_RMS = 2000
SPEECH = [Span(start_ms=2000, end_ms=5000), Span(start_ms=15_000, end_ms=18_000)]


def sounding(tmp_path: Path, *parts: tuple[float, ...], speech: bool = True, room: float = 5) -> Path:
    """Write 20 seconds of a quiet room with speech at SPEECH, and noises.

    A noise is from when to when it sounds, in seconds, and the root of its mean square.
    """
    random = np.random.default_rng(1)
    samples = random.normal(0, room, 20 * RATE)
    if speech:
        for span in SPEECH:
            samples[span.start_ms * 16 : span.end_ms * 16] += random.normal(0, SPEECH_RMS, 3 * RATE)
    for start, end, *rest in parts:
        amplitude = rest[0] if rest else SPEECH_RMS / 4
        first, after = int(start * RATE), int(end * RATE)
        samples[first:after] += random.normal(0, amplitude, after - first)
    path = tmp_path / "recording.pcm"
    np.clip(samples, -32768, 32767).astype("<i2").tofile(path)
    return path


def test_what_is_heard_between_speech_is_a_candidate(tmp_path: Path) -> None:
    [found] = sound_candidates(sounding(tmp_path, (7, 10)), SPEECH)
    assert abs(found.start_ms - 7000) <= 20
    assert abs(found.end_ms - 10_000) <= 20


def test_a_quiet_room_has_no_candidates(tmp_path: Path) -> None:
    assert sound_candidates(sounding(tmp_path), SPEECH) == []


@pytest.mark.parametrize("room", [20, 60, 300])
def test_steady_noise_below_the_speech_is_no_candidate(tmp_path: Path, room: float) -> None:
    assert sound_candidates(sounding(tmp_path, room=room), SPEECH) == []


def test_a_sound_above_steady_noise_is_one(tmp_path: Path) -> None:
    assert len(sound_candidates(sounding(tmp_path, (7, 10, 900), room=60), SPEECH)) == 1


def test_what_is_much_quieter_than_the_speech_is_no_candidate(tmp_path: Path) -> None:
    assert sound_candidates(sounding(tmp_path, (7, 10, SPEECH_RMS / 40)), SPEECH) == []


def test_a_click_is_no_candidate_and_claps_are_one(tmp_path: Path) -> None:
    assert sound_candidates(sounding(tmp_path, (7, 7.1)), SPEECH) == []
    claps = [(7 + number * 0.3, 7.15 + number * 0.3) for number in range(8)]
    assert len(sound_candidates(sounding(tmp_path, *claps), SPEECH)) == 1


def test_clicks_now_and_then_are_no_candidate(tmp_path: Path) -> None:
    clicks = [(7 + number * 0.5, 7.02 + number * 0.5) for number in range(8)]
    assert sound_candidates(sounding(tmp_path, *clicks), SPEECH) == []


def test_the_ends_of_speech_are_no_candidates(tmp_path: Path) -> None:
    earlier = [Span(start_ms=span.start_ms + 150, end_ms=span.end_ms - 150) for span in SPEECH]
    assert sound_candidates(sounding(tmp_path), earlier) == []


def test_a_sound_that_speech_interrupts_is_two_candidates(tmp_path: Path) -> None:
    found = sound_candidates(sounding(tmp_path, (13, 20)), SPEECH)
    assert [(round(each.start_ms, -2), round(each.end_ms, -2)) for each in found] == [
        (13_000, 14_800),
        (18_200, 20_000),
    ]


def test_a_sound_is_found_where_nobody_speaks(tmp_path: Path) -> None:
    assert len(sound_candidates(sounding(tmp_path, (7, 10, 1500), speech=False), [])) == 1


@pytest.mark.parametrize("samples", [0, 1, 319, 320, 16_000])
def test_silence_has_no_candidates(tmp_path: Path, samples: int) -> None:
    path = tmp_path / "silence.pcm"
    path.write_bytes(bytes(2 * samples))
    assert sound_candidates(path, []) == []


def test_a_loud_tone_from_end_to_end_is_a_candidate(tmp_path: Path) -> None:
    path = tmp_path / "tone.pcm"
    np.round(8000 * np.sin(np.arange(10 * RATE))).astype("<i2").tofile(path)
    assert sound_candidates(path, []) == [Span(start_ms=0, end_ms=10_000)]


def test_real_speech_has_no_candidates_between_its_sentences(recording: Path) -> None:
    assert sound_candidates(recording, speech_spans(recording)) == []
