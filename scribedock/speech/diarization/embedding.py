"""Voices as a speaker-embedding network hears them: a model of WeSpeaker's or 3D-Speaker's in ONNX's format.

Such a model takes 80 bands of Kaldi's filter bank, less their mean over time, and gives a vector that points
the same way for one person, whatever is said. onnxruntime runs it; nothing is downloaded.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scribedock.settings import SettingsError
from scribedock.speech.diarization.filter_bank import log_energies

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from scribedock.speech.diarization.voices import Numbers, Places
    from scribedock.speech.recognizer import Pcm

    Vector = npt.NDArray[np.float32]

BANDS, LOW_HZ, HIGH_HZ = 80, 20, 8000


@dataclass(frozen=True, kw_only=True)
class SpeakerModel:
    """A network that embeds voices, not loaded yet; made by `check`."""

    path: Path
    # Cosine from which two voices count as one person's, where the number of people is unknown.
    similarity: float


def check(folder: Path | None, similarity: float) -> SpeakerModel | None:
    """Return the model that the settings select; None without one.

    Raises SettingsError unless exactly one ONNX file is in the folder.
    """
    if folder is None:
        return None
    if not folder.is_dir():
        raise SettingsError(f"SCRIBEDOCK_SPEAKER_MODEL: {folder} is not a folder")
    found = sorted(folder.glob("*.onnx"))
    if len(found) != 1:
        raise SettingsError(f"SCRIBEDOCK_SPEAKER_MODEL: {folder} must have one .onnx file, not {len(found)}")
    return SpeakerModel(path=found[0].resolve(), similarity=similarity)


class Embedder:
    """The network, loaded when first needed. Used by one thread at a time."""

    def __init__(self, path: Path, threads: int) -> None:
        self._path = path
        self._threads = threads

    @cached_property
    def _session(self) -> Any:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = self._threads
        options.log_severity_level = 3
        session = onnxruntime.InferenceSession(str(self._path), options, providers=["CPUExecutionProvider"])
        inputs = session.get_inputs()
        if len(inputs) != 1 or len(inputs[0].shape) != 3 or inputs[0].shape[2] != BANDS:
            raise ValueError(
                f"{self._path.name} is not a speaker-embedding model: its one input must be of the shape "
                f"[batch, frames, {BANDS}], not {[each.shape for each in inputs]}"
            )
        return session

    def embed(self, pcm: Pcm) -> Vector:
        """Return the direction of a voice, of length 1, from mono 16 kHz samples."""
        import numpy as np

        energies = log_energies(pcm, bands=BANDS, low_hz=LOW_HZ, high_hz=HIGH_HZ)
        name = self._session.get_inputs()[0].name
        found = self._session.run(None, {name: (energies - energies.mean(axis=0))[None]})
        vector = np.asarray(found[0], dtype=np.float32).reshape(-1)
        length = float(np.linalg.norm(vector))
        if not np.isfinite(length):
            raise ValueError(f"{self._path.name} gave a vector that is not finite")
        direction: Vector = vector / max(length, 1e-9)
        return direction


class EmbeddedVoices:
    """Voices by the sum of their directions; the distance is 1 minus the mean cosine (average linkage)."""

    def __init__(self, directions: Numbers) -> None:
        import numpy as np

        self._sums = np.array(directions, dtype=float)
        self._counts = np.ones(len(self._sums))

    def __len__(self) -> int:
        return len(self._sums)

    def distances(self, one: int, others: Places) -> Numbers:
        apart: Numbers = 1 - self._sums[others] @ self._sums[one] / (self._counts[others] * self._counts[one])
        return apart

    def merge(self, kept: int, gone: int) -> None:
        self._sums[kept] += self._sums[gone]
        self._counts[kept] += self._counts[gone]
