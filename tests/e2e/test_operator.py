"""An operator beside a running server: its commands, its metrics, its log."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import httpx2
import pytest
from opentelemetry.proto.trace.v1.trace_pb2 import Span
from prometheus_client.parser import text_string_to_metric_families

from scribedock.demo.receiver import CallbackReceiver
from scribedock.demo.server import OwnServer
from tests.support.client import Client
from tests.support.collector import Collector, spans_in
from tests.support.machine.processes import workers_of
from tests.support.media.sound import silence
from tests.support.waiting import wait_until

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"


@pytest.fixture(scope="module")
def collector() -> Iterator[Collector]:
    with Collector() as running:
        yield running


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory, collector: Collector) -> Iterator[OwnServer]:
    """A server whose metrics are shown on a free port of loopback, and which sends its spans."""
    with OwnServer(
        tmp_path_factory.mktemp("watched"),
        speech_engine="pocketsphinx",
        metrics_address="127.0.0.1:0",
        callback_retries_s="0.2",
        otlp_url=collector.url,
    ) as server:
        yield server


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return silence(tmp_path_factory.mktemp("quiet") / "quiet.wav", seconds=1)


@pytest.fixture(scope="module")
def client(watched: OwnServer) -> Client:
    return Client(watched).login()


def command(server: OwnServer, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "scribedock", *arguments],
        env=server.environment(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


def document(server: OwnServer, *arguments: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(command(server, *arguments, "--json").stdout)
    return found


def log_lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines() if line.startswith("{")]


def monitoring_url(log: Path) -> str:
    def ports() -> list[int]:
        return [line["port"] for line in log_lines(log) if line["event"] == "monitoring"]

    wait_until(ports)
    return f"http://127.0.0.1:{ports()[-1]}"


def shared_folders(server: OwnServer) -> set[Path]:
    """Return where the server and its worker count."""
    assert server.process is not None
    [worker] = workers_of(server.process.pid)
    lines = Path(f"/proc/{worker}/maps").read_text().splitlines()
    return {Path(line.split(maxsplit=5)[-1]).parent for line in lines if "/scribedock-metrics-" in line}


def samples(url: str) -> dict[tuple[str, tuple[str, ...]], float]:
    answer = httpx2.get(f"{url}/metrics", trust_env=False)
    return {
        (sample.name, tuple(value for _, value in sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


def test_a_job_is_watched_shown_and_sent_again_beside_the_server(
    watched: OwnServer, client: Client, recording: Path
) -> None:
    with CallbackReceiver() as receiver:
        job = client.new_job(job_name="lecture")
        client.upload(job, recording)
        client.order(job, callback_url=f"{receiver.base_url}/?job={{job_id}}")
        assert command(watched, "jobs", "watch", job).returncode == 0
        first = receiver.received.get(timeout=60)
        wait_until(lambda: document(watched, "jobs", "show", job)["callbacks"][0]["state"] == "delivered")
        shown = document(watched, "jobs", "show", job[:12])
        assert shown["state"] == "Complete" and [each["name"] for each in shown["results"]][-1] == "FINAL"
        callback_id = shown["callbacks"][0]["id"]
        assert command(watched, "callbacks", "resend", callback_id).returncode == 0
        again = receiver.received.get(timeout=60)
    assert first == again and again.webhook_id == callback_id
    assert job in {each["id"] for each in document(watched, "jobs", "list", "--name", "lec*")["jobs"]}
    assert command(watched, "jobs", "delete", job, "--yes").returncode == 0
    assert client.get("job/info", job_id=job).json()["ErrorType"] == "ITEM_NOT_FOUND"
    lines = command(watched, "audit", "--job", job, "--json").stdout.splitlines()
    audited = [json.loads(line) for line in lines]
    assert [(each["call"], each["address"]) for each in audited[-2:]] == [
        ("callbacks resend", "command line"),
        ("jobs delete", "command line"),
    ]


def test_the_status_of_a_running_server_names_it_and_its_worker(watched: OwnServer, client: Client) -> None:
    def found() -> dict[str, Any]:
        return document(watched, "status")

    wait_until(lambda: found()["workers"])
    status = found()
    (server,) = status["servers"]
    assert (server["url"], server["condition"]) == (watched.base_url, "ready")
    assert [each["alive"] for each in status["workers"]] == [True]


def test_the_server_and_its_worker_count_in_one_place(
    watched: OwnServer, client: Client, recording: Path
) -> None:
    url = monitoring_url(watched.log_path)
    before = samples(url)
    job = client.new_job()
    client.upload(job, recording)
    client.order(job)
    assert client.finished(job)["JobStatus"] == "Complete"
    after = samples(url)

    def grown(name: str, *labels: str) -> float:
        return after.get((name, labels), 0) - before.get((name, labels), 0)

    assert grown("scribedock_http_requests_total", "job/new", "GET", "200") == 1
    assert grown("scribedock_http_requests_total", "upload URL", "PUT", "200") == 1
    assert grown("scribedock_uploads_total", "received", "plain") == 1
    assert grown("scribedock_upload_bytes_total") == recording.stat().st_size
    assert grown("scribedock_orders_ended_total", "complete") == 1  # which the worker counted
    assert grown("scribedock_recording_seconds_total") == pytest.approx(1, abs=0.1)
    assert after["scribedock_workers_alive", ()] == 1
    assert ("scribedock_worker_process_resident_memory_bytes", ()) in after
    assert ("process_resident_memory_bytes", ()) in after
    assert httpx2.get(f"{url}/readyz", trust_env=False).status_code == 200
    assert client.http.get("/metrics").status_code == 404  # never where strangers ask


def test_no_count_is_lost_when_the_worker_is_replaced(watched: OwnServer, client: Client) -> None:
    url = monitoring_url(watched.log_path)
    before = samples(url)
    (pid,) = workers_of(watched.process.pid)
    os.kill(pid, signal.SIGKILL)
    crashed = ("scribedock_worker_exits_total", ("crashed",))
    wait_until(lambda: samples(url).get(crashed, 0) == before.get(crashed, 0) + 1)
    complete = ("scribedock_orders_ended_total", ("complete",))
    assert samples(url).get(complete) == before.get(complete)
    wait_until(lambda: httpx2.get(f"{url}/readyz", trust_env=False).status_code == 200)
    (folder,) = shared_folders(watched)
    files = {path.name for path in folder.iterdir()}
    assert files == {"counter_main.db", "counter_worker.db", "histogram_main.db"}


def test_the_request_is_on_every_line_that_it_causes_also_in_the_worker(
    watched: OwnServer, client: Client, recording: Path
) -> None:
    client.http.headers |= {"X-Request-Id": "order-17", "traceparent": f"00-{TRACE}-00f067aa0ba902b7-01"}
    job = client.new_job()
    answer = client.http.put(client.upload_url(job), content=recording.read_bytes())
    assert answer.headers["X-Request-Id"] == "order-17"
    ordered = client.get("job/perform_transcription", job_id=job, transcription_fidelity="MECHANICAL")
    assert ordered.headers["X-Request-Id"] == "order-17"
    for name in ("X-Request-Id", "traceparent"):
        del client.http.headers[name]
    made = client.get("job/info", job_id=job).headers["X-Request-Id"]
    assert len(made) == 32
    assert client.finished(job)["JobStatus"] == "Complete"
    lines = [line for line in log_lines(watched.log_path) if line.get("request") == "order-17"]
    calls = [line for line in lines if line["event"] == "call"]
    assert {line["path"] for line in calls} >= {"/api/job/new", "/api/job/perform_transcription"}
    assert all(line["trace"] == TRACE for line in calls)
    assert [line for line in lines if line["event"] == "coverage" and line["job"] == job]


def test_what_is_put_into_a_folder_is_transcribed_once(
    watched: OwnServer, client: Client, recording: Path, tmp_path: Path
) -> None:
    (tmp_path / "lecture.wav").write_bytes(recording.read_bytes())
    once = ("watch", str(tmp_path), "--once", "--settle", "0", "--interval", "0.1")
    line = command(watched, *once).stdout
    job = line.split()[-3]
    assert client.finished(job)["JobName"] == "lecture.wav"
    assert command(watched, *once).stdout == ""


def test_a_worker_of_its_own_shows_health_and_metrics(watched: OwnServer, tmp_path: Path) -> None:
    log = tmp_path / "worker.log"
    with log.open("wb") as file:
        process = subprocess.Popen(
            [sys.executable, "-m", "scribedock", "worker"],
            env={**watched.environment(), "SCRIBEDOCK_METRICS_ADDRESS": "0"},
            stdin=subprocess.DEVNULL,
            stderr=file,
        )
        try:
            url = monitoring_url(log)
            wait_until(lambda: httpx2.get(f"{url}/healthz", trust_env=False).status_code == 200)
            found = samples(url)
            assert ("scribedock_leases_lost_total", ()) in found
            assert not [name for name, _ in found if name == "scribedock_jobs"]  # which the server shows
        finally:
            process.terminate()
            process.wait()


def test_the_work_of_an_order_continues_the_trace_of_its_call_in_another_process(
    client: Client, recording: Path, collector: Collector
) -> None:
    parent = "00f067aa0ba902b7"
    job = client.new_job()
    client.upload(job, recording)
    ordered = client.http.get(
        "/api/job/perform_transcription",
        params={"v": "1", "api_token": client.token, "job_id": job, "transcription_fidelity": "MECHANICAL"},
        headers={"traceparent": f"00-{TRACE}-{parent}-01"},
    )
    assert ordered.status_code == 200
    found: dict[str, Span] = {}

    def transcribed() -> bool:
        while not collector.received.empty():
            for each in spans_in(collector.received.get()[1]):
                if each.trace_id.hex() == TRACE:
                    found[each.name] = each
        return "transcription" in found

    wait_until(transcribed, within_s=120)
    call = found["GET job/perform_transcription"]
    assert call.parent_span_id.hex() == parent
    assert found["transcription"].parent_span_id == call.span_id
    steps = {name for name, each in found.items() if each.parent_span_id == found["transcription"].span_id}
    assert len(steps) >= 2, found.keys()


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
def test_an_upload_is_a_span_of_its_job_and_what_it_causes_continues_its_trace(
    client: Client, recording: Path, collector: Collector, method: str
) -> None:
    parent, trace = "00f067aa0ba902b7", uuid.uuid4().hex
    job = client.new_job()
    url, body = client.upload_url(job), recording.read_bytes()
    headers = {"traceparent": f"00-{trace}-{parent}-01", "X-Request-Id": f"{method}-17"}
    if method == "PATCH":
        tus = {"Tus-Resumable": "1.0.0"}
        made = httpx2.post(url, headers={**tus, "Upload-Length": str(len(body))}, trust_env=False)
        url = urljoin(url, made.headers.get("Location", ""))
        headers |= {**tus, "Upload-Offset": "0", "Content-Type": "application/offset+octet-stream"}
    answer = httpx2.request(method, url, content=body, headers=headers, trust_env=False)
    assert answer.is_success and answer.headers["X-Request-Id"] == f"{method}-17"
    found: dict[str, Span] = {}

    def probed() -> bool:
        while not collector.received.empty():
            for each in spans_in(collector.received.get()[1]):
                if each.trace_id.hex() == trace:
                    found[each.name] = each
        return {f"{method} upload URL", "probes"} <= found.keys()

    wait_until(probed, within_s=120)
    request = found[f"{method} upload URL"]
    assert request.parent_span_id.hex() == parent
    shown = {each.key: each.value.string_value or each.value.int_value for each in request.attributes}
    assert shown == {
        "http.request.method": method,
        "http.route": "upload URL",
        "http.response.status_code": answer.status_code,
        "scribedock.request_id": f"{method}-17",
        "scribedock.job_id": job,
    }
    assert {found[name].parent_span_id for name in ("admit upload", "finish upload")} == {request.span_id}
    assert found["probes"].parent_span_id == found["finish upload"].span_id
    assert url.rpartition("/")[2] not in str(found)
