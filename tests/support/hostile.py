"""ElementLists made to stop a server: deep, wide, long, and legal."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping

MIB = 1024 * 1024
HEAD = b'{"version":2,"start_time":0,"end_time":1000,"language":"en","segments":['


def wide(size: int, each: bytes = b"[],") -> bytes:
    """Millions of empty lists, or of something else, where segments should be."""
    return HEAD + each * ((size - len(HEAD)) // len(each) - 1) + b"[]]}"


def deep(size: int) -> bytes:
    """Lists in lists, all of them closed."""
    half = (size - len(HEAD)) // 2 - 1
    return HEAD + b"[" * half + b"]" * half + b"]}"


def open_ended(size: int) -> bytes:
    return b"[" * size


def legal(size: int) -> bytes:
    """As many words as fit, each a sentence of a second speaker."""
    segments, written, number = [], 0, 0
    while written < size - 1000:
        word = {"type": "word", "value": f"w{number}", "display_as": f"W{number}", "tags": []}
        times = {"start_time": number % 1000, "end_time": number % 1000}
        sequence = {**times, "tokens": [{**times, **word}]}
        segments.append(json.dumps({**times, "speaker_id": 1 + number % 2, "sequences": [sequence]}))
        written += len(segments[-1]) + 1
        number += 1
    return HEAD + ",".join(segments).encode() + b'],"speakers":[]}'


KINDS: Mapping[str, Callable[[int], bytes]] = {
    "wide": wide,
    "deep": deep,
    "open": open_ended,
    "legal": legal,
}
