"""What a child process is given of our environment, and how it starts without any."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

import scribedock

# Everything that a child needs of our environment, which has no secret.
INHERITED_VARIABLES = ("PATH", "LD_LIBRARY_PATH", "PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV", "LANG", "LC_ALL")


def inherited(*more: str) -> dict[str, str]:
    """Return what a child inherits, with the variables of these names too."""
    return {name: os.environ[name] for name in (*INHERITED_VARIABLES, *more) if name in os.environ}


def isolated_command(module: str, *arguments: str) -> Iterable[str]:
    """Return the arguments of Python for a child that has no environment, and calls the module's `main`.

    It finds the package although no path is inherited; sys.argv[1:] are the arguments.
    """
    code = f"import sys; sys.path.append(sys.argv.pop()); from {module} import main; main()"
    return ("-I", "-c", code, *arguments, str(Path(scribedock.__file__).resolve().parent.parent))
