"""Clients that others' generators make of the OpenAPI document do the main job.

openapi-python-client makes one in Python, openapi-generator (a Java program, which comes in wheels) one in
TypeScript. Both generators and the compiler are of exact versions, with digests.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from scribedock.demo.server import OwnServer
from tests.support.fixtures import QUICK
from tests.support.machine.node import install, node, run

ROOT = Path(__file__).parent.parent.parent
FOLDER = Path(__file__).parent / "openapi"
LONGEST_S = 600
# The generator of Python knows no sound, video or archive; their bytes are in `content` all the same.
KNOWN_WARNINGS = ("/api/job/download_media", "/api/job/download_results")

pytestmark = [pytest.mark.judges, pytest.mark.timeout(LONGEST_S)]


@pytest.fixture(scope="module")
def programs() -> Path:
    """Return the folder with the generators; they get an environment of their own, once."""
    home = ROOT / ".venv-judges"
    done = home / ".installed"
    with (FOLDER / "requirements.lock").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not done.exists() or done.stat().st_mtime < os.fstat(lock.fileno()).st_mtime:
            succeed(sys.executable, "-m", "venv", str(home))
            pip = (str(home / "bin" / "python"), "-m", "pip", "--disable-pip-version-check", "--quiet")
            succeed(*pip, "install", "--require-hashes", "-r", str(FOLDER / "requirements.lock"))
            done.touch()
    return home / "bin"


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OwnServer]:
    with OwnServer(tmp_path_factory.mktemp("sandbox"), arguments=("--sandbox",), **QUICK) as server:
        yield server


@pytest.fixture
def document(sandbox: OwnServer, tmp_path: Path) -> Path:
    path = tmp_path / "openapi.json"
    path.write_bytes(httpx2.get(f"{sandbox.base_url}/openapi.json", trust_env=False).content)
    return path


def succeed(*command: str, cwd: Path | None = None, path: Path | None = None) -> str:
    """Return what a program prints; fail with its messages."""
    environment = {**os.environ, "no_proxy": "*"}
    environment.pop("PYTHONPATH", None)
    if path is not None:
        environment["PATH"] = f"{path}{os.pathsep}{environment['PATH']}"
    done = subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-4000:]
    return done.stdout + done.stderr


def did_the_main_job(found: dict[str, Any]) -> None:
    assert found["sent"] == 200
    assert found["name"] == 'Ænother "job"'
    assert found["listed"]
    assert "lighthouse" in found["captions"]
    assert found["refusal"] == 400


def test_a_client_that_openapi_python_client_makes_does_the_main_job(
    sandbox: OwnServer, document: Path, programs: Path, tmp_path: Path
) -> None:
    generate = ("openapi-python-client", "generate", "--meta", "none", "--path", str(document))
    said = succeed(*generate, "--output-path", str(tmp_path / "client"), path=programs)
    warnings = [line for line in said.splitlines() if line.startswith(("WARNING", "ERROR"))]
    assert [line for line in warnings if not any(known in line for known in KNOWN_WARNINGS)] == []
    shutil.copy(FOLDER / "main_job.py", tmp_path)
    python = str(programs / "python")
    printed = succeed(
        python, "main_job.py", sandbox.base_url, sandbox.username, sandbox.password, cwd=tmp_path
    )
    found = json.loads(printed)
    did_the_main_job(found)
    assert (found["options"]["return_iwp"], found["options"]["speaker_id"]) == (["FINAL"], "true")
    assert found["modules"] > 200


def test_a_client_that_openapi_generator_makes_does_the_main_job(
    sandbox: OwnServer, document: Path, programs: Path, tmp_path: Path
) -> None:
    generate = ("openapi-generator-cli", "generate", "-g", "typescript-fetch", "-i", str(document))
    succeed(*generate, "-o", str(tmp_path / "client"), path=programs)
    install(FOLDER)
    shutil.copy(FOLDER / "main_job.ts", tmp_path)
    (tmp_path / "package.json").write_text('{"type": "commonjs"}')
    compiler = FOLDER / "node_modules" / "typescript" / "bin" / "tsc"
    options = (
        "--strict",
        "--skipLibCheck",
        "--target",
        "es2022",
        "--lib",
        "es2022,dom",
        "--module",
        "commonjs",
    )
    compiled = run(tmp_path, str(compiler), *options, "--outDir", "built", "main_job.ts")
    assert compiled.returncode == 0, compiled.stdout.decode()[-4000:]
    arguments = (sandbox.base_url, sandbox.username, sandbox.password)
    found = json.loads(node(tmp_path, str(Path("built") / "main_job.js"), *arguments))
    did_the_main_job(found)
    assert found["options"] == {"returnIwp": ["FINAL"], "speakerId": "true"}
