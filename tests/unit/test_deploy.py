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
MONITORING = (ROOT / "docs" / "monitoring.md").read_text()
CONTAINERFILE = (DEPLOY / "Containerfile").read_text()


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    return dict(yaml.safe_load((DEPLOY / "compose.yaml").read_text()))


def unit(path: Path) -> configparser.ConfigParser:
    # A unit may have several EnvironmentFile.
    parsed = configparser.ConfigParser(interpolation=None, strict=False)
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


DASHBOARDS = sorted((DEPLOY / "grafana").glob("*.json"))
METRIC = re.compile(r"\b(?:scribedock|process)_[a-z0-9_]+")


def queries(dashboard: Path) -> list[str]:
    panels = json.loads(dashboard.read_text())["panels"]
    return [target["expr"] for panel in panels for target in panel.get("targets", ())]


def alarms() -> list[str]:
    rules = yaml.safe_load((DEPLOY / "scribedock.rules.yml").read_text())
    return [rule["expr"] for group in rules["groups"] for rule in group["rules"]]


def shown_metrics() -> set[str]:
    """Return the names of all metrics in the documentation, which are those that there are."""
    named = re.findall(r"^\| `(scribedock_[a-z0-9_]+)`", MONITORING, re.MULTILINE)
    buckets = {f"{name}_{part}" for name in named for part in ("bucket", "sum", "count")}
    of_process = {"process_resident_memory_bytes", "process_cpu_seconds_total"}
    return {*named, *buckets, *of_process, *(f"scribedock_worker_{name}" for name in of_process)}


@pytest.mark.parametrize("expression", [*alarms(), *(each for path in DASHBOARDS for each in queries(path))])
def test_every_query_names_metrics_that_there_are(expression: str) -> None:
    named = set(METRIC.findall(expression)) - {"process"}
    assert named <= shown_metrics()
    assert named or expression.startswith("up")
    assert expression.count("(") == expression.count(")") and expression.count("{") == expression.count("}")


@pytest.mark.parametrize("path", DASHBOARDS, ids=lambda path: path.stem)
def test_the_panels_of_a_dashboard_lie_beside_each_other(path: Path) -> None:
    places = [panel["gridPos"] for panel in json.loads(path.read_text())["panels"]]
    taken = [
        (x, y)
        for at in places
        for x in range(at["x"], at["x"] + at["w"])
        for y in range(at["y"], at["y"] + at["h"])
    ]
    assert len(taken) == len(set(taken))
    assert max(x for x, _ in taken) < 24


def test_what_prometheus_is_told_to_read_is_there() -> None:
    told = yaml.safe_load((DEPLOY / "prometheus.yml").read_text())
    assert all((DEPLOY / name).exists() for name in told["rule_files"])
