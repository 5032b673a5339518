"""The files with which it is installed name only what there is."""

from __future__ import annotations

import configparser
import json
import re
import shlex
from pathlib import Path
from typing import Any

import pytest
import typer
import yaml

from scribedock.cli.main import cli
from scribedock.settings import Settings

ROOT = Path(__file__).parent.parent.parent
DEPLOY = ROOT / "deploy"
UNITS = sorted(DEPLOY.glob("systemd/*.service"))
CONTAINERFILE = (DEPLOY / "Containerfile").read_text()


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    return dict(yaml.safe_load((DEPLOY / "compose.yaml").read_text()))


def unit(path: Path) -> configparser.ConfigParser:
    parsed = configparser.ConfigParser(interpolation=None, strict=True)
    parsed.optionxform = str  # type: ignore[assignment, method-assign]
    parsed.read(path)
    return parsed


def accepts(arguments: list[str]) -> bool:
    """Whether the command line is one that scribedock understands."""
    group = typer.main.get_command(cli)
    name, *rest = arguments
    command = group.get_command(typer.Context(group), name)  # type: ignore[attr-defined]
    return command is not None and bool(command.make_context(name, rest))


@pytest.mark.parametrize(
    "path", [path for path in DEPLOY.rglob("*") if path.is_file()], ids=lambda path: path.name
)
def test_every_setting_that_is_named_exists(path: Path) -> None:
    known = {f"SCRIBEDOCK_{name.upper()}" for name in Settings.model_fields}
    assert set(re.findall(r"SCRIBEDOCK_[A-Z_]+", path.read_text())) <= known


def test_the_image_copies_what_there_is() -> None:
    for line in re.findall(r"^COPY (?!--from)(.+)$", CONTAINERFILE, re.MULTILINE):
        *sources, _ = line.split()
        assert all((ROOT / source).exists() for source in sources), line


def test_the_commands_are_those_of_the_command_line(compose: dict[str, Any]) -> None:
    of_image = json.loads(re.findall(r"^CMD (\[.+\])$", CONTAINERFILE, re.MULTILINE)[-1])
    of_compose = [each["command"] for each in compose["services"].values() if "command" in each]
    of_units = [shlex.split(unit(path)["Service"]["ExecStart"])[1:] for path in UNITS]
    assert len(of_units) == 2
    for arguments in (of_image, *of_compose, *of_units):
        assert accepts(arguments), arguments
    with pytest.raises(typer.Exit):
        accepts(["serve", "--help"])


def test_what_the_services_need_is_defined(compose: dict[str, Any]) -> None:
    services = compose["services"]
    for service in services.values():
        assert set(service.get("depends_on", ())) <= services.keys()
        named = (volume.partition(":")[0] for volume in service["volumes"])
        assert {name for name in named if not name.startswith("/")} <= compose["volumes"].keys()
    assert {name for name, service in services.items() if "profiles" not in service} == {"server"}


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.name)
def test_a_unit_keeps_what_fences_media_in(path: Path) -> None:
    service = unit(path)["Service"]
    assert service["ExecStart"].startswith("/opt/scribedock/bin/scribedock ")
    assert "landlock_restrict_self" in service["SystemCallFilter"].split()
    assert service["NoNewPrivileges"] == "yes" and service["User"] != "root"
