"""Messages between the server and its parsing processes: a head in JSON, and bytes.

No pickles: what comes from a process that reads strangers' bytes is data, whatever became of it.
"""

from __future__ import annotations

import json
import struct
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import IO, Any, BinaryIO

from scribedock.children.process import ChildProcess
from scribedock.errors import InvalidOption, InvalidQuery, ScribedockError

LENGTHS = struct.Struct(">QQ")  # of the head, and of the bytes after it
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
    deadline = time.monotonic() + wall_s
    packed = json.dumps(head).encode()
    source.seek(0)
    child.send((LENGTHS.pack(len(packed), size), packed))
    child.send(_parts(source))
    head_length, length = LENGTHS.unpack(child.receive(LENGTHS.size, deadline))
    answer = json.loads(child.receive(head_length, deadline))
    body = child.receive(length, deadline)
    if "failed" in answer:
        raise ParserDefect(answer["failed"])
    if "refused" in answer:
        kind, comment, status = answer["refused"]
        raise ERRORS[kind](comment, status=status)
    return Parsed(facts=answer, body=body)


def received(pipe: BinaryIO) -> tuple[Mapping[str, Any], bytes] | None:
    """Return the next order, in the child; None at the end."""
    lengths = pipe.read(LENGTHS.size)
    if len(lengths) < LENGTHS.size:
        return None
    head, size = LENGTHS.unpack(lengths)
    return json.loads(pipe.read(head)), pipe.read(size)


def send(pipe: BinaryIO, facts: Mapping[str, Any], body: bytes) -> None:
    """Send an answer from the child."""
    packed = json.dumps(facts).encode()
    pipe.write(LENGTHS.pack(len(packed), len(body)) + packed)
    pipe.write(body)
    pipe.flush()


def refusal(error: ScribedockError) -> Mapping[str, Any]:
    kind = type(error).__name__
    return {"refused": (kind if kind in ERRORS else "InvalidQuery", error.comment, error.status)}


def _parts(source: IO[bytes]) -> Iterator[bytes]:
    while part := source.read(CHUNK_BYTES):
        yield part
