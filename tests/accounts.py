"""Accounts as an operator makes them."""

from __future__ import annotations

import subprocess
import sys

from scribedock.demo.server import OwnServer


def account(server: OwnServer, *arguments: str, password: str) -> str:
    """`scribedock account …` beside the server; what it prints."""
    done = subprocess.run(
        [sys.executable, "-m", "scribedock", "account", *arguments],
        env=server.environment(),
        input=f"{password}\n",
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout
