"""The numbers in a checkpoint of PyTorch, read without it: a zip archive with a pickle and the raw numbers.

The pickle may name tensors of floats and of integers in an ordered dictionary, and nothing else: any other
class or function is refused before it is called.
"""

from __future__ import annotations

import io
import pickle
import zipfile
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Array = npt.NDArray[np.generic]

TYPES = {"FloatStorage": "<f4", "LongStorage": "<i8"}
MAX_MEMBER_BYTES = 256 * 1024 * 1024


def read(path: Path) -> Mapping[str, Array]:
    """Return the tensors by name. Raises ValueError for a file that is no such checkpoint."""
    try:
        with zipfile.ZipFile(path) as archive:
            found = _Unpickler(archive).load()
    except (zipfile.BadZipFile, pickle.UnpicklingError, KeyError, EOFError, TypeError, IndexError) as error:
        raise ValueError(f"{path.name} is not a checkpoint: {type(error).__name__}: {error}") from None
    if not isinstance(found, dict):
        raise ValueError(f"{path.name} is not a checkpoint: it has no dictionary of tensors")
    return found


class _Unpickler(pickle.Unpickler):
    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        pickles = [name for name in archive.namelist() if name.endswith("/data.pkl")]
        if len(pickles) != 1:
            raise ValueError(f"it is not a checkpoint: it has {len(pickles)} pickles")
        self._root = pickles[0].removesuffix("/data.pkl")
        super().__init__(io.BytesIO(self._member("data.pkl")))

    def _member(self, name: str) -> bytes:
        member = self._archive.getinfo(f"{self._root}/{name}")
        if member.file_size > MAX_MEMBER_BYTES:
            raise ValueError(f"{member.filename} is larger than {MAX_MEMBER_BYTES} bytes")
        return self._archive.read(member)

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) == ("torch._utils", "_rebuild_tensor_v2"):
            return _tensor
        if (module, name) == ("collections", "OrderedDict"):
            return OrderedDict
        if module == "torch" and name in TYPES:
            return TYPES[name]
        raise ValueError(f"the checkpoint names {module}.{name}, which is no tensor")

    def persistent_load(self, pid: Any) -> Array:
        import numpy as np

        _, kind, key, *_ = pid
        numbers: Array = np.frombuffer(self._member(f"data/{key}"), dtype=np.dtype(kind))
        return numbers


def _tensor(storage: Array, offset: int, shape: Sequence[int], strides: Sequence[int], *_: object) -> Array:
    """Return a view of the stored numbers. Raises ValueError where it reaches beyond them."""
    import numpy as np

    last = offset + sum((size - 1) * stride for size, stride in zip(shape, strides, strict=True))
    if min((offset, *shape, *strides), default=0) < 0 or last >= len(storage):
        raise ValueError("a tensor of the checkpoint is larger than its numbers")
    steps = [stride * storage.itemsize for stride in strides]
    return np.lib.stride_tricks.as_strided(storage[offset:], tuple(shape), steps).copy()
