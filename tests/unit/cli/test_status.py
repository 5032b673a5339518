"""`scribedock status`: what is going on, and what needs attention."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from scribedock import app
from scribedock.clock import utc_now
from scribedock.db.tables import executors
from scribedock.host.presence import announce
from scribedock.jobs.job import JobStatus
from tests.support.commands import document, done, run
from tests.support.loopback import serving
from tests.support.operated import failed, ordered


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SCRIBEDOCK_SPEECH_ENGINE", "pocketsphinx")
    monkeypatch.setenv("SCRIBEDOCK_DISK_RESERVE", "0")


@pytest.fixture
def worker(services: app.Services) -> Iterator[str]:
    """A worker that holds its lease."""
    name = uuid.uuid4().hex
    with services.database.write() as connection:
        connection.execute(
            executors.insert().values(id=name, host="here", heartbeat=utc_now(), crashed=False)
        )
    yield name


def test_an_installation_that_is_well_needs_no_attention(services: app.Services, worker: str) -> None:
    found = document("status")
    assert found["attention"] == []
    assert set(found["jobs"]) == {status.value for status in JobStatus}
    assert found["workers"][0]["alive"] is True
    assert found["models"]["speech"].startswith("pocketsphinx")
    assert found["disk"]["free_bytes"] > 0
    shown = done("status")
    assert "Nothing needs attention" in shown and "1 alive" in shown


def test_work_without_a_worker_needs_attention(services: app.Services) -> None:
    ordered(services)
    found = document("status", status=1)
    (why,) = found["attention"]
    assert why.startswith("no worker is alive, and work waits for one: ")
    assert {each["queue"]: each["ready"] for each in found["queues"]} == {"transcription": 1, "probes": 1}
    assert f"! {why}" in run("status").stdout


def test_late_jobs_failing_callbacks_and_a_full_disk_need_attention(
    services: app.Services, worker: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    late = ordered(services)
    services.jobs.update(late.id, due=utc_now() - timedelta(hours=1))
    job = failed(services)
    (callback,) = services.callback_listing.matching(job_id=job.id)
    from scribedock.dispatch.tries import DeliveryTry
    from scribedock.jobs.job import TaskStatus

    made = DeliveryTry(number=1, at=utc_now(), http_status=500, problem="500", duration_ms=1)
    services.callbacks.record(callback.id, made, end=TaskStatus.FAILED)
    monkeypatch.setenv("SCRIBEDOCK_DISK_RESERVE", str(2**60))
    attention = document("status", status=1)["attention"]
    assert [line.partition(":")[0] for line in attention[:2]] == [
        "jobs past their due date",
        "callbacks that failed for good within a day",
    ]
    assert "SCRIBEDOCK_DISK_RESERVE" in attention[2] and len(attention) == 3


@pytest.mark.parametrize(
    ("status", "body", "condition"),
    [
        (200, '{"status": "ready"}', "ready"),
        (503, '{"status": "not ready", "problems": {"storage": "OSError"}}', "storage (OSError)"),
        (500, "[]", "it answers 500"),
        (502, "<html>", "it answers 502, and no JSON"),
    ],
)
def test_a_server_of_this_machine_is_asked_whether_it_is_ready(
    services: app.Services, worker: str, tmp_path: Path, status: int, body: str, condition: str
) -> None:
    def answer(path: str, connection: object) -> None:
        assert path == "/readyz"
        connection.sendall(  # type: ignore[attr-defined]
            f"HTTP/1.1 {status} X\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n{body}".encode()
        )

    with serving(answer) as there:
        file = announce(tmp_path, url=there.url, version="9.9", since=utc_now())
        found = document("status", status=0 if condition == "ready" else 1)
        file.close()
    (server,) = found["servers"]
    assert (server["url"], server["version"], server["condition"]) == (there.url, "9.9", condition)
    assert (condition == "ready") == (found["attention"] == [])


def test_a_server_that_does_not_answer_needs_attention(
    services: app.Services, worker: str, tmp_path: Path
) -> None:
    file = announce(tmp_path, url="http://127.0.0.1:1", version="9.9", since=utc_now())
    (why,) = document("status", status=1)["attention"]
    file.close()
    assert "does not answer" in why


def test_a_model_that_cannot_be_used_needs_attention(
    services: app.Services, worker: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SCRIBEDOCK_SPEECH_ENGINE", "whisper")
    monkeypatch.setenv("SCRIBEDOCK_SPEECH_MODEL", "/nowhere")
    found = document("status", status=1)
    assert "SCRIBEDOCK_SPEECH_MODEL" in found["attention"][0]
    assert found["models"]["speech"] is None
