"""Messages between the server and its rendering processes: a length, then a pickle.

Both ends are this program, and a pipe joins nobody else.
"""

from __future__ import annotations

import pickle
import struct
import time
from dataclasses import dataclass
from typing import BinaryIO

from scribedock.children.process import ChildProcess
from scribedock.errors import ScribedockError
from scribedock.rendering.request import ElementListKey, RenderRequest
from scribedock_captions.rendering import Rendering

LENGTH = struct.Struct(">Q")


@dataclass(frozen=True)
class MissingLists:
    """The child has not parsed these lists, or has dropped them; they must be sent along."""

    lists: tuple[ElementListKey, ...]


@dataclass(frozen=True)
class RenderingRefused:
    error: ScribedockError


@dataclass(frozen=True)
class RenderingDefect:
    """A defect in our code."""

    traceback: str


@dataclass(frozen=True)
class RenderMessage:
    request: RenderRequest
    bodies: dict[ElementListKey, bytes]  # the JSON of the lists that the child lacks


Answer = Rendering | MissingLists | RenderingRefused | RenderingDefect


def send(pipe: BinaryIO, message: Answer) -> None:
    """Send a message from the child."""
    for part in _packed(message):
        pipe.write(part)
    pipe.flush()


def request_rendering(child: ChildProcess, order: RenderMessage, timeout_s: float) -> Answer:
    """Return the child's answer. Raises ChildEnded, ChildSlow."""
    deadline = time.monotonic() + timeout_s
    child.send(_packed(order))
    length = LENGTH.unpack(child.receive(LENGTH.size, deadline))[0]
    answer: Answer = pickle.loads(child.receive(length, deadline))  # noqa: S301 - from our child
    return answer


def _packed(message: RenderMessage | Answer) -> tuple[bytes, bytes]:
    data = pickle.dumps(message, protocol=pickle.HIGHEST_PROTOCOL)
    return LENGTH.pack(len(data)), data
