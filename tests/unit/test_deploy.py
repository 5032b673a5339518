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

from scribedock import metrics
from scribedock.cli.main import cli
from scribedock.jobs.job import JobStatus, Priority
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
OF_PROMETHEUS = re.compile(r"\b(?:up|ALERTS)\{")
CHOSEN = '{job=~"$job"'


def panels(dashboard: Path) -> list[dict[str, Any]]:
    return [each for each in json.loads(dashboard.read_text())["panels"] if each["type"] != "row"]


def all_panels(*types: str) -> list[Any]:
    """Return the panels of all dashboards, or those of these types, as parameters of a test."""
    return [
        pytest.param(panel, id=f"{path.stem}: {panel['title']}")
        for path in DASHBOARDS
        for panel in panels(path)
        if not types or panel["type"] in types
    ]


def queries(dashboard: Path) -> list[str]:
    return [target["expr"] for panel in panels(dashboard) for target in panel["targets"]]


def coloured(panel: dict[str, Any]) -> set[str]:
    """Return the names of the series that have a colour of their own."""
    return {
        override["matcher"]["options"]
        for override in panel["fieldConfig"]["overrides"]
        if any(each["id"] == "color" for each in override["properties"])
    }


def counted(label: str) -> dict[str, set[str]]:
    """Return the values of the label that each counter shows from the beginning, by the counter's name."""
    found: dict[str, set[str]] = {}
    for family in metrics.REGISTRY.collect():
        for sample in family.samples:
            if label in sample.labels and family.name != "scribedock_http_requests":
                found.setdefault(sample.name, set()).add(sample.labels[label])
    return found


def alarms() -> list[str]:
    rules = yaml.safe_load((DEPLOY / "scribedock.rules.yml").read_text())
    return [rule["expr"] for group in rules["groups"] for rule in group["rules"]]


def shown_metrics() -> set[str]:
    """Return the names of all metrics in the documentation, which are those that there are."""
    named = re.findall(r"^\| `(scribedock_[a-z0-9_]+)`", MONITORING, re.MULTILINE)
    buckets = {f"{name}_{part}" for name in named for part in ("bucket", "sum", "count")}
    of_process = {
        "process_resident_memory_bytes",
        "process_cpu_seconds_total",
        "process_start_time_seconds",
    }
    return {*named, *buckets, *of_process, *(f"scribedock_worker_{name}" for name in of_process)}


@pytest.mark.parametrize("expression", [*alarms(), *(each for path in DASHBOARDS for each in queries(path))])
def test_every_query_names_metrics_that_there_are(expression: str) -> None:
    named = set(METRIC.findall(expression)) - {"process"}
    assert named <= shown_metrics()
    assert named or OF_PROMETHEUS.search(expression)
    assert expression.count("(") == expression.count(")") and expression.count("{") == expression.count("}")


@pytest.mark.parametrize("path", DASHBOARDS, ids=lambda path: path.stem)
def test_the_panels_of_a_dashboard_lie_beside_each_other_and_leave_no_hole(path: Path) -> None:
    shown = json.loads(path.read_text())["panels"]
    taken = [
        (x, y)
        for at in (panel["gridPos"] for panel in shown)
        for x in range(at["x"], at["x"] + at["w"])
        for y in range(at["y"], at["y"] + at["h"])
    ]
    assert len(taken) == len(set(taken))
    assert set(taken) == {(x, y) for x in range(24) for y in range(1 + max(y for _, y in taken))}
    assert len({panel["id"] for panel in shown}) == len(shown)


@pytest.mark.parametrize("panel", all_panels())
def test_a_panel_says_what_it_shows_and_what_it_means_that_it_shows_nothing(panel: dict[str, Any]) -> None:
    defaults = panel["fieldConfig"]["defaults"]
    assert panel["title"] and panel["description"]
    assert defaults["unit"] and defaults["noValue"]


@pytest.mark.parametrize("panel", all_panels())
def test_a_dashboard_shows_only_the_jobs_that_are_chosen(panel: dict[str, Any]) -> None:
    for target in panel["targets"]:
        for metric in re.finditer(rf"{METRIC.pattern}|\bup\b", target["expr"]):
            assert target["expr"].startswith(CHOSEN, metric.end()), metric[0]


@pytest.mark.parametrize("path", DASHBOARDS, ids=lambda path: path.stem)
def test_all_jobs_are_those_of_scribedock_and_not_whatever_prometheus_asks(path: Path) -> None:
    [job] = [each for each in json.loads(path.read_text())["templating"]["list"] if each["name"] == "job"]
    assert "allValue" not in job
    assert set(METRIC.findall(job["definition"])) <= shown_metrics()


@pytest.mark.parametrize("panel", all_panels("stat", "bargauge"))
def test_a_tile_tells_what_is_true_now(panel: dict[str, Any]) -> None:
    """The last value of a range may be hours old: that of a server that has ended since would stay green."""
    assert all(target["instant"] and not target["range"] for target in panel["targets"])


@pytest.mark.parametrize("panel", all_panels("stat", "bargauge"))
def test_a_tile_without_a_value_says_so_and_has_no_colour_of_a_value(panel: dict[str, Any]) -> None:
    defaults = panel["fieldConfig"]["defaults"]
    if panel["options"].get("textMode") == "name":  # of what is not there, Grafana shows no name
        assert any("absent(" in target["expr"] for target in panel["targets"])
        return
    [of_none] = [each["options"] for each in defaults["mappings"] if each["type"] == "special"]
    assert of_none["match"] == "null+nan"
    assert of_none["result"]["text"] == defaults["noValue"]
    assert of_none["result"]["color"] not in {step["color"] for step in defaults["thresholds"]["steps"]}


@pytest.mark.parametrize("panel", all_panels("timeseries"))
def test_a_graph_in_which_all_is_zero_has_a_scale_of_its_unit(panel: dict[str, Any]) -> None:
    """Otherwise Grafana draws one to 100, which for a share is 10,000 %."""
    defaults = panel["fieldConfig"]["defaults"]
    assert "max" in defaults or "axisSoftMax" in defaults["custom"]


@pytest.mark.parametrize("panel", all_panels("timeseries"))
def test_colours_mean_something(panel: dict[str, Any]) -> None:
    for target in panel["targets"]:
        for label in re.findall(r"by \((outcome|protocol|fault|kind|reason)\)", target["expr"]):
            for metric in METRIC.findall(target["expr"]):
                values = counted(label).get(metric, set())
                names = {target["legendFormat"].replace(f"{{{{{label}}}}}", value) for value in values}
                assert names <= coloured(panel)


def test_each_priority_and_each_state_of_an_unfinished_job_is_shown() -> None:
    asked = " ".join(query for path in DASHBOARDS for query in queries(path))
    assert set(re.findall(r'priority="([^"]+)"', asked)) == {each.value for each in Priority}
    states = set(re.findall(r'scribedock_jobs\{job=~"\$job",state="([^"]+)"', asked))
    # The complete ones become so many that the others could not be seen beside them.
    assert states == {each.value for each in JobStatus} - {JobStatus.COMPLETE.value}


def test_what_an_alarm_is_about_is_shown() -> None:
    asked = {metric for path in DASHBOARDS for query in queries(path) for metric in METRIC.findall(query)}
    assert {metric for expression in alarms() for metric in METRIC.findall(expression)} <= asked


def test_what_prometheus_is_told_to_read_is_there() -> None:
    told = yaml.safe_load((DEPLOY / "prometheus.yml").read_text())
    assert all((DEPLOY / name).exists() for name in told["rule_files"])
