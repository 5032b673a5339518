"""The clients that npm has: of exact versions, with digests."""

from __future__ import annotations

import subprocess
from pathlib import Path

from tests.support.machine.node import install, node, run

FOLDER = Path(__file__).parent / "node"


def client(*arguments: str) -> subprocess.CompletedProcess[bytes]:
    install(FOLDER)
    return run(FOLDER, *arguments)


def bundle(entry: str) -> bytes:
    """Return the script with all that it imports, as a page loads it."""
    install(FOLDER)
    esbuild = FOLDER / "node_modules" / "esbuild" / "bin" / "esbuild"
    return node(FOLDER, str(esbuild), entry, "--bundle", "--format=iife", "--log-level=error")
