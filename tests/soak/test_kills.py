"""The server is killed at random moments, again and again, while clients work.

SOAK_ROUNDS kills on each database (default 5); SOAK_SEED chooses the moments, and is printed.
"""

from __future__ import annotations

import hashlib
import random
import sqlite3
import threading
import time
from collections import Counter
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import httpx2
import pytest

from scribedock import app
from scribedock.demo.receiver import CallbackReceiver
from scribedock.demo.server import OwnServer
from scribedock.settings import Settings
from tests.soak.rounds import ROUNDS, SEED, show, show_killed
from tests.support.client import Client
from tests.support.machine.processes import killed_at_last
from tests.support.media.sound import spoken
from tests.support.waiting import wait_until

LONGEST_ROUND_S = 4.0
CLIENTS = 3
UPLOADED, ORDERED = "uploaded", "ordered"


@dataclass
class Promises:
    """What the server has answered with 200, and must keep whatever happens."""

    jobs: dict[str, str] = field(default_factory=dict)  # how far each job has come
    digests: dict[str, str] = field(default_factory=dict)  # of the recording that was accepted

    def keep(self, job: str, state: str) -> None:
        self.jobs[job] = state

    def has_orders(self) -> bool:
        return ORDERED in list(self.jobs.values())


class Caller(threading.Thread):
    """Takes jobs through the main job until the server is gone."""

    def __init__(
        self, server: OwnServer, token: str, recordings: list[Path], seed: int, callback: str
    ) -> None:
        super().__init__(daemon=True)
        self._client = Client(server)
        self._client.token = token
        self._recordings = recordings
        self._random = random.Random(seed)
        self._callback = callback
        self.promises = Promises()

    def run(self) -> None:
        try:
            while True:
                self._take_one_through()
                time.sleep(self._random.uniform(0.2, 1.0))
        except httpx2.TransportError:
            self._client.http.close()

    def _take_one_through(self) -> None:
        job = self._client.new_job()
        self.promises.keep(job, "opened")
        content = self._random.choice(self._recordings).read_bytes()
        self._client.upload(job, content)
        self.promises.digests[job] = hashlib.sha256(content).hexdigest()
        self.promises.keep(job, UPLOADED)
        time.sleep(self._random.uniform(0, 0.5))
        self._client.order(job, callback_url=f"{self._callback}/done?job={{job_id}}&iwp={{iwp_name}}")
        self.promises.keep(job, ORDERED)


@pytest.mark.soak
def test_promises_are_kept_however_the_server_dies(
    tmp_path: Path, database: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    moments = random.Random(SEED)
    recordings = [spoken(tmp_path / f"{seconds}.wav", seconds=seconds) for seconds in (1, 3, 6)]
    server = OwnServer(tmp_path, workflow_poll_s="0.1", callback_retries_s="0.2,0.5,1,2,5,5,5,5", **database)
    promised = Promises()
    with CallbackReceiver() as receiver, killed_at_last(server):
        for number in range(ROUNDS):
            server.start()
            token = Client(server).login().token
            callers = [
                Caller(server, token, recordings, moments.randrange(10**9), receiver.base_url)
                for _ in range(CLIENTS)
            ]
            for caller in callers:
                caller.start()
            time.sleep(moments.uniform(0, LONGEST_ROUND_S))
            if number + 1 == ROUNDS and not promised.has_orders():  # all rounds were short
                wait_for_an_order(callers)
            server.kill()
            for caller in callers:
                caller.join(timeout=30)
                assert not caller.is_alive()
                promised.jobs |= caller.promises.jobs
                promised.digests |= caller.promises.digests
            with capsys.disabled():
                show_killed(number + 1)
        server.start()
        client = Client(server).login()
        ordered = finish_everything(client, promised)
        calls = wait_for_callbacks(receiver, ordered)
        assert server.stop() == 0
    assert ordered
    assert {job for job, _ in calls} >= ordered
    assert all(len(ids) == 1 for ids in calls.values()), "a callback has more than one id"
    check_storage(Settings(data_dir=server.data_dir, **database), promised)
    with capsys.disabled():
        show(f"{ROUNDS} kills, {len(promised.jobs)} jobs, {len(ordered)} orders: all kept")


def wait_for_an_order(callers: Iterable[Caller]) -> None:
    wait_until(lambda: any(each.promises.has_orders() for each in callers))


def finish_everything(client: Client, promised: Promises) -> set[str]:
    """Every order ends Complete; every recording that was accepted can still be ordered. The orders."""
    ordered = set()
    for job, state in promised.jobs.items():
        is_ordered = "Fidelity" in client.info(job)
        if state == ORDERED:
            assert is_ordered, f"the order of {job} is lost"
            ordered.add(job)
        elif state == UPLOADED and not is_ordered:
            client.order(job)
    for job, state in promised.jobs.items():
        if state in (UPLOADED, ORDERED):
            info = client.finished(job, within_s=300)
            assert info["JobStatus"] == "Complete", info
            assert client.get("job/get_transcript", job_id=job).text.strip()
            versions = client.get("job/list_elementlists", job_id=job).json()
            assert [each["iwp_name"] for each in versions] == ["MECHANICAL", "FINAL"]
    return ordered


def wait_for_callbacks(receiver: CallbackReceiver, ordered: set[str]) -> dict[tuple[str, str], Counter[str]]:
    """Return how often each callback of each job arrived, by its id, when all have."""
    calls: dict[tuple[str, str], Counter[str]] = {}
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and not (
        {job for job, _ in calls} >= ordered and receiver.received.empty()
    ):
        if receiver.received.empty():
            time.sleep(0.1)
            continue
        call = receiver.received.get()
        key = (call.parameters["job"], call.parameters["iwp"])
        calls.setdefault(key, Counter())[call.webhook_id] += 1
    return calls


def check_storage(settings: Settings, promised: Promises) -> None:
    """Each stored recording is whole, and a sweep leaves nothing else behind."""
    services = app.build_services(settings)
    stored = services.media.stored_keys()
    services.store.sweep(objects=stored, partials=frozenset(), older_than_s=-1)
    assert set(services.store.keys()) == stored
    for job, digest in promised.digests.items():
        media = services.media.media_of_job(job)
        assert media is not None and media.storage_key is not None
        with services.store.local(media.storage_key) as recording:
            assert hashlib.sha256(recording.read_bytes()).hexdigest() == digest
    services.close()
    folder = settings.data_dir
    assert list((folder / "media" / "partials").iterdir()) == []
    assert list((folder / "work").iterdir()) == []
    for path in folder.glob("*.sqlite"):
        with closing(sqlite3.connect(path)) as connection:
            assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
