"""A network written as a file of ONNX, without the library of that name, which is larger than the server.

The format is Protocol Buffers; the numbers of the fields are those of the specification's onnx.proto.
The same network always becomes the same bytes. What it does not do: read, check, or write other types than
are needed.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Array = npt.NDArray[np.generic]

IR_VERSION = 8
FLOAT, INT64 = 1, 7  # TensorProto.DataType
OF_FLOAT, OF_INT, OF_INTS = 1, 2, 7  # AttributeProto.AttributeType
VARINT, LENGTH, FIXED32 = 0, 2, 5  # wire types
Attribute = int | float | Sequence[int]
NO_ATTRIBUTES: Mapping[str, Attribute] = {}


class Graph:
    """A network under construction: operations are added in the order in which they run."""

    def __init__(self) -> None:
        self._nodes: list[bytes] = []
        self._constants: list[bytes] = []
        self._values = 0

    def constant(self, values: Any, kind: int = FLOAT) -> str:
        """Add numbers that never change; return their name."""
        import numpy as np

        array = np.ascontiguousarray(values, dtype="<f4" if kind == FLOAT else "<i8")
        # ascontiguousarray makes a scalar a vector of one.
        shape = np.shape(values)
        name = f"constant{len(self._constants)}"
        self._constants.append(
            b"".join(_integer(1, size) for size in shape)
            + _integer(2, kind)
            + _text(8, name)
            + _bytes(9, array.tobytes())
        )
        return name

    def add(
        self,
        kind: str,
        inputs: Iterable[str],
        attributes: Mapping[str, Attribute] = NO_ATTRIBUTES,
        output: str = "",
    ) -> str:
        """Add an operation; return the name of its one output."""
        self._values += 1
        output = output or f"value{self._values}"
        self._nodes.append(
            b"".join(_text(1, each) for each in inputs)
            + _text(2, output)
            + _text(4, kind)
            + b"".join(_bytes(5, _attribute(*each)) for each in attributes.items())
        )
        return output

    def file(
        self,
        name: str,
        *,
        inputs: Mapping[str, Sequence[int | str]],
        outputs: Mapping[str, Sequence[int | str]],
        opset: int,
    ) -> bytes:
        """Return the file. inputs and outputs are the shapes of tensors of floats; a text is a free size."""
        graph = (
            b"".join(_bytes(1, node) for node in self._nodes)
            + _text(2, name)
            + b"".join(_bytes(5, constant) for constant in self._constants)
            + b"".join(_bytes(11, _tensor(*each)) for each in inputs.items())
            + b"".join(_bytes(12, _tensor(*each)) for each in outputs.items())
        )
        operators = _text(1, "") + _integer(2, opset)
        return _integer(1, IR_VERSION) + _text(2, "scribedock") + _bytes(7, graph) + _bytes(8, operators)


def _attribute(name: str, value: Attribute) -> bytes:
    if isinstance(value, float):
        return _text(1, name) + _key(2, FIXED32) + struct.pack("<f", value) + _integer(20, OF_FLOAT)
    if isinstance(value, int):
        return _text(1, name) + _integer(3, value) + _integer(20, OF_INT)
    return _text(1, name) + b"".join(_integer(8, each) for each in value) + _integer(20, OF_INTS)


def _tensor(name: str, shape: Sequence[int | str]) -> bytes:
    sizes = [_text(2, size) if isinstance(size, str) else _integer(1, size) for size in shape]
    kind = _integer(1, FLOAT) + _bytes(2, b"".join(_bytes(1, size) for size in sizes))
    return _text(1, name) + _bytes(2, _bytes(1, kind))


def _text(field: int, value: str) -> bytes:
    return _bytes(field, value.encode())


def _bytes(field: int, value: bytes) -> bytes:
    return _key(field, LENGTH) + _varint(len(value)) + value


def _integer(field: int, value: int) -> bytes:
    return _key(field, VARINT) + _varint(value % 2**64)


def _key(field: int, wire_type: int) -> bytes:
    return _varint(field << 3 | wire_type)


def _varint(value: int) -> bytes:
    """Return seven bits a byte, the lowest first; all but the last have the highest bit set."""
    found = bytearray()
    while value > 0x7F:
        found.append(value & 0x7F | 0x80)
        value >>= 7
    found.append(value)
    return bytes(found)
