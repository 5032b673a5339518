"""Messages between the server and its rendering processes: a length, then a pickle.

Both ends are this program, and a pipe joins nobody else.
"""

from __future__ import annotations

import pickle
import struct
from dataclasses import dataclass
from typing import BinaryIO

from scribedock.captions.render import Rendering
from scribedock.errors import ScribedockError
from scribedock.rendering.request import ListKey, RenderRequest

LENGTH = struct.Struct(">Q")


@dataclass(frozen=True)
class Missing:
    """The child has not parsed these lists, or has them no more; they are to be sent along."""

    lists: tuple[ListKey, ...]


@dataclass(frozen=True)
class Refused:
    error: ScribedockError


@dataclass(frozen=True)
class Failed:
    """A defect of ours."""

    traceback: str


@dataclass(frozen=True)
class Order:
    request: RenderRequest
    bodies: dict[ListKey, bytes]  # the wire's JSON of lists that the child lacks


Answer = Rendering | Missing | Refused | Failed


def send(pipe: BinaryIO, message: Order | Answer) -> None:
    data = pickle.dumps(message, protocol=pickle.HIGHEST_PROTOCOL)
    pipe.write(LENGTH.pack(len(data)) + data)
    pipe.flush()
