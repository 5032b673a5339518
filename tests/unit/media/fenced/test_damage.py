"""Damaged files of every container: each ends as sound or as a clear refusal, soon, and in little memory.

DAMAGED_FILES is how many of them the trial makes (200; a thousand before a release); another DAMAGED_SEED
makes others.
"""

from __future__ import annotations

import os
import signal
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest
import structlog

from scribedock.media.audio import decode
from scribedock.media.limits import BYTES_PER_SECOND, SAMPLE_RATE, Limits
from scribedock.media.probe import probe
from scribedock.media.process import FORK_SERVER, LIMIT_MESSAGE
from scribedock.media.unusable import MediaUnusable
from tests.support.machine.processes import children
from tests.support.media.damage import damaged
from tests.support.media.ffmpeg import tone, video

FILES = int(os.environ.get("DAMAGED_FILES", "200"))
SEED = os.environ.get("DAMAGED_SEED", "1")
FEW = 12
LENGTH_S = 1.5
SOUNDS = ("a.wav", "a.mp3", "a.m4a", "a.ogg", "a.opus", "a.flac", "a.wma", "a.aac", "a.aiff", "a.caf")
VIDEOS = ("a.mp4", "a.mov", "a.mkv", "a.avi", "a.ts", "a.flv", "a.mpg")
RATE = ("-ar", "44100")
QUICK_VP9 = ("-cpu-used", "8", "-deadline", "realtime")
RESIDENT = 512 * 1024**2  # bytes that a child may hold: whole files take 100 MB


class Strict(Limits):
    """Those of recordings of an hour at the most, with little time."""

    @property
    def cpu_s(self) -> int:
        """A child starts in half a second of processor time; a whole file of this length takes none."""
        return 10


LIMITS = Strict(max_duration_s=3600)


@dataclass(frozen=True, kw_only=True)
class Whole:
    name: str
    content: bytes


@dataclass(frozen=True, kw_only=True)
class Ending:
    file: str  # what it was, and what was done to it
    outcome: str  # SOUND, or the sentence of the refusal


SOUND = "sound"


@pytest.fixture(scope="module")
def wholes(tmp_path_factory: pytest.TempPathFactory) -> list[Whole]:
    folder = tmp_path_factory.mktemp("whole")
    made = [tone(folder / name, seconds=LENGTH_S) for name in SOUNDS]
    made += [video(folder / f"video-{name}", *RATE, seconds=LENGTH_S) for name in VIDEOS]
    made.append(video(folder / "video-a.webm", *QUICK_VP9, seconds=LENGTH_S))
    for name, flags in (("index-first.mp4", "+faststart"), ("fragments.mp4", "frag_keyframe+empty_moov")):
        made.append(video(folder / name, *RATE, "-movflags", flags, seconds=LENGTH_S))
    return [Whole(name=path.name, content=path.read_bytes()) for path in made]


def endings(wholes: list[Whole], count: int, folder: Path) -> list[Ending]:
    """Return how the files end; as many of each container."""
    with ThreadPoolExecutor(max_workers=2) as threads:
        running = [
            threads.submit(_end, wholes[number % len(wholes)], number, folder) for number in range(count)
        ]
        return [ending for each in running for ending in each.result()]


def _end(whole: Whole, number: int, folder: Path) -> list[Ending]:
    """Of the probe, which an upload makes, and of the decoding, which an order makes whatever that found."""
    what, content = damaged(whole.content, f"{SEED} {number}")
    name = f"{whole.name}, {what}, DAMAGED_SEED={SEED}, number {number}"
    path = folder / f"{number}-{whole.name}"
    path.write_bytes(content)
    found = [Ending(file=name, outcome=_probed(path)), Ending(file=name, outcome=_decoded(path))]
    path.unlink()
    return found


def _probed(path: Path) -> str:
    try:
        info = probe(path, LIMITS)
    except MediaUnusable as refusal:
        return refusal.reason
    assert 0 <= info.duration_ms <= 1000 * LIMITS.max_duration_s
    return SOUND


def _decoded(path: Path) -> str:
    audio = path.with_suffix(".pcm")
    try:
        decoded = decode(path, audio, LIMITS)
    except MediaUnusable as refusal:
        assert not audio.exists()
        return refusal.reason
    assert audio.stat().st_size == decoded.audio_bytes
    assert 0 < decoded.audio_bytes <= LIMITS.audio_bytes(SAMPLE_RATE) + BYTES_PER_SECOND
    audio.unlink()
    return SOUND


def check(found: list[Ending]) -> None:
    outcomes = Counter(each.outcome for each in found)
    assert len(found) // 10 < outcomes[SOUND] < len(found)  # some damage is passed over, and some is not
    unclear = [each for each in found if each.outcome != SOUND and not each.outcome.endswith(".")]
    endless = [each for each in found if each.outcome == LIMIT_MESSAGE]
    assert (unclear, endless) == ([], [])
    assert children(FORK_SERVER.pid) == []


def test_every_container_is_read_before_it_is_damaged(wholes: list[Whole], tmp_path: Path) -> None:
    for whole in wholes:
        path = tmp_path / whole.name
        path.write_bytes(whole.content)
        assert _decoded(path) == SOUND, whole.name


def test_a_few_damaged_files_are_decoded_or_clearly_refused(wholes: list[Whole], tmp_path: Path) -> None:
    check(endings(wholes, FEW, tmp_path))


@pytest.mark.trials
@pytest.mark.timeout(3600)
def test_damaged_files_of_every_container_are_decoded_or_clearly_refused(
    wholes: list[Whole], tmp_path: Path
) -> None:
    FORK_SERVER.close()  # the one of this test has no children but those of this test
    with structlog.testing.capture_logs() as logs:
        found = endings(wholes, FILES, tmp_path)
    check(found)
    assert [entry for entry in logs if "fault" in entry] == []
    os.kill(FORK_SERVER.pid, signal.SIGKILL)
    usage = os.wait4(FORK_SERVER.pid, 0)[2]
    assert 0 < usage.ru_maxrss * 1024 < RESIDENT, usage
