"""Every combination of extras imports, and what lacks one says which."""

from __future__ import annotations

import itertools
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import scribedock

ROOT = Path(scribedock.__file__).parent.parent
EXTRAS = {
    "media": "imageio_ffmpeg",
    "translation": "sentencepiece",
    "models": "onnx_asr",
    "otel": "opentelemetry",
}
COMBINATIONS = [
    lacking for count in range(len(EXTRAS) + 1) for lacking in itertools.combinations(sorted(EXTRAS), count)
]
ASK = """
import os, sys
from pathlib import Path
for module in sys.argv[2:]:
    sys.modules[module] = None  # as if it were not installed
os.environ["PATH"] = ""  # nor any program
import scribedock.server, scribedock.worker, scribedock.supervisor, scribedock.cli.main, scribedock.cli.doctor
from scribedock.media import ffmpeg
from scribedock.media.program import ProgramMissing
from scribedock.monitoring import spans
from scribedock.settings import SettingsError
from scribedock.speech.engines import onnx
from scribedock.translation import model_folder

def ask(question):
    try:
        question()
    except (ProgramMissing, SettingsError) as error:
        print(error)

ask(ffmpeg.find_program)
ask(lambda: model_folder.pairs(Path(sys.argv[1])))
ask(lambda: onnx.check(None))
ask(lambda: spans.start("http://127.0.0.1:1", role="server"))
"""


def test_the_extras_are_those_that_are_tried_here_and_all_has_each_of_them() -> None:
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]
    assert set(declared) == {*EXTRAS, "onnx", "all"}
    assert declared["all"] == [f"scribedock[{','.join(sorted(EXTRAS))}]"]


@pytest.mark.parametrize("lacking", COMBINATIONS, ids=lambda lacking: "+".join(lacking) or "none")
def test_without_extras_everything_imports_and_what_needs_one_names_it(
    tmp_path: Path, lacking: tuple[str, ...]
) -> None:
    modules = [EXTRAS[extra] for extra in lacking]
    done = subprocess.run(
        [sys.executable, "-c", ASK, str(tmp_path), *modules], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    named = {extra for extra in EXTRAS if f"scribedock[{extra}]" in done.stdout}
    assert named == set(lacking), done.stdout
