"""SIGKILL at the worst moments: nothing is lost, nothing is done twice."""

from __future__ import annotations

import json
import os
import signal
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlsplit

import httpx2
import pytest
import sqlalchemy as sa

from scribedock import app
from scribedock.demo.receiver import CallbackReceiver
from scribedock.demo.server import OwnServer
from scribedock.jobs.job import Fidelity
from scribedock.orders.orders import Order
from scribedock.settings import Settings
from scribedock.workflow.engine_client import system_url
from scribedock_captions.elementlist.codec import emit
from tests.captions.sample import say
from tests.support.client import Client
from tests.support.finished import finished_job, services_of
from tests.support.machine.processes import workers_of
from tests.support.media.sound import silence, spoken
from tests.support.resume.concatenation import concatenate, upload_parts
from tests.support.resume.resuming import uploads
from tests.support.stored import settings_of
from tests.support.waiting import wait_until

SOME_S = 16  # several stretches of speech
FEW_S = 8  # two or three
PART_BYTES, TIMES = 32 << 20, 16
SLOW = {"workflow_poll_s": "0.25", "log_level": "debug", "speech_processes": "1"}


@pytest.fixture
def callbacks() -> CallbackReceiver:
    return CallbackReceiver()


def recognized(server: OwnServer) -> list[int]:
    """Return the starts of the segments that were recognized, in the order of the log."""
    lines = (json.loads(line) for line in server.log_path.read_text().splitlines() if line.startswith("{"))
    return [line["start_ms"] for line in lines if line["event"] == "segment recognized"]


def test_a_killed_server_resumes_where_it_was(
    tmp_path: Path, database: dict[str, str], callbacks: CallbackReceiver
) -> None:
    server = OwnServer(tmp_path, **SLOW, **database)
    with callbacks:
        server.start()
        client = Client(server).login()
        job = client.new_job()
        client.upload(job, spoken(tmp_path / "some.wav", seconds=SOME_S))
        client.order(job, callback_url=f"{callbacks.base_url}/done")
        client.wait(job, lambda _: len(recognized(server)) >= 2)
        server.kill()
        before = recognized(server)

        server.start()
        client = Client(server).login()
        info = client.finished(job)
        assert info["JobStatus"] == "Complete"
        callbacks.received.get(timeout=20)
        client.wait(job, lambda _: not list((server.data_dir / "work").iterdir()))
        wait_until(lambda: not resumed_queues(settings_of(server)))
        after = recognized(server)
        assert server.stop() == 0
    assert after[: len(before)] == before
    assert len(after) > len(before)
    assert_none_repeated(before, after)
    assert callbacks.received.empty()


def test_unfinished_work_of_an_older_release_restarts(tmp_path: Path, database: dict[str, str]) -> None:
    server = OwnServer(tmp_path, **SLOW, **database)
    server.start()
    client = Client(server).login()
    job = client.new_job()
    client.upload(job, spoken(tmp_path / "some.wav", seconds=FEW_S))
    client.order(job)
    client.wait(job, lambda _: recognized(server))
    server.kill()
    before = recognized(server)
    make_workflows_older(settings_of(server))
    with server:
        assert Client(server).login().finished(job)["JobStatus"] == "Complete"
    assert recognized(server)[len(before) :][0] == before[0]


def test_parts_of_an_upload_survive_a_server_that_is_killed_while_it_joins_them(
    tmp_path: Path, database: dict[str, str]
) -> None:
    server = OwnServer(tmp_path, **database)
    server.start()
    client = Client(server).login()
    job = client.new_job()
    url = client.upload_url(job)
    part = upload_parts(url, os.urandom(PART_BYTES), 1)[0]
    existing = set(partial_files(server))
    with ThreadPoolExecutor(1) as pool:
        pool.submit(concatenate, url, [part] * TIMES)
        wait_until(lambda: set(partial_files(server)) - existing, pause_s=0.01)
        server.kill()
    with server:
        client = Client(server).login()
        url = moved(url, server)
        assert concatenate(url, [moved(part, server)] * TIMES).status == 201
        of_part, whole = uploads(client, job)
        assert (of_part["Status"], whole["Status"]) == ("RECEIVED", "RECEIVED")
        assert whole["BytesReceived"] == PART_BYTES * TIMES


def partial_files(server: OwnServer) -> list[Path]:
    """Return the files of unfinished uploads that have bytes."""
    return [path for path in (server.data_dir / "media" / "partials").rglob("*") if path.stat().st_size]


def moved(url: str, server: OwnServer) -> str:
    """Return a URL of a server that has another port since it was started again."""
    return urlsplit(url)._replace(netloc=urlsplit(server.base_url).netloc).geturl()


def resumed_queues(settings: Settings) -> int:
    """Return how many queues each worker looks into: none where nothing was left by a dead one."""
    url = system_url(settings)
    queues = sa.table("queues", schema="dbos" if "postgresql" in url else None)
    engine = sa.create_engine(url.replace("postgresql://", "postgresql+psycopg://"))
    with engine.connect() as connection:
        found = connection.execute(sa.select(sa.func.count()).select_from(queues)).scalar_one()
    engine.dispose()
    return int(found)


