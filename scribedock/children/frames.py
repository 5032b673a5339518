"""Messages over the pipes of a child process: each part is its length, then its bytes."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator
from typing import BinaryIO

from scribedock.children.patience import Patience
from scribedock.children.process import ChildProcess

LENGTH = struct.Struct(">Q")


def framed(*parts: bytes) -> Iterator[bytes]:
    """Yield what is sent for the parts of a message."""
    for part in parts:
        yield LENGTH.pack(len(part))
        yield part


def framed_stream(size: int, pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Yield what is sent for a part of `size` bytes that comes in pieces."""
    yield LENGTH.pack(size)
    yield from pieces


def receive_frame(child: ChildProcess, patience: Patience) -> bytes:
    """Return the next part that a child sends. Raises ChildEnded, and what gives up the patience."""
    return child.receive(LENGTH.unpack(child.receive(LENGTH.size, patience))[0], patience)


def read_frame(pipe: BinaryIO) -> bytes | None:
    """Return the next part that the parent sends; None at the end. Called in the child."""
    length = pipe.read(LENGTH.size)
    return pipe.read(LENGTH.unpack(length)[0]) if len(length) == LENGTH.size else None


def write_frames(pipe: BinaryIO, *parts: bytes) -> None:
    """Send the parts of a message to the parent. Called in the child."""
    for piece in framed(*parts):
        pipe.write(piece)
    pipe.flush()
