"""A NeMo model in ONNX's format that says the same whatever it hears: all of its parts are there, small."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

TOKENS = ["▁Hello", ",", "▁wor", "ld", ".", "<blk>"]
TEXT = "Hello, world."
FRAME_MS = 80
PLACES = {5: 0, 8: 1, 12: 2, 14: 3, 16: 4}  # of the tokens, in frames
MOST_FRAMES = 400
PROBABILITY = 0.9


def build(folder: Path) -> Path:
    """Return a model of the kind nemo-conformer-ctc."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.json").write_text(json.dumps({"model_type": "nemo-conformer-ctc"}))
    (folder / "vocab.txt").write_text("".join(f"{token} {number}\n" for number, token in enumerate(TOKENS)))
    onnx.save(_model(), folder / "model.onnx")
    return folder


def _model() -> onnx.ModelProto:
    """Of the rows of a table, as many as the sound has frames."""
    blank = len(TOKENS) - 1
    table = np.full((1, MOST_FRAMES, len(TOKENS)), np.log((1 - PROBABILITY) / blank), np.float32)
    for frame in range(MOST_FRAMES):
        table[0, frame, PLACES.get(frame, blank)] = np.log(PROBABILITY)
    constants = {
        "table": table,
        "zero": np.array([0], np.int64),
        "one": np.array([1], np.int64),
        "two": np.array([2], np.int64),
        "step": np.array([8], np.int64),
    }
    nodes = [
        helper.make_node("Shape", ["audio_signal"], ["shape"]),
        helper.make_node("Gather", ["shape", "two"], ["features"]),
        helper.make_node("Div", ["features", "step"], ["whole"]),
        helper.make_node("Add", ["whole", "one"], ["frames"]),
        helper.make_node("Slice", ["table", "zero", "frames", "one"], ["logprobs"]),
        helper.make_node("Identity", ["length"], ["same"]),
    ]
    graph = helper.make_graph(
        nodes,
        "tiny",
        [
            helper.make_tensor_value_info("audio_signal", TensorProto.FLOAT, ["batch", 80, "time"]),
            helper.make_tensor_value_info("length", TensorProto.INT64, ["batch"]),
        ],
        [
            helper.make_tensor_value_info("logprobs", TensorProto.FLOAT, ["batch", "frames", len(TOKENS)]),
            helper.make_tensor_value_info("same", TensorProto.INT64, ["batch"]),
        ],
        [numpy_helper.from_array(value, name) for name, value in constants.items()],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
