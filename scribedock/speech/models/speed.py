"""How long a model takes on this machine, and whether that is quick enough to be used unasked.

`models pull` measures: it recognizes the shipped recording with the model, and writes the time beside it.
What counts is the processor time, shared among the threads, so that a busy machine measures much as an idle
one does; with a GPU it is the time that passes. Where nothing was measured on this machine, the catalogue's
cost is taken, scaled by what the models that were measured here take.
"""

from __future__ import annotations

import math
import platform
import time
from collections.abc import Mapping
from importlib.resources import as_file, files
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

from scribedock.host.processors import processors
from scribedock.speech.catalogue import CatalogueModel
from scribedock.speech.models import receipt
from scribedock.speech.models.installed import SPEAKERS, NamedModel, catalogue
from scribedock.speech.models.receipt import Speed
from scribedock.speech.recognizer import SAMPLE_RATE, RecognizerSpec, engine_named

if TYPE_CHECKING:
    from scribedock.speech.recognizer import Pcm

MOST_REAL_TIME = 0.5  # of the sound's length that a model may take to be chosen
RECORDING = ("scribedock.demo", "recording.flac")
MEASURED_S = 20  # of it
RUNS = 2  # the first one also loads what is loaded late
ENOUGH_S = 20  # after which there is no other run
CPU_INFO = Path("/proc/cpuinfo")


def machine() -> str:
    """Return what distinguishes machines of other speeds: the processor's name and how many there are."""
    name = platform.machine()
    try:
        lines = CPU_INFO.read_text(errors="replace").splitlines()
    except OSError:
        lines = []
    for line in lines:
        if line.startswith("model name"):
            name = line.partition(":")[2].strip()
            break
    return f"{name}, {processors()} processors"


def measure(entry: NamedModel, folder: Path) -> Speed:
    """Recognize the shipped recording once; return how long that takes. Raises what the engine raises."""
    engine = engine_named(entry.engine)
    threads = _threads(entry)
    spec = RecognizerSpec(engine=entry.engine, model=engine.check(folder), threads=threads)
    recognizer = engine.load(spec)
    pcm = _recording()
    language = "en" if "en" in engine.languages(spec) else min(engine.languages(spec))
    on_gpu = engine.batch() > 1
    quickest = math.inf
    began = time.monotonic()
    for _ in range(RUNS):
        passed, used = time.monotonic(), time.process_time()
        recognizer.recognize(pcm, 0, language)
        passed, used = time.monotonic() - passed, time.process_time() - used
        quickest = min(quickest, passed if on_gpu else used / threads)
        if time.monotonic() - began > ENOUGH_S:
            break
    return Speed(machine=machine(), real_time=round(quickest * SAMPLE_RATE / len(pcm), 2))


def estimated(models: Path) -> Mapping[str, float]:
    """Return, by name, what the speech models take as a multiple of the sound's length.

    Models that nobody knows the cost of are left out.
    """
    here = machine()
    measured = {}
    speech = {name: entry for name, entry in catalogue().items() if entry.engine != SPEAKERS}
    for name in speech:
        found = receipt.read(models / name)
        if found and found.speed and found.speed.machine == here:
            measured[name] = found.speed.real_time
    expected = {name: _expected(entry) for name, entry in speech.items()}
    paces = [measured[name] / cost for name in measured if (cost := expected[name])]
    pace = median(paces) if paces else 1.0
    scaled = {name: round(cost * pace, 2) for name, cost in expected.items() if cost is not None}
    return {**scaled, **measured}


def _expected(entry: NamedModel) -> float | None:
    model: CatalogueModel = entry.model
    return None if model.cost is None else model.cost / _threads(entry)


def _threads(entry: NamedModel) -> int:
    return min(engine_named(entry.engine).threads, processors())


def _recording() -> Pcm:
    """Return the beginning of the recording that the package ships, as mono 16 kHz samples."""
    import av
    import numpy as np

    package, name = RECORDING
    with as_file(files(package) / name) as shipped, av.open(str(shipped)) as container:
        resampler = av.AudioResampler(format="s16", layout="mono", rate=SAMPLE_RATE)
        frames = [*container.decode(audio=0), None]
        parts = [part.to_ndarray() for frame in frames for part in resampler.resample(frame)]
    return np.concatenate(parts, axis=None).astype(np.int16)[: MEASURED_S * SAMPLE_RATE]
