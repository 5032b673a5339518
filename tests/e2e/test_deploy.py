"""The files of `deploy`, tried by the programs that read them; the steps of the image outside a container."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.trials

ROOT = Path(__file__).parent.parent.parent
CONTAINERFILE = (ROOT / "deploy" / "Containerfile").read_text()


@pytest.mark.timeout(1800)  # everything is downloaded and compiled
def test_what_the_image_copies_and_runs_is_a_program_that_finds_nothing_missing(tmp_path: Path) -> None:
    build, _, _ = CONTAINERFILE.partition("\nFROM docker.io/library/python:3.12-slim-bookworm\n")
    for line in re.findall(r"^COPY (.+)$", build, re.MULTILINE):
        *sources, target = line.split()
        folder = tmp_path / target.strip("/")
        for source in sources:
            if (ROOT / source).is_dir():
                ignored = shutil.ignore_patterns("__pycache__")
                shutil.copytree(ROOT / source, folder, ignore=ignored, dirs_exist_ok=True)
            else:
                folder.mkdir(parents=True, exist_ok=True)
                shutil.copy(ROOT / source, folder)
    (steps,) = re.findall(r"^RUN ((?:.*\\\n)*.*)$", build, re.MULTILINE)
    steps = steps.replace("/opt/", f"{tmp_path}/opt/").replace("/source", f"{tmp_path}/source")
    steps = steps.replace(" --no-cache-dir", "")  # of the image, for which a cache is waste
    steps = steps.replace("python -m venv", f"{sys.executable} -m venv", 1)
    done = subprocess.run(["bash", "-ec", steps], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr

    program = tmp_path / "opt" / "scribedock" / "bin" / "scribedock"
    found = subprocess.run(
        [program, "doctor", "--data-dir", tmp_path / "data"],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
    )
    assert found.returncode == 0, found.stdout
    assert "pocketsphinx" in found.stdout and "certificates" in found.stdout


def test_prometheus_takes_the_rules_and_its_configuration() -> None:
    program = shutil.which("promtool")
    assert program is not None, "promtool is missing: apt-get install prometheus"
    for arguments in (
        ("check", "rules", "scribedock.rules.yml"),
        ("check", "config", "prometheus.yml"),
    ):
        done = subprocess.run(
            [program, *arguments], cwd=ROOT / "deploy", capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
