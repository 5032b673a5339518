"""Messages between the server and its parsing processes: a head in JSON, and bytes.

No pickles: what comes from a process that reads strangers' bytes is data, whatever became of it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import IO, Any, BinaryIO

from scribedock.children.frames import framed, framed_stream, read_frame, receive_frame, write_frames
from scribedock.children.patience import Deadline
from scribedock.children.process import ChildProcess
from scribedock.errors import InvalidOption, InvalidQuery, ScribedockError

CHUNK_BYTES = 1024 * 1024
ERRORS: Mapping[str, type[ScribedockError]] = {each.__name__: each for each in (InvalidQuery, InvalidOption)}


class ParserDefect(Exception):
    """A defect in our code, in the child; the text is its traceback."""


@dataclass(frozen=True, kw_only=True)
class Parsed:
    """The result of an operation."""

    facts: Mapping[str, Any]
    body: bytes


def request_parsing(
    child: ChildProcess, head: Mapping[str, Any], source: IO[bytes], size: int, *, wall_s: float
) -> Parsed:
    """Return the child's answer to an operation on `size` bytes. Raises its error, ChildEnded, ChildSlow."""
    deadline = Deadline(wall_s)
    source.seek(0)
    child.send(framed(json.dumps(head).encode()))
    child.send(framed_stream(size, _pieces(source)))
    answer = json.loads(receive_frame(child, deadline))
    body = receive_frame(child, deadline)
    if "failed" in answer:
        raise ParserDefect(answer["failed"])
    if "refused" in answer:
        kind, comment, status = answer["refused"]
        raise ERRORS[kind](comment, status=status)
    return Parsed(facts=answer, body=body)


def received(pipe: BinaryIO) -> tuple[Mapping[str, Any], bytes] | None:
    """Return the next order, in the child; None at the end."""
    head = read_frame(pipe)
    body = None if head is None else read_frame(pipe)
    return None if head is None or body is None else (json.loads(head), body)


def send(pipe: BinaryIO, facts: Mapping[str, Any], body: bytes) -> None:
    """Send an answer from the child."""
    write_frames(pipe, json.dumps(facts).encode(), body)


def refusal(error: ScribedockError) -> Mapping[str, Any]:
    kind = type(error).__name__
    return {"refused": (kind if kind in ERRORS else "InvalidQuery", error.comment, error.status)}


def _pieces(source: IO[bytes]) -> Iterator[bytes]:
    while piece := source.read(CHUNK_BYTES):
        yield piece
