"""A checkpoint of CAM++ with a few random numbers, as PyTorch writes it, and what the network makes of sound.

`embed` follows the paper's and 3D-Speaker's definition step by step, in numpy alone.
"""

from __future__ import annotations

import struct
import zipfile
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float32]

BANDS = 80
HEAD, WIDTH, GROWTH, INNER, SIZE = 2, 4, 2, 4, 3  # channels
LAYERS = {1: 2, 2: 1, 3: 1}
SEGMENT = 100
EPSILON = 1e-5


def tensors(seed: int = 0) -> dict[str, Array]:
    """Return the numbers of all layers by their names in 3D-Speaker."""
    random = np.random.default_rng(seed)
    found: dict[str, Array] = {}

    def convolution(name: str, *shape: int, bias: bool = False) -> None:
        found[f"{name}.weight"] = random.normal(0, 0.5, shape).astype(np.float32)
        if bias:
            found[f"{name}.bias"] = random.normal(0, 0.5, shape[0]).astype(np.float32)

    def normalization(name: str, channels: int, *, learnt: bool = True) -> None:
        found[f"{name}.running_mean"] = random.normal(0, 0.3, channels).astype(np.float32)
        found[f"{name}.running_var"] = random.uniform(0.5, 2, channels).astype(np.float32)
        if learnt:
            found[f"{name}.weight"] = random.uniform(0.5, 1.5, channels).astype(np.float32)
            found[f"{name}.bias"] = random.normal(0, 0.3, channels).astype(np.float32)

    convolution("head.conv1", HEAD, 1, 3, 3)
    for layer in ("layer1", "layer2"):
        for number in (0, 1):
            name = f"head.{layer}.{number}"
            for each in (1, 2):
                convolution(f"{name}.conv{each}", HEAD, HEAD, 3, 3)
                normalization(f"{name}.bn{each}", HEAD)
        convolution(f"head.{layer}.0.shortcut.0", HEAD, HEAD, 1, 1)
        normalization(f"head.{layer}.0.shortcut.1", HEAD)
    convolution("head.conv2", HEAD, HEAD, 3, 3)
    normalization("head.bn1", HEAD)
    normalization("head.bn2", HEAD)
    channels = WIDTH
    convolution("xvector.tdnn.linear", channels, HEAD * BANDS // 8, 5)
    normalization("xvector.tdnn.nonlinear.batchnorm", channels)
    for block, layers in LAYERS.items():
        for layer in range(1, layers + 1):
            name = f"xvector.block{block}.tdnnd{layer}"
            normalization(f"{name}.nonlinear1.batchnorm", channels)
            convolution(f"{name}.linear1", INNER, channels, 1)
            normalization(f"{name}.nonlinear2.batchnorm", INNER)
            convolution(f"{name}.cam_layer.linear_local", GROWTH, INNER, 3)
            convolution(f"{name}.cam_layer.linear1", INNER // 2, INNER, 1, bias=True)
            convolution(f"{name}.cam_layer.linear2", GROWTH, INNER // 2, 1, bias=True)
            channels += GROWTH
        normalization(f"xvector.transit{block}.nonlinear.batchnorm", channels)
        convolution(f"xvector.transit{block}.linear", channels // 2, channels, 1)
        channels //= 2
    normalization("xvector.out_nonlinear.batchnorm", channels)
    convolution("xvector.dense.linear", SIZE, 2 * channels, 1)
    normalization("xvector.dense.nonlinear.batchnorm", SIZE, learnt=False)
    return found


def write(path: Path, found: Mapping[str, Array], *, also: bytes = b"") -> None:
    """Write a checkpoint; also are opcodes that its pickle begins with."""
    with zipfile.ZipFile(path, "w") as archive:
        entries = b""
        for number, (name, values) in enumerate(found.items()):
            archive.writestr(f"archive/data/{number}", values.tobytes())
            entries += _text(name) + _tensor(str(number), values)
        archive.writestr("archive/data.pkl", b"\x80\x02" + also + b"}(" + entries + b"u.")


def _tensor(key: str, values: Array) -> bytes:
    storage = b"(" + _text("storage") + b"ctorch\nFloatStorage\n" + _text(key) + _text("cpu")
    storage += _integer(values.size) + b"tQ"
    strides = [stride // values.itemsize for stride in values.strides]
    shape = b"".join(map(_integer, values.shape))
    sizes = b"(" + shape + b"t(" + b"".join(map(_integer, strides)) + b"t"
    return b"ctorch._utils\n_rebuild_tensor_v2\n(" + storage + _integer(0) + sizes + b"\x89}tR"


def _text(value: str) -> bytes:
    return b"X" + struct.pack("<I", len(value.encode())) + value.encode()


def _integer(value: int) -> bytes:
    return b"J" + struct.pack("<i", value)


def embed(found: Mapping[str, Array], features: Array) -> Array:
    """Return what the network makes of frames of 80 energies."""

    def normalized(x: Array, name: str) -> Array:
        ones = np.ones_like(found[f"{name}.running_var"])
        scale, shift = found.get(f"{name}.weight", ones), found.get(f"{name}.bias", 0 * ones)
        shape = (-1,) + (1,) * (x.ndim - 1)
        scale = scale / np.sqrt(found[f"{name}.running_var"] + EPSILON)
        shift = shift - found[f"{name}.running_mean"] * scale
        return np.asarray(x * scale.reshape(shape) + shift.reshape(shape))

    def active(x: Array, name: str) -> Array:
        return np.maximum(normalized(x, name), 0)

    def flat(x: Array, name: str, stride: int = 1) -> Array:
        """Return a convolution over bands and frames; stride is that of the bands."""
        weights = found[f"{name}.weight"]
        reach = weights.shape[2] // 2
        padded = np.pad(x, ((0, 0), (reach, reach), (reach, reach)))
        windows = np.lib.stride_tricks.sliding_window_view(padded, weights.shape[2:], axis=(1, 2))
        return np.einsum("chtij,ocij->oht", windows[:, ::stride], weights)

    def along(x: Array, name: str, stride: int = 1, dilation: int = 1) -> Array:
        """Return a convolution over frames."""
        weights = found[f"{name}.weight"]
        reach = weights.shape[2] // 2 * dilation
        padded = np.pad(x, ((0, 0), (reach, reach)))
        windows = np.lib.stride_tricks.sliding_window_view(padded, 2 * reach + 1, axis=1)
        made = np.einsum("cti,oci->ot", windows[:, ::stride, ::dilation], weights)
        return np.asarray(made + found[f"{name}.bias"][:, None] if f"{name}.bias" in found else made)

    x = active(flat(features.T[None], "head.conv1"), "head.bn1")
    for layer in ("layer1", "layer2"):
        for number, stride in ((0, 2), (1, 1)):
            name = f"head.{layer}.{number}"
            y = active(flat(x, f"{name}.conv1", stride), f"{name}.bn1")
            y = normalized(flat(y, f"{name}.conv2"), f"{name}.bn2")
            if number == 0:
                x = normalized(flat(x, f"{name}.shortcut.0", stride), f"{name}.shortcut.1")
            x = np.maximum(x + y, 0)
    x = active(flat(x, "head.conv2", 2), "head.bn2")
    x = x.reshape(-1, x.shape[-1])
    x = active(along(x, "xvector.tdnn.linear", stride=2), "xvector.tdnn.nonlinear.batchnorm")
    for block, layers in LAYERS.items():
        for layer in range(1, layers + 1):
            name = f"xvector.block{block}.tdnnd{layer}"
            y = along(active(x, f"{name}.nonlinear1.batchnorm"), f"{name}.linear1")
            y = active(y, f"{name}.nonlinear2.batchnorm")
            local = along(y, f"{name}.cam_layer.linear_local", dilation=1 if block == 1 else 2)
            frames = y.shape[1]
            means = [y[:, at : at + SEGMENT].mean(axis=1) for at in range(0, frames, SEGMENT)]
            segments = np.repeat(np.stack(means, axis=1), SEGMENT, axis=1)[:, :frames]
            inner = np.maximum(
                along(y.mean(axis=1, keepdims=True) + segments, f"{name}.cam_layer.linear1"), 0
            )
            mask = 1 / (1 + np.exp(-along(inner, f"{name}.cam_layer.linear2")))
            x = np.concatenate([x, local * mask])
        x = along(active(x, f"xvector.transit{block}.nonlinear.batchnorm"), f"xvector.transit{block}.linear")
    x = active(x, "xvector.out_nonlinear.batchnorm")
    pooled = np.concatenate([x.mean(axis=1), x.std(axis=1, ddof=1)])[:, None]
    voice = normalized(along(pooled, "xvector.dense.linear"), "xvector.dense.nonlinear.batchnorm")
    return voice[:, 0]
