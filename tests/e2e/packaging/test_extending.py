"""A recognizer is one module and one line: it can be taken out, and one of another package added."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

import scribedock
from scribedock.speech.recognizer import MODULES

ROOT = Path(scribedock.__file__).parent.parent
LOOK = """
import sys
from pathlib import Path
from scribedock.cli import doctor
from scribedock.settings import load
import scribedock.server, scribedock.worker
from scribedock.speech.models.installed import catalogue
from scribedock.speech.recognizer import engines
assert scribedock.__file__.startswith(sys.argv[1]), scribedock.__file__
print("engines:", *sorted(engines()))
print("models of:", *sorted({each.engine for each in catalogue().values()}))
doctor.report(load(data_dir=Path(sys.argv[1]) / "data"))
"""
ECHO = textwrap.dedent(
    """
    from scribedock.speech.catalogue import CatalogueModel
    from scribedock.speech.recognizer import RecognizerEngine, TimedWord

    class Echo:
        def recognize(self, pcm, offset_ms, language, terms=()):
            word = f"{len(pcm)}-samples"
            return [TimedWord(text=word, start_ms=offset_ms, end_ms=offset_ms + 1, confidence=None)]

    ENGINE = RecognizerEngine(
        punctuates=False,
        check=lambda model: None,
        languages=lambda spec: frozenset({"en"}),
        load=lambda spec: Echo(),
        catalogue={
            "echo-one": CatalogueModel(
                repository="nobody/echo", files=(), megabytes=1, licence="MIT", about="says how much it heard"
            )
        },
    )
    """
)
USE = """
import sys
from pathlib import Path
from scribedock.speech.pool.pool import RecognizerPool
from scribedock.speech.recognizer import choose
from scribedock.speech.span import Span
audio = Path(sys.argv[1]) / "audio.pcm"
audio.write_bytes(bytes(32_000))
pool = RecognizerPool(choose("echo", None), processes=1, chunk_timeout_s=60)
print([word.text for word in pool.recognize(audio, Span(start_ms=0, end_ms=1000), "en")])
pool.close()
"""


def run(folder: Path, code: str, *paths: Path, **settings: str) -> str:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("SCRIBEDOCK_")}
    python_path = os.pathsep.join(map(str, paths))
    done = subprocess.run(
        [sys.executable, "-c", code, str(folder)],
        env={**kept, "PYTHONPATH": python_path, **settings},
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("engine", MODULES)
def test_without_its_module_and_its_line_a_recognizer_is_gone(engine: str, tmp_path: Path) -> None:
    for package in ("scribedock", "scribedock_captions"):
        shutil.copytree(ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__"))
    module = tmp_path.joinpath(*MODULES[engine].split(".")).with_suffix(".py")
    module.unlink()
    registry = tmp_path / "scribedock/speech/recognizer.py"
    without, lines = re.subn(rf'^    "{engine}": ".*",\n', "", registry.read_text(), flags=re.M)
    assert lines == 1
    registry.write_text(without)
    shown = run(tmp_path, LOOK, tmp_path)
    others = sorted(MODULES.keys() - {engine})
    assert f"engines: {' '.join(others)}" in shown
    with_models = sorted({*others, "speakers"} - {"pocketsphinx"})
    assert f"models of: {' '.join(with_models)}\n" in shown
    assert "speech" in shown


def test_a_recognizer_of_another_package_is_found_listed_and_used(tmp_path: Path) -> None:
    (tmp_path / "echo_engine.py").write_text(ECHO)
    described = tmp_path / "echo_engine-1.0.dist-info"
    described.mkdir()
    (described / "METADATA").write_text("Metadata-Version: 2.1\nName: echo_engine\nVersion: 1.0\n")
    (described / "entry_points.txt").write_text("[scribedock.recognizers]\necho = echo_engine\n")
    shown = run(tmp_path, LOOK.replace("assert", "#"), tmp_path, ROOT, SCRIBEDOCK_SPEECH_ENGINE="echo")
    assert "models of: echo onnx speakers whisper" in shown
    assert re.search(r"speech +echo", shown), shown
    assert run(tmp_path, USE, tmp_path, ROOT) == "['16000-samples']\n"


def test_a_package_that_cannot_be_imported_stands_in_nobodys_way(tmp_path: Path) -> None:
    described = tmp_path / "broken_engine-1.0.dist-info"
    described.mkdir()
    (described / "METADATA").write_text("Metadata-Version: 2.1\nName: broken_engine\nVersion: 1.0\n")
    (described / "entry_points.txt").write_text("[scribedock.recognizers]\nbroken = broken_engine\n")
    shown = run(tmp_path, LOOK.replace("assert", "#"), tmp_path, ROOT)
    assert f"engines: {' '.join(sorted(MODULES))}" in shown
    assert "a recognizer of another package is left out" in shown
