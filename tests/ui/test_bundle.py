"""The scripts of the web application, as they are built."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.machine.bundle import ROOT, built_bundle

pytestmark = pytest.mark.ui

FRONTEND = ROOT / "frontend"
BUILD = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
import frontend
frontend.build(Path(sys.argv[2]), Path(sys.argv[3]))
"""


def build(folder: Path, bundle: Path) -> dict[str, bytes]:
    """Build a copy of the sources; return the files of the bundle."""
    built_bundle()  # so that there is something to build with
    wanted = folder / "frontend"
    shutil.copytree(FRONTEND, wanted, ignore=shutil.ignore_patterns("node_modules"))
    (wanted / "node_modules").symlink_to(FRONTEND / "node_modules")
    arguments = [sys.executable, "-c", BUILD, str(ROOT / "tools"), str(wanted), str(bundle)]
    done = subprocess.run(arguments, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
    return {path.name: path.read_bytes() for path in bundle.iterdir()}


def test_the_same_sources_make_the_same_bundle_wherever_they_are(tmp_path: Path) -> None:
    first = build(tmp_path / "one", tmp_path / "first")
    second = build(tmp_path / "another folder", tmp_path / "elsewhere" / "second")
    assert first == second
    assert {path.name: path.read_bytes() for path in built_bundle().iterdir()} == first, "it is up to date"


def test_the_bundle_names_no_other_server_and_no_folder_of_the_machine_that_built_it() -> None:
    allowed = {"www.w3.org", "lit.dev"}  # a namespace, and a link in a message
    for path in built_bundle().glob("*.js"):
        text = path.read_text()
        assert str(ROOT) not in text
        assert set(re.findall(r"https?://([\w.-]+)", text)) <= allowed, path.name


def test_all_that_the_bundle_contains_has_a_licence_whose_text_comes_with_it() -> None:
    for each in json.loads((built_bundle() / "licences.json").read_text()):
        assert each["identifier"] in {"MIT", "BSD-3-Clause", "ISC", "Apache-2.0", "0BSD"}, each["name"]
        assert each["text"], each["name"]


def test_the_lock_file_names_no_registry() -> None:
    for folder in (FRONTEND, Path(__file__).parent / "firefox"):
        packages = json.loads((folder / "package-lock.json").read_text())["packages"]
        assert [name for name, each in packages.items() if "resolved" in each] == []
        assert all("integrity" in each for name, each in packages.items() if name)