def make_workflows_older(settings: Settings) -> None:
    """As if a release had left them whose steps were others."""
    url = system_url(settings)
    schema = "dbos" if "postgresql" in url else None
    version, name = sa.column("application_version"), sa.column("function_name")
    engine = sa.create_engine(url.replace("postgresql://", "postgresql+psycopg://"))
    with engine.begin() as connection:
        connection.execute(
            sa.table("workflow_status", version, schema=schema).update().values({version: "1"})
        )
        steps = sa.table("operation_outputs", name, schema=schema)
        connection.execute(steps.update().values({name: "a step of then"}))
    engine.dispose()


def test_work_that_was_never_started_is_carried_out(
    tmp_path: Path, database: dict[str, str], quiet: Path
) -> None:
    """The server died between the commits of an upload and of an order, and the starts of their workflows."""
    server = OwnServer(tmp_path, workflow_poll_s="30", **database)
    server.start()
    client = Client(server).login()
    job = client.new_job()
    client.upload(job, quiet)
    server.kill()

    services = app.build_services(settings_of(server))
    admin = services.accounts.by_username("admin")
    assert admin is not None
    visible_accounts = frozenset({admin.id})
    services.orders.place(
        job, visible_accounts, Order(fidelity=Fidelity.MECHANICAL), needs_authorization=False
    )
    services.close()

    with OwnServer(tmp_path, password=server.password, workflow_poll_s="0.1", **database) as again:
        info = Client(again).login().finished(job)
    assert info["JobStatus"] == "Complete"
    assert info["MediaLengthSeconds"] == pytest.approx(1, abs=0.01)


def test_a_clean_stop_in_the_middle_loses_nothing(tmp_path: Path) -> None:
    server = OwnServer(tmp_path, **SLOW)
    server.start()
    client = Client(server).login()
    job = client.new_job()
    client.upload(job, spoken(tmp_path / "some.wav", seconds=FEW_S))
    client.order(job)
    client.wait(job, lambda _: len(recognized(server)) >= 1)
    assert server.stop() == 0
    before = recognized(server)
    with server:
        assert Client(server).login().finished(job)["JobStatus"] == "Complete"
    assert_none_repeated(before, recognized(server))


def test_a_recording_that_kills_every_worker_fails_its_job(
    tmp_path: Path, callbacks: CallbackReceiver
) -> None:
    """Looking for speech in an hour takes longer than any worker lives here."""
    server = OwnServer(tmp_path, workflow_poll_s="0.25")
    with callbacks, server:
        client = Client(server).login()
        job = client.new_job()
        client.upload(job, silence(tmp_path / "long.wav", seconds=3600))
        task = client.order(job, callback_url=f"{callbacks.base_url}/done?status={{job_status}}")
        client.wait(job, lambda info: info["JobStatus"] == "In Process")
        deaths = 0
        while (info := client.info(job))["JobStatus"] == "In Process":
            if takeovers(server, task) == deaths:
                time.sleep(2.5)  # until it is taken from the queue
                kill_the_worker(server)
                deaths += 1
            time.sleep(0.2)
        assert info["JobStatus"] == "Media Failure"
        assert info["FailureReason"] == "The server failed over this recording; order it again"
        assert takeovers(server, task) in (2, 3), "three deaths, with at most one step finished between them"
        assert callbacks.received.get(timeout=20).parameters == {"status": "Media Failure"}
        client.order(job)
        assert client.get("job/delete", job_id=job).status_code == 200


def assert_none_repeated(before: list[int], after: list[int]) -> None:
    """No segment is recognized twice, but for the one whose result was being stored at the kill."""
    repeated = set(before) & set(after[len(before) :])
    assert repeated <= {before[-1]}
    assert len(set(after)) == len(after) - len(repeated)


def takeovers(server: OwnServer, task: str) -> int:
    lines = server.log_path.read_text().splitlines()
    return sum('"workflow taken over"' in line and task in line for line in lines)


def kill_the_worker(server: OwnServer) -> None:
    assert server.process is not None
    for pid in workers_of(server.process.pid):
        os.kill(pid, signal.SIGKILL)


def test_what_was_saved_by_segment_is_there_after_a_kill_at_once(
    tmp_path: Path, database: dict[str, str]
) -> None:
    server = OwnServer(tmp_path, **database)
    server.start()
    with services_of(server) as services:
        job = finished_job(services, say("The see is deep."))
    client = Client(server).login()
    client.post("review/take", job_id=job, kind="correction")
    work = client.get("review/elementlist", job_id=job, kind="correction").json()
    body = {"changes": [{"first": 0, "removed": 1, "segments": emit(say("The sea."))["segments"]}]}
    query = {"v": "1", "job_id": job, "kind": "correction", "base_version": work["version"], "save_id": "x"}

    def save(client: Client) -> httpx2.Response:
        given = {**query, "api_token": client.token}
        return client.http.post("/api/review/save_segments", params=given, content=json.dumps(body).encode())

    saved = save(client)
    server.kill()
    assert saved.status_code == 200, saved.text
    server.start()
    client = Client(server).login()
    kept = client.get("review/elementlist", job_id=job, kind="correction").json()
    assert (kept["version"], len(kept["elementlist"]["segments"][0]["sequences"])) == (
        saved.json()["version"],
        2,
    )
    assert save(client).json()["version"] == saved.json()["version"]  # who got no answer sends it again
    assert server.stop() == 0
