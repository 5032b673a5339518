"""How much sooner a long recording is transcribed by two workers than by one, of one recognizer each.

python -m benchmarks.service.shared_recording [--minutes 10] [--rounds 5] [--models FOLDER]

The workers share a SQLite database, and each has a processor of its own; the recording is that of the
package, repeated. In each round one worker transcribes it, then two together do, from the order to the
callback. Prints the ratio of the times, which says something only on a machine with two processors and
nothing else to do.
"""

from __future__ import annotations

import argparse
import io
import os
import statistics
import subprocess
import sys
import tempfile
import time
import wave
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from benchmarks.service.neighbours import Caller, beginning, logged_in
from scribedock.demo.receiver import CallbackReceiver
from scribedock.demo.server import OwnServer

PIECE_S = 60
WORKERS = 2
WARMUP_S = 5


def repeated(minutes: float) -> bytes:
    """Return the shipped recording as WAV, a minute of it as often as needed."""
    with wave.open(io.BytesIO(beginning(PIECE_S))) as piece:
        parameters, samples = piece.getparams(), piece.readframes(piece.getnframes())
    whole = io.BytesIO()
    with wave.open(whole, "wb") as file:
        file.setparams(parameters)
        file.writeframes(samples * round(minutes * 60 / PIECE_S))
    return whole.getvalue()


@contextmanager
def worker(server: OwnServer, processor: int) -> Iterator[None]:
    process = subprocess.Popen(
        [sys.executable, "-m", "scribedock", "worker"],
        stdin=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=server.environment(),
        preexec_fn=lambda: os.sched_setaffinity(0, {processor}),
    )
    try:
        yield
    finally:
        process.terminate()
        process.wait()


def transcribe(caller: Caller, recording: bytes, receiver: CallbackReceiver) -> float:
    """Return the seconds from the order to the callback."""
    job = caller.job(recording)
    began = time.perf_counter()
    caller.order(job, callback_url=f"{receiver.base_url}/done")
    receiver.received.get()
    return time.perf_counter() - began


def main(minutes: float, rounds: int, models: Path | None) -> None:
    recording, short = repeated(minutes), beginning(WARMUP_S)
    engine = {"models_dir": str(models)} if models else {"speech_engine": "pocketsphinx"}
    settings = {"speech_processes": "1", "workflow_poll_s": "0.5", **engine}
    times: dict[int, list[float]] = {1: [], WORKERS: []}
    with (
        tempfile.TemporaryDirectory() as folder,
        CallbackReceiver() as receiver,
        OwnServer(Path(folder), arguments=("--no-worker",), **settings) as server,
    ):
        caller = logged_in(server.base_url, "admin", server.password)
        for _ in range(rounds):
            for count, found in times.items():
                with ExitStack() as stack:
                    for processor in sorted(os.sched_getaffinity(0))[:count]:
                        stack.enter_context(worker(server, processor))
                    for _ in range(count):  # loads the models
                        transcribe(caller, short, receiver)
                    found.append(transcribe(caller, recording, receiver))
    ratios = [alone / together for alone, together in zip(times[1], times[WORKERS], strict=True)]
    print(
        f"{minutes:g} minutes of speech: one worker {statistics.median(times[1]):.0f} s, "
        f"{WORKERS} workers {statistics.median(times[WORKERS]):.0f} s, "
        f"{statistics.median(ratios):.2f} times as fast ({min(ratios):.2f} to {max(ratios):.2f})"
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--models", type=Path, help="The folder of models; default: pocketsphinx.")
    given = parser.parse_args()
    main(given.minutes, given.rounds, given.models)
