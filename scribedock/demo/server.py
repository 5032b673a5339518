"""A server of its own, in a folder of its own, for as long as the demonstration lasts."""

from __future__ import annotations

import os
import secrets
import signal
import subprocess
import sys
from pathlib import Path
from typing import IO

GRACE_S = 20


class ServerFailed(Exception):
    """The server did not start; the text is what it printed."""


class OwnServer:
    """Starts `scribedock serve` on a free port of loopback; stops it at the end of the `with` block."""

    username = "admin"

    def __init__(
        self, folder: Path, *, password: str = "", arguments: tuple[str, ...] = (), **settings: str
    ) -> None:
        self.password = password or secrets.token_urlsafe(12)
        self._arguments = arguments
        self._folder = folder
        self._settings = settings
        self._log: IO[bytes] | None = None
        self.process: subprocess.Popen[str] | None = None
        self.base_url = ""
        self.announced: list[str] = []  # what it printed before it served

    @property
    def log_path(self) -> Path:
        return self._folder / "server.log"

    @property
    def data_dir(self) -> Path:
        return self._folder / "data"

    def environment(self) -> dict[str, str]:
        """Return the environment of every command about this server."""
        return {
            **{name: value for name, value in os.environ.items() if not name.startswith("SCRIBEDOCK_")},
            "SCRIBEDOCK_DATA_DIR": str(self.data_dir),
            "SCRIBEDOCK_ADMIN_PASSWORD": self.password,
            "SCRIBEDOCK_FETCH_ALLOW": "127.0.0.0/8",
            **{f"SCRIBEDOCK_{name.upper()}": value for name, value in self._settings.items()},
        }

    def start(self) -> None:
        """Start the server. Raises ServerFailed."""
        self._folder.mkdir(parents=True, exist_ok=True)
        self._log = self.log_path.open("ab")
        self.process = subprocess.Popen(
            [sys.executable, "-m", "scribedock", "serve", "--port", "0", *self._arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=self._log,
            env=self.environment(),
            text=True,
            start_new_session=True,
        )
        assert self.process.stdout is not None
        for line in self.process.stdout:
            if line.startswith("Serving on "):
                self.base_url = line.removeprefix("Serving on ").strip()
                return
            self.announced.append(line.rstrip())
        raise ServerFailed(self.log_path.read_text(errors="replace")[-2000:])

    def stop(self) -> int:
        """Ask the server to end; return its exit status."""
        assert self.process is not None
        self.process.terminate()
        try:
            return self.process.wait(GRACE_S)
        except subprocess.TimeoutExpired:
            self.kill()
            raise
        finally:
            self._close()

    def kill(self) -> None:
        """Send SIGKILL to the whole process group: the server and its worker, without warning."""
        assert self.process is not None
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self._close()

    def _close(self) -> None:
        assert self.process is not None and self.process.stdout is not None and self._log is not None
        self.process.stdout.close()
        self._log.close()

    def __enter__(self) -> OwnServer:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self.process is not None and self.process.poll() is None:
            self.stop()
