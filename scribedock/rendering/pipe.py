"""Messages between the server and its rendering processes: pickles.

Both ends are this program, and a pipe joins nobody else.
"""

from __future__ import annotations

import pickle
from dataclasses import dataclass
from typing import BinaryIO

from scribedock.children.frames import framed, read_frame, receive_frame, write_frames
from scribedock.children.patience import Deadline
from scribedock.children.process import ChildProcess
from scribedock.errors import ScribedockError
from scribedock.rendering.request import ElementListKey, RenderRequest
from scribedock_captions.rendering import Rendering


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
    write_frames(pipe, _packed(message))


def received(pipe: BinaryIO) -> RenderMessage | None:
    """Return the next order, in the child; None at the end."""
    packed = read_frame(pipe)
    if packed is None:
        return None
    order: RenderMessage = pickle.loads(packed)  # noqa: S301 - from our parent
    return order


def request_rendering(child: ChildProcess, order: RenderMessage, timeout_s: float) -> Answer:
    """Return the child's answer. Raises ChildEnded, ChildSlow."""
    deadline = Deadline(timeout_s)
    child.send(framed(_packed(order)))
    answer: Answer = pickle.loads(receive_frame(child, deadline))  # noqa: S301 - from our child
    return answer


def _packed(message: RenderMessage | Answer) -> bytes:
    return pickle.dumps(message, protocol=pickle.HIGHEST_PROTOCOL)
