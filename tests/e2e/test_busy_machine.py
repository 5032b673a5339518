"""Speech on a busy machine: no word is lost, and what is given up is reported."""

from __future__ import annotations

import math
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

from scribedock.demo.receiver import CallbackReceiver
from scribedock.demo.server import OwnServer
from scribedock.speech.engines.pocketsphinx import PocketSphinx
from tests.support.client import Client
from tests.support.media.sound import pcm, spoken, write_wav

pytestmark = [pytest.mark.trials, pytest.mark.timeout(1800)]

LOOPS = 8
SOME_S = 20
QUICK = {"workflow_poll_s": "0.5"}


@contextmanager
def busy() -> Iterator[None]:
    loops = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(LOOPS)]
    try:
        yield
    finally:
        for loop in loops:
            loop.kill()
            loop.wait()


def processor_s(recognizer: PocketSphinx, samples: bytes) -> float:
    """Return the seconds of processor time that recognizing takes on this machine."""
    begun = time.process_time()
    recognizer.recognize(np.frombuffer(samples, dtype="<i2"), 0, "en")
    return time.process_time() - begun


def transcribed(client: Client, recording: Path, callback_url: str | None = None) -> tuple[str, str]:
    """Return the job and its transcript."""
    job = client.new_job()
    client.upload(job, recording)
    client.order(job, callback_url=callback_url)
    assert client.finished(job, within_s=900)["JobStatus"] == "Complete"
    return job, client.get("job/get_transcript", job_id=job).text


def test_beside_eight_busy_loops_no_word_is_lost(tmp_path: Path) -> None:
    recording = spoken(tmp_path / "some.wav", seconds=SOME_S)
    # By the clock, recognizing takes far longer than this beside the loops; in processor time it does not.
    with OwnServer(tmp_path / "server", speech_chunk_timeout_s="12", **QUICK) as server:
        client = Client(server).login()
        _, alone = transcribed(client, recording)
        with busy():
            job, beside = transcribed(client, recording)
        assert beside == alone
        info = client.info(job)
        assert "Notice" not in info and "UnrecognizedSeconds" not in info


def test_speech_that_takes_too_long_is_reported_everywhere(tmp_path: Path) -> None:
    """A long stretch without a pause of its own, then a short one that takes less time than a chunk may."""
    long, short = pcm(60).replace(bytes(320), b"")[: 32_000 * 25], pcm(3.4)
    recording = write_wav(tmp_path / "long.wav", long + bytes(32_000 * 3) + short)
    recognizer = PocketSphinx()
    processor_s(recognizer, short)  # the first time of all takes longer
    between_s = math.sqrt(processor_s(recognizer, short) * processor_s(recognizer, long))
    with (
        CallbackReceiver() as receiver,
        OwnServer(
            tmp_path / "server", speech_chunk_timeout_s=f"{between_s:.2f}", speech_processes="1", **QUICK
        ) as server,
    ):
        client = Client(server).login()
        tags = f"{receiver.base_url}/done?seconds={{unrecognized_seconds}}"
        job, transcript = transcribed(client, recording, tags)
        info = client.info(job)
        assert info["UnrecognizedSeconds"] > 5
        assert info["SpeechWithWordsSeconds"] > 1
        assert "could not be recognized" in info["Notice"]
        assert "[INAUDIBLE]" in transcript and "welcome" in transcript.lower()
        captions = client.get("job/get_caption", job_id=job, caption_format="SRT").text
        assert "[INAUDIBLE]" in captions
        called = receiver.received.get(timeout=60).parameters
        assert float(called["seconds"]) == info["UnrecognizedSeconds"]
