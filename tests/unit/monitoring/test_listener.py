"""The address on which metrics and health are answered."""

from __future__ import annotations

import re
import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import httpx2
import pytest
import structlog
from prometheus_client.parser import text_string_to_metric_families

from scribedock import metrics
from scribedock.monitoring.bounded import BoundedQuestion
from scribedock.monitoring.collector import InstallationCollector
from scribedock.monitoring.listener import MonitoringListener, split_address
from scribedock.reports.overview import Overview
from scribedock.settings import Settings, SettingsError
from tests.support.core import Core
from tests.support.operated import ordered


@contextmanager
def listening(
    *, core: Core | None = None, problems: Mapping[str, str] | None = None, by_branch: bool = False
) -> Iterator[str]:
    found = problems or {}
    collectors = []
    if core is not None:
        collectors = [
            InstallationCollector(
                core.services.overview,
                core.services.budgets,
                data_dir=core.services.settings.data_dir,
                by_branch=by_branch,
            )
        ]
    listener = MonitoringListener(
        "0", collectors=collectors, checks={"/healthz": dict, "/readyz": lambda: found}
    )
    listener.start()
    yield f"http://127.0.0.1:{listener.port}"
    listener.stop()


def samples(base_url: str) -> dict[tuple[str, tuple[str, ...]], float]:
    answer = httpx2.get(f"{base_url}/metrics", trust_env=False)
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain; version=")
    return {
        (sample.name, tuple(value for _, value in sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


def test_counts_and_figures_are_shown_in_prometheus_format(core: Core) -> None:
    job = ordered(core.services)
    metrics.HTTP_REQUESTS.labels("job/info", "GET", "200").inc()
    metrics.HTTP_DURATION.labels("job/info").observe(0.03)
    with listening(core=core, by_branch=True) as url:
        found = samples(url)
    assert found["scribedock_http_requests_total", ("job/info", "GET", "200")] >= 1
    assert found["scribedock_http_request_duration_seconds_count", ("job/info",)] >= 1
    assert found["scribedock_jobs", ("Pending",)] == 1
    assert job.priority is not None
    assert found["scribedock_queue_depth", (job.priority.value, "transcription")] == 1
    assert found["scribedock_queue_depth", ("", "probes")] == 1
    assert found["scribedock_branch_queue_depth", ("admin", "transcription")] == 1
    assert found["scribedock_database_up", ()] == 1
    assert found["scribedock_disk_free_bytes", ()] > 0
    assert found["scribedock_stored_bytes", ("recordings",)] == 1000
    assert [labels for name, labels in found if name == "scribedock_build_info"]


def test_what_never_happened_is_shown_as_0() -> None:
    """Prometheus sees no increase in a series that begins with its first event."""
    with listening() as url:
        found = samples(url)
    assert ("scribedock_worker_exits_total", ("crashed",)) in found
    assert ("scribedock_uploads_total", ("failed", "tus")) in found
    for name in ("scribedock_callback_tries_total", "scribedock_webhook_tries_total"):
        assert {labels for each, labels in found if each == name} == {
            ("delivered",),
            ("refused",),
            ("unreachable",),
        }


def test_branches_are_named_only_where_a_setting_allows_it(core: Core) -> None:
    ordered(core.services)
    with listening(core=core) as url:
        assert not [name for name, _ in samples(url) if name.startswith("scribedock_branch")]


def test_names_follow_the_conventions_of_prometheus(core: Core) -> None:
    with listening(core=core, by_branch=True) as url:
        text = httpx2.get(f"{url}/metrics", trust_env=False).text
    for family in text_string_to_metric_families(text):
        if not family.name.startswith("scribedock_"):
            continue
        assert family.documentation.endswith("."), family.name
        assert family.type in ("counter", "gauge", "histogram"), (family.name, family.type)
        for sample in family.samples:
            if family.type == "counter":
                assert sample.name.endswith(("_total", "_created")), sample.name
            else:
                assert not sample.name.endswith("_total"), sample.name
            assert (
                not {"le", "quantile", "job", "instance"} & sample.labels.keys() or family.type == "histogram"
            )
        assert not family.name.endswith(("_ms", "_milliseconds", "_minutes", "_kib")), family.name


def test_a_database_that_is_away_hides_nothing_else(core: Core, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(_: Overview) -> Mapping[object, int]:
        raise ConnectionError

    monkeypatch.setattr(Overview, "jobs_by_state", away)
    with listening(core=core) as url:
        found = samples(url)
    assert found["scribedock_database_up", ()] == 0
    assert ("scribedock_disk_free_bytes", ()) in found
    assert ("scribedock_jobs", ("Pending",)) not in found


@pytest.mark.parametrize(("problems", "status"), [({}, 200), ({"worker": "silent"}, 503)])
def test_health_is_answered(problems: dict[str, str], status: int) -> None:
    with listening(problems=problems) as url:
        answer = httpx2.get(f"{url}/readyz", trust_env=False)
        assert (answer.status_code, answer.json().get("problems", {})) == (status, problems)
        assert httpx2.get(f"{url}/healthz", trust_env=False).json() == {"status": "ok"}


def test_nothing_else_is_answered() -> None:
    with listening() as url:
        assert httpx2.get(f"{url}/api/job/list", trust_env=False).status_code == 404
        assert httpx2.post(f"{url}/metrics", trust_env=False).status_code == 405
        assert httpx2.head(f"{url}/metrics", trust_env=False).status_code == 200


def test_bytes_that_are_no_request_stop_nothing() -> None:
    with listening() as url:
        port = int(url.rpartition(":")[2])
        for noise in (b"\x16\x03\x01\x00", b"GET\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n", b"A" * 70_000):
            with socket.create_connection(("127.0.0.1", port)) as sock:
                sock.sendall(noise)
                sock.shutdown(socket.SHUT_WR)
        assert httpx2.get(f"{url}/healthz", trust_env=False).status_code == 200


@pytest.mark.parametrize(
    ("address", "meant"),
    [
        ("127.0.0.1:9124", ("127.0.0.1", 9124)),
        ("9124", ("127.0.0.1", 9124)),
        ("[::1]:9124", ("::1", 9124)),
        ("metrics.internal:1", ("metrics.internal", 1)),
    ],
)
def test_a_port_alone_means_loopback(address: str, meant: tuple[str, int]) -> None:
    assert Settings(metrics_address=address).metrics_address == address
    assert split_address(address) == meant


@pytest.mark.parametrize(
    "address", ["x", "127.0.0.1", "127.0.0.1:99999", ":", "http://a:1", "::1:9124", "a:1/b"]
)
def test_an_address_that_is_none_is_refused(address: str) -> None:
    with pytest.raises(ValueError, match=r"127\.0\.0\.1:9124"):
        Settings(metrics_address=address)


def test_an_address_that_is_taken_is_named() -> None:
    with listening() as url:
        taken = url.removeprefix("http://")
        with pytest.raises(SettingsError, match=f"SCRIBEDOCK_METRICS_ADDRESS.*{taken}"):
            MonitoringListener(taken, collectors=[], checks={})


def test_every_metric_is_documented_and_no_other(core: Core) -> None:
    page = (Path(__file__).parents[3] / "docs" / "monitoring.md").read_text()
    documented = set(re.findall(r"^\| `(scribedock_[a-z0-9_]+)`", page, re.MULTILINE))
    with listening(core=core, by_branch=True) as url:
        text = httpx2.get(f"{url}/metrics", trust_env=False).text
    families = list(text_string_to_metric_families(text))
    shown = {f"{each.name}_total" if each.type == "counter" else each.name for each in families}
    assert {name for name in shown if name.startswith("scribedock_")} == documented


def test_a_question_that_nobody_answers_is_asked_once_and_not_waited_for() -> None:
    released, asked = threading.Event(), []

    def ask() -> str:
        asked.append(1)
        released.wait()
        return "well"

    question = BoundedQuestion(ask, limit_s=0.01)
    for _ in range(3):
        with pytest.raises(TimeoutError):
            question.answer()
    assert len(asked) == 1
    released.set()
    assert BoundedQuestion(lambda: "well").answer() == "well"


def test_what_a_question_raises_is_raised_each_time() -> None:
    question = BoundedQuestion(lambda: 1 // 0)
    for _ in range(2):
        with pytest.raises(ZeroDivisionError):
            question.answer()


@pytest.mark.parametrize(("host", "warned"), [("127.0.0.1", 0), ("0.0.0.0", 1)])
def test_an_address_beyond_this_machine_is_warned_of(host: str, warned: int) -> None:
    listener = MonitoringListener(f"{host}:0", collectors=[], checks={})
    with structlog.testing.capture_logs() as told:
        listener.start()
    listener.stop()
    assert [each["log_level"] for each in told].count("warning") == warned
