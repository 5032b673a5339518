"""A hostile customer delays nobody else, with slow origins, dead receivers, or many orders."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from scribedock.demo.receiver import CallbackReceiver
from scribedock.demo.server import OwnServer
from tests.support.accounts import child
from tests.support.client import Client
from tests.support.webserver import WebServer

CHILDREN = 10
SLOW_ORIGINS = 30
DEAD_CALLBACKS = 100
ORDERS = 60


@contextmanager
def dead_receiver() -> Iterator[str]:
    """Provide the URL of a receiver that takes every connection and never answers."""
    with socket.create_server(("127.0.0.1", 0), backlog=512) as listening:
        kept: list[socket.socket] = []

        def accept() -> None:
            while True:
                try:
                    kept.append(listening.accept()[0])
                except OSError:
                    return

        threading.Thread(target=accept, daemon=True).start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}/"
    for each in kept:
        each.close()


def attack(attacker: Client, speech: bytes, *, slow: str, dead: str) -> list[str]:
    """Orders of every kind that could hold a slot, more than there are; returns the jobs with speech."""
    children = [child(attacker, "puppet") for _ in range(CHILDREN)]
    orders = []
    for number in range(SLOW_ORIGINS):
        puppet = children[number % CHILDREN]
        job = puppet.new_job()
        assert puppet.get("job/add_media", job_id=job, media_url=f"{slow}/{number}").status_code == 200
        puppet.order(job, priority="CRITICAL")
    for number in range(DEAD_CALLBACKS):
        puppet = children[number % CHILDREN]
        job = puppet.new_job()
        puppet.upload(job, b"this is no recording")
        puppet.order(job, priority="CRITICAL", callback_url=dead)
    for number in range(ORDERS):
        puppet = children[number % CHILDREN]
        job = puppet.new_job()
        puppet.upload(job, speech)
        puppet.order(job, priority="CRITICAL")
        orders.append(job)
    return orders


@pytest.mark.trials
@pytest.mark.parametrize("database", ["sqlite"], indirect=True)  # the tests of the dispatcher run on both
def test_a_job_is_finished_and_called_back_while_hundreds_of_another_customer_wait(
    tmp_path: Path, database: dict[str, str], callbacks: CallbackReceiver, speech: Path
) -> None:
    with (
        OwnServer(tmp_path, worker_jobs="2", callback_retries_s="1,1,1", **database) as server,
        WebServer(gate=threading.Event()) as slow,
        dead_receiver() as dead,
    ):
        admin = Client(server).login()
        attacker, victim = child(admin, "attacker"), child(admin, "victim")
        orders = attack(attacker, speech.read_bytes(), slow=slow.base_url, dead=dead)
        job = victim.new_job()
        victim.upload(job, speech)
        victim.order(job, callback_url=f"{callbacks.base_url}/done", priority="ECONOMY")
        assert victim.finished(job)["JobStatus"] == "Complete"
        assert callbacks.received.get(timeout=20).path == "/done"
        unfinished = [each for each in orders if admin.info(each)["JobStatus"] == "Pending"]
        assert len(unfinished) > ORDERS // 3
        slow.gate.set()  # type: ignore[union-attr]


def test_an_order_whose_recording_is_fetched_takes_no_slot(
    tmp_path: Path, callbacks: CallbackReceiver, quiet: Path
) -> None:
    with (
        OwnServer(tmp_path, worker_jobs="1") as server,
        WebServer(gate=threading.Event()) as slow,
    ):
        client = Client(server).login()
        waiting = []
        for number in range(3):
            job = client.new_job()
            client.get("job/add_media", job_id=job, media_url=f"{slow.base_url}/{number}")
            client.order(job, callback_url=f"{callbacks.base_url}/failed")
            waiting.append(job)
        job = client.new_job()
        client.upload(job, quiet)
        client.order(job)
        assert client.finished(job)["JobStatus"] == "Complete"
        assert {client.info(each)["JobStatus"] for each in waiting} == {"Pending"}

        # What is deleted is not fetched any more, and leaves nothing behind.
        client.get("job/delete", job_id=waiting[0])
        work = server.data_dir / "work"
        client.wait(job, lambda _: len(list(work.iterdir())) == 2, within_s=10)

        # What cannot be fetched fails its order, which is called back.
        slow.statuses += [404, 404]
        slow.gate.set()  # type: ignore[union-attr]
        for each in waiting[1:]:
            assert client.finished(each)["JobStatus"] == "Media Failure"
            assert callbacks.received.get(timeout=20).path == "/failed"
