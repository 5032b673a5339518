"""The first screen of the README."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import scribedock
from scribedock.demo.server import OwnServer
from tests.support.media.sound import spoken

ROOT = Path(scribedock.__file__).resolve().parent.parent


def test_the_six_lines_of_curl_do_the_main_job(tmp_path: Path) -> None:
    """On the beginning of the recording that they name: `make demo` transcribes the whole of it."""
    readme = (ROOT / "README.md").read_text()
    [block] = [block for block in re.findall(r"```sh\n(.*?)```", readme, re.DOTALL) if "TOKEN=" in block]
    assert len(block.strip().splitlines()) == 6
    with OwnServer(tmp_path, admin_password="") as server:
        (tmp_path / "scribedock" / "demo").mkdir(parents=True)
        spoken(tmp_path / "scribedock" / "demo" / "recording.flac", seconds=5)
        done = subprocess.run(
            ["bash", "-e", "-c", block.replace("http://127.0.0.1:8024", server.base_url)],
            cwd=tmp_path,
            env={**os.environ, "no_proxy": "*"},
            capture_output=True,
            text=True,
            timeout=150,
            check=False,
        )
    assert done.returncode == 0, done.stdout + done.stderr
    captions = done.stdout[done.stdout.index("1\n00:00:") :]
    assert "-->" in captions
    assert "small library by the sea" in captions
