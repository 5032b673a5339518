"""A speaker-embedding model in ONNX's format, trained in no time: it knows two voices from each other."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import onnx
from onnx import TensorProto, helper, numpy_helper

from scribedock.speech.diarization.embedding import BANDS, HIGH_HZ, LOW_HZ
from scribedock.speech.diarization.filter_bank import log_energies

Pcm = npt.NDArray[np.int16]
Numbers = npt.NDArray[np.float64]
WINDOW = 32_000


def build(folder: Path, voices: tuple[Pcm, Pcm], *, bands: int = BANDS) -> Path:
    """A model that hears how much each band of the spectrum moves, and what divides the voices by that."""
    one, other = map(_movements, voices)
    within = np.concatenate([one - one.mean(axis=0), other - other.mean(axis=0)])
    spread = within.T @ within / len(within) + 0.05 * np.eye(BANDS)
    direction = np.linalg.solve(spread, one.mean(axis=0) - other.mean(axis=0))
    middle = float(direction @ (one.mean(axis=0) + other.mean(axis=0)) / 2)
    folder.mkdir(parents=True, exist_ok=True)
    onnx.save(_model(direction[:bands], middle), folder / "model.onnx")
    return folder


def _movements(pcm: Pcm) -> Numbers:
    """Return the variance of each band in every two seconds."""
    parts = [pcm[start : start + WINDOW] for start in range(0, len(pcm) - WINDOW + 1, WINDOW)]
    energies = [log_energies(part, bands=BANDS, low_hz=LOW_HZ, high_hz=HIGH_HZ) for part in parts]
    return np.array([np.var(each, axis=0) for each in energies], dtype=float)


def _model(direction: Numbers, middle: float) -> onnx.ModelProto:
    nodes = [
        helper.make_node("Mul", ["feats", "feats"], ["squares"]),
        helper.make_node("ReduceMean", ["squares", "time"], ["variances"], keepdims=0),
        helper.make_node("MatMul", ["variances", "weights"], ["weighted"]),
        helper.make_node("Add", ["weighted", "bias"], ["embs"]),
    ]
    weights = np.stack([direction, np.zeros_like(direction)], axis=1).astype(np.float32)
    constants = {
        "time": np.array([1], np.int64),
        "weights": weights,
        "bias": np.array([-middle, 1], np.float32),
    }
    graph = helper.make_graph(
        nodes,
        "tiny",
        [helper.make_tensor_value_info("feats", TensorProto.FLOAT, ["batch", "frames", len(direction)])],
        [helper.make_tensor_value_info("embs", TensorProto.FLOAT, ["batch", 2])],
        [numpy_helper.from_array(value, name) for name, value in constants.items()],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)
