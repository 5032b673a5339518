"""Doubles of what a server needs from outside: the time, a store, other people's servers, a recognizer.

They are for unit tests, ours and those of programs that embed scribedock.  Each passes the tests of the
contract that the real one passes.
"""

from __future__ import annotations

from scribedock.testing.clock import ManualClock
from scribedock.testing.fetcher import ScriptedFetcher
from scribedock.testing.recognizer import ScriptedRecognizer, scripted_pool
from scribedock.testing.steps import Crash, RecordedSteps
from scribedock.testing.store import InMemoryStore

__all__ = [
    "Crash",
    "InMemoryStore",
    "ManualClock",
    "RecordedSteps",
    "ScriptedFetcher",
    "ScriptedRecognizer",
    "scripted_pool",
]
