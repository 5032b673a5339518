"""How much faster a GPU recognizes chunks in batches than one after the other.

python -m benchmarks.speech.batches MODEL [--rounds N]

MODEL is the folder of a Whisper model in CTranslate2's format. Prints, for each precision, the times of both
in interleaved rounds, and the ratio of their medians.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from importlib.resources import files
from pathlib import Path

import av
import ctranslate2
import numpy as np
import numpy.typing as npt

from scribedock.speech.engines.whisper import batch
from scribedock.speech.engines.whisper_decoding import Decoder

CHUNK_S, CHUNKS = 20, 24
RATE = 16_000
PRECISIONS = ("float16", "int8_float16")


def chunks() -> list[npt.NDArray[np.int16]]:
    """Return parts of the recording that the package ships, repeated."""
    resampler = av.AudioResampler("s16", "mono", RATE)
    with av.open(str(files("scribedock.demo") / "recording.flac")) as container:
        parts = [
            part.to_ndarray()[0] for frame in container.decode(audio=0) for part in resampler.resample(frame)
        ]
    samples, length = np.concatenate(parts), CHUNK_S * RATE
    whole = [samples[at : at + length] for at in range(0, len(samples) - length + 1, length)]
    return [whole[number % len(whole)] for number in range(CHUNKS)]


def main(model: Path, rounds: int) -> None:
    if not ctranslate2.get_cuda_device_count():
        sys.exit("CTranslate2 finds no GPU here")
    speech, together = chunks(), batch()
    for precision in PRECISIONS:
        decoder = Decoder(model, 1, precision=precision)
        decoder.decode(speech[0], "en")
        alone_s, batched_s = [], []
        for _ in range(rounds):
            began = time.perf_counter()
            for chunk in speech:
                decoder.decode(chunk, "en")
            alone_s.append(time.perf_counter() - began)
            began = time.perf_counter()
            for at in range(0, len(speech), together):
                decoder.decode_batch(speech[at : at + together], "en")
            batched_s.append(time.perf_counter() - began)
        print(
            f"{precision}, {CHUNK_S * CHUNKS} s of speech: one after the other {median(alone_s)}, "
            f"{together} at once {median(batched_s)}, "
            f"ratio {statistics.median(alone_s) / statistics.median(batched_s):.1f}"
        )


def median(times: list[float]) -> str:
    return f"{statistics.median(times):.2f} s ({min(times):.2f} to {max(times):.2f})"


if __name__ == "__main__":
    arguments = argparse.ArgumentParser()
    arguments.add_argument("model", type=Path)
    arguments.add_argument("--rounds", type=int, default=5)
    given = arguments.parse_args()
    main(given.model, given.rounds)
