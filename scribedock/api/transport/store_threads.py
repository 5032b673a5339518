"""Threads for the store alone: a slow object store blocks none of those that answer calls."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from typing import TypeVar, TypeVarTuple

from anyio import CapacityLimiter, to_thread
from anyio.lowlevel import RunVar

THREADS = 40

T = TypeVar("T")
Arguments = TypeVarTuple("Arguments")

_limiter: RunVar[CapacityLimiter] = RunVar("store threads")


async def run_in_store_thread(function: Callable[[*Arguments], T], *arguments: *Arguments) -> T:
    """Call the function in one of the store's threads; return its result."""
    limiter = _limiter.get(None)
    if limiter is None:
        limiter = CapacityLimiter(THREADS)
        _limiter.set(limiter)
    return await to_thread.run_sync(function, *arguments, limiter=limiter)


async def iterate_in_store_threads(parts: Iterator[memoryview]) -> AsyncIterator[bytes]:
    """Yield the parts as the store gives them. No thread is held while the client takes one."""
    while (part := await run_in_store_thread(next, parts, None)) is not None:
        yield bytes(part)
