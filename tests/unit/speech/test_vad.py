from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from scribedock.speech import vad
from scribedock.speech.assembly import CUT_MS
from scribedock.speech.pauses import MAX_SPAN_MS
from scribedock.speech.span import Span
from scribedock.speech.vad import MIN_SILENCE_MS, PAD_MS, read_pcm, speech_spans


def write(path: Path, *parts: npt.NDArray[Any]) -> Path:
    path.write_bytes(np.concatenate(parts).astype("<i2").tobytes())
    return path


def without_pauses(recording: Path) -> npt.NDArray[np.int16]:
    """Return the speech of the recording with nothing in between."""
    return np.concatenate(
        [
            read_pcm(
                recording, (span.start_ms + PAD_MS) * 16, (span.end_ms - span.start_ms - 2 * PAD_MS) * 16
            )
            for span in speech_spans(recording)
        ]
    )


def assert_sound(spans: list[Span], media_ms: int) -> None:
    assert all(0 <= span.start_ms < span.end_ms <= media_ms for span in spans)
    assert all(span.end_ms - span.start_ms <= MAX_SPAN_MS for span in spans)
    assert all(first.end_ms <= second.start_ms for first, second in pairwise(spans))


def test_each_sentence_of_the_recording_is_a_span(recording: Path, reference: str) -> None:
    spans = speech_spans(recording)
    assert len(spans) == len(reference.splitlines())
    assert_sound(spans, recording.stat().st_size // 32)


@pytest.mark.parametrize("block_s", [33, 40, 61])
def test_blocks_find_the_speech_that_one_look_finds(block_s: int, recording: Path) -> None:
    whole, blocks = speech_spans(recording, block_s=1000), speech_spans(recording, block_s=block_s)
    assert len(whole) == len(blocks)
    for one, other in zip(whole, blocks, strict=True):
        assert abs(one.start_ms - other.start_ms) <= 100
        assert abs(one.end_ms - other.end_ms) <= 100


@pytest.mark.parametrize("block_s", [40, 300])
def test_speech_without_a_pause_is_cut_where_the_next_span_begins(
    block_s: int, recording: Path, tmp_path: Path
) -> None:
    speech = without_pauses(recording)
    path = write(tmp_path / "speech.pcm", speech, speech, speech)
    spans = speech_spans(path, block_s=block_s)
    assert_sound(spans, path.stat().st_size // 32)
    assert sum(span.end_ms - span.start_ms for span in spans) > 0.97 * path.stat().st_size / 32
    assert any(second.start_ms - first.end_ms < CUT_MS for first, second in pairwise(spans))


def test_spans_with_a_pause_between_them_never_count_as_cut(recording: Path) -> None:
    assert MIN_SILENCE_MS - 2 * PAD_MS >= 2 * CUT_MS
    gaps = [second.start_ms - first.end_ms for first, second in pairwise(speech_spans(recording))]
    assert min(gaps) > CUT_MS


@pytest.mark.parametrize("seconds", [0, 0.01, 20])
def test_silence_has_no_speech(seconds: float, tmp_path: Path) -> None:
    assert speech_spans(write(tmp_path / "silence.pcm", np.zeros(int(seconds * 16_000)))) == []


def test_a_tone_has_no_speech(tmp_path: Path) -> None:
    tone = 8000 * np.sin(2 * np.pi * 440 * np.arange(20 * 16_000) / 16_000)
    assert speech_spans(write(tmp_path / "tone.pcm", tone)) == []


def noise(random: np.random.Generator) -> npt.NDArray[Any]:
    return random.normal(0, 4000, 20 * 16_000)


def melody(random: np.random.Generator) -> npt.NDArray[Any]:
    """Plucked notes with their overtones, four a second."""
    time = np.arange(4000) / 16_000
    notes = [
        sum(np.sin(2 * np.pi * pitch * over * time) / over for over in range(1, 6)) * np.exp(-6 * time)
        for pitch in random.choice([262, 294, 330, 349, 392, 440, 494, 523], 80)
    ]
    return 4000 * np.concatenate(notes)


def applause(random: np.random.Generator) -> npt.NDArray[Any]:
    sound = np.zeros(20 * 16_000)
    for start in random.integers(0, sound.size - 800, 600):
        sound[start : start + 800] += random.normal(0, 2500, 800) * np.exp(-np.arange(800) / 120)
    return sound


@pytest.mark.parametrize("make", [noise, applause])
def test_noise_and_applause_have_no_speech(
    make: Callable[[np.random.Generator], npt.NDArray[Any]], tmp_path: Path
) -> None:
    assert speech_spans(write(tmp_path / "sound.pcm", make(np.random.default_rng(1)))) == []


def test_a_melody_has_hardly_any_speech(tmp_path: Path) -> None:
    spans = speech_spans(write(tmp_path / "melody.pcm", melody(np.random.default_rng(1))))
    assert sum(span.end_ms - span.start_ms for span in spans) < 1000


def test_half_a_sample_at_the_end_is_left_out(recording: Path, tmp_path: Path) -> None:
    path = tmp_path / "odd.pcm"
    path.write_bytes(recording.read_bytes()[: 32_000 * 4 + 1])
    assert speech_spans(path)[0].start_ms > 0


def test_memory_does_not_grow_with_the_recording(recording: Path, tmp_path: Path) -> None:
    def peak(path: Path) -> int:
        code = (
            "import resource, sys; from pathlib import Path; from scribedock.speech.vad import speech_spans;"
            "speech_spans(Path(sys.argv[1]), block_s=60);"
            "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)"
        )
        found = subprocess.run(
            [sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=True
        )
        return int(found.stdout)

    audio = read_pcm(recording, 0, 16_000 * 60)
    short, long = write(tmp_path / "short.pcm", audio), write(tmp_path / "long.pcm", *[audio] * 15)
    assert long.stat().st_size > 25_000_000
    assert peak(long) - peak(short) < 20_000  # KiB; the long one as floats would be 58 MB


LOUD, HOARSE = 8000, 900


def deaf_after_loud(pcm: npt.NDArray[np.int16], offset: int) -> list[tuple[int, int]]:
    """Find loud speech, and hoarse speech only where nothing loud was heard before it in the same look."""
    found: list[tuple[int, int]] = []
    heard_loud = False
    changes = np.flatnonzero(np.diff(np.concatenate([[0], pcm, [0]]).astype(int)))
    for start, end in pairwise(map(int, changes)):
        level = int(pcm[start])
        if level == LOUD or (level == HOARSE and not heard_loud):
            found.append((offset + start, offset + end))
        heard_loud = heard_loud or level == LOUD
    return found


@pytest.mark.parametrize("block_s", [7, 120])
def test_a_hoarse_voice_that_the_detector_misses_after_a_clear_one_is_found(
    block_s: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vad, "_speech", deaf_after_loud)
    monkeypatch.setattr(vad, "LEAD_IN_SAMPLES", 0)

    def part(level: int, seconds: float) -> npt.NDArray[np.int16]:
        return np.full(int(16_000 * seconds), level, np.int16)

    clear, hoarse = part(LOUD, 4), part(HOARSE, 3)
    path = write(tmp_path / "two.pcm", clear, part(0, 2), hoarse, part(0, 1), clear, part(0, 1), hoarse)
    spans = speech_spans(path, block_s=block_s)
    assert_sound(spans, path.stat().st_size // 32)
    heard = np.zeros(18, bool)
    for span in spans:
        heard[span.start_ms // 1000 : -(-span.end_ms // 1000)] = True
    assert heard.tolist() == [*[True] * 4, False, False, *[True] * 3, False, *[True] * 4, False, *[True] * 3]


def test_what_is_known_to_be_speech_is_not_found_again(tmp_path: Path, recording: Path) -> None:
    spans = speech_spans(recording)
    known = [(span.start_ms * 16, span.end_ms * 16) for span in spans]
    assert not list(vad._missed(recording, recording.stat().st_size // 2, 120 * 16_000, known))
