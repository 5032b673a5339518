"""The W3C's WebVTT parser, in Node.js; both are of exact versions, with digests."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.support.machine.node import install, node

FOLDER = Path(__file__).parent / "webvtt"


@pytest.fixture(scope="session")
def w3c() -> Callable[[bytes], dict[str, Any]]:
    """Read WebVTT: {cues: [{start, end, text}], errors: [...]}, times in seconds."""
    install(FOLDER)

    def read(file: bytes) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(node(FOLDER, "judge.mjs", stdin=file))
        return found

    return read
