"""Which of several audio tracks is transcribed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from scribedock.media.limits import Limits
from scribedock.media.unusable import MediaUnusable
from scribedock.speech.pool.pool import RecognizerPool
from scribedock.speech.recognizer import choose
from scribedock.testing.store import InMemoryStore
from scribedock.workflow.steps.recordings import (
    Decoded,
    decode_speech,
    local_recording,
    track_with_most_speech,
)
from tests.support.media.ffmpeg import make
from tests.support.media.sound import spoken

SPEECH_S = 4


@pytest.fixture(scope="module")
def pool() -> Iterator[RecognizerPool]:
    pool = RecognizerPool(choose("pocketsphinx", None), processes=1, chunk_timeout_s=120)
    yield pool
    pool.close()


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a loud tone, which is the default, and speech."""
    folder = tmp_path_factory.mktemp("tracks")
    speech = spoken(folder / "speech.wav", seconds=SPEECH_S)
    inputs = ("-f", "lavfi", "-i", f"sine=440:duration={SPEECH_S}", "-i", str(speech))
    maps = ("-map", "0:a", "-map", "1:a", "-c:a", "flac", "-disposition:a:0", "default")
    return make(folder / "tracks.mkv", *inputs, *maps)


def test_the_track_in_which_people_speak_is_decoded(
    pool: RecognizerPool, recording: Path, tmp_path: Path
) -> None:
    path = tmp_path / "audio.pcm"
    assert decode_speech(recording, path, pool, Limits()) == Decoded(track=1)
    assert len(pool.speech_spans(path)) > 0
    assert list(tmp_path.iterdir()) == [path]


def test_a_recording_that_is_not_in_the_store_is_said_to_be_gone_at_once() -> None:
    with (
        pytest.raises(MediaUnusable, match="not in the server's storage any more"),
        local_recording(InMemoryStore(), "0" * 32),
    ):
        pass


def test_a_known_track_is_not_searched_for(recording: Path, tmp_path: Path) -> None:
    closed = RecognizerPool(choose("pocketsphinx", None), processes=1, chunk_timeout_s=120)
    closed.close()
    assert decode_speech(recording, tmp_path / "audio.pcm", closed, Limits(), track=0) == Decoded(track=0)


def test_a_single_track_is_not_recorded(tmp_path: Path) -> None:
    closed = RecognizerPool(choose("pocketsphinx", None), processes=1, chunk_timeout_s=120)
    closed.close()
    speech = spoken(tmp_path / "speech.wav", seconds=1)
    assert decode_speech(speech, tmp_path / "audio.pcm", closed, Limits()) == Decoded(track=None)


@pytest.mark.parametrize(
    ("speech_ms", "chosen"),
    [
        ({2: 0, 1: 9000}, 1),  # music first
        ({1: 6000, 2: 9000}, 1),  # a dub
        ({1: 400, 2: 9000}, 2),  # a channel with hardly more than breath
        ({1: 0, 2: 0}, 3),  # nobody speaks
        ({}, 3),  # no track could be looked at
    ],
)
def test_the_likeliest_track_with_enough_speech_is_chosen(speech_ms: dict[int, int], chosen: int) -> None:
    assert track_with_most_speech(speech_ms, otherwise=3) == chosen
