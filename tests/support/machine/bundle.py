"""The web application's scripts, built where `make` has not done so."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent.parent
BUILDER = ROOT / "tools" / "frontend.py"
BUNDLE = ROOT / "scribedock" / "web" / "static"


def built_bundle() -> Path:
    """Return the folder of the built scripts; fail with what the build says."""
    if not (BUNDLE / "manifest.json").is_file():
        done = subprocess.run(
            [sys.executable, BUILDER, "build"], capture_output=True, text=True, check=False, timeout=600
        )
        assert done.returncode == 0, done.stdout + done.stderr
    return BUNDLE
