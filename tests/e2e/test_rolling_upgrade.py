"""Two servers are restarted one after the other under constant requests, and none of these fails."""

from __future__ import annotations

import base64
import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest
from cryptography.fernet import Fernet

from scribedock.demo.server import OwnServer
from tests.support.client import Client
from tests.support.fixtures import QUICK, database_settings
from tests.support.media.sound import silence
from tests.support.raw import target_of
from tests.support.waiting import wait_until

pytestmark = pytest.mark.postgresql

PASSWORD = "one for both"
DRAIN_S = 6.0
CHECK_S = 0.3  # between two looks of the balancer at a server
CUSTOMERS = 3


class Balancer:
    """Knows both servers as a balancer does: by /readyz alone, and a look behind."""

    def __init__(self, servers: list[OwnServer]) -> None:
        self._servers = servers
        self._ready: list[str] = []
        self._turn = 0
        self._ended = threading.Event()
        self._checking = threading.Thread(target=self._check, daemon=True)

    def __enter__(self) -> Balancer:
        self._checking.start()
        wait_until(lambda: len(self._ready) == len(self._servers), within_s=60)
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._checking.join()

    def ready(self) -> list[str]:
        return self._ready

    def send(self, method: str, target: str, **given: object) -> httpx2.Response:
        """Send a request to the next server that is ready, once, over a connection of its own."""
        ready = self._ready
        self._turn += 1
        base_url = ready[self._turn % len(ready)]
        with httpx2.Client(base_url=base_url, timeout=60, trust_env=False) as client:
            return client.request(method, target, **given)  # type: ignore[arg-type]

    def _check(self) -> None:
        while not self._ended.wait(CHECK_S):
            self._ready = [url for each in self._servers if is_ready(url := each.base_url)]


def is_ready(url: str) -> bool:
    try:
        return httpx2.get(f"{url}/readyz", timeout=5, trust_env=False).status_code == 200
    except httpx2.HTTPError:
        return False


class Customer(threading.Thread):
    """Opens jobs, uploads, orders and looks at them, until told to end; every answer must be success."""

    def __init__(self, balancer: Balancer, token: str, recording: bytes) -> None:
        super().__init__(daemon=True)
        self._balancer = balancer
        self._token = token
        self._recording = recording
        self.ended = threading.Event()
        self.jobs: list[str] = []
        self.requests = 0
        self.failures: list[str] = []

    def run(self) -> None:
        while not self.ended.is_set():
            job = self._call("job/new")["JobId"]
            url = self._call("job/request_upload_url", job_id=job)["upload_url"]
            self._send("PUT", target_of(url), content=self._recording)
            self._call("job/perform_transcription", job_id=job, transcription_fidelity="MECHANICAL")
            self.jobs.append(job)
            self._call("job/info", job_id=job)
            self._call("job/list")

    def _call(self, path: str, **parameters: str) -> dict[str, str]:
        given = {"v": "1", "api_token": self._token, **parameters}
        answer = self._send("GET", f"/api/{path}", params=given)
        return {} if answer is None else dict(answer.json())

    def _send(self, method: str, target: str, **given: object) -> httpx2.Response | None:
        self.requests += 1
        try:
            answer = self._balancer.send(method, target, **given)
        except httpx2.HTTPError as error:
            self.failures.append(f"{method} {target.partition('?')[0]}: {error!r}")
            raise
        if answer.status_code != 200:
            self.failures.append(f"{method} {target.partition('?')[0]}: {answer.status_code} {answer.text}")
        return answer


@pytest.fixture
def pair(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[list[OwnServer]]:
    settings = {
        **QUICK,
        "storage_url": f"file://{tmp_path}/recordings",
        "upload_keys": f"k1:{base64.urlsafe_b64encode(os.urandom(32)).rstrip(b'=').decode()}",
        "encryption_key": Fernet.generate_key().decode(),
        "drain_s": str(DRAIN_S),
        **database_settings("postgresql", request),
    }
    (tmp_path / "recordings").mkdir()
    servers = [OwnServer(tmp_path / name, password=PASSWORD, **settings) for name in ("first", "second")]
    with servers[0], servers[1]:
        yield servers


def test_a_rolling_restart_of_two_servers_fails_no_request_and_loses_no_order(
    pair: list[OwnServer], tmp_path: Path
) -> None:
    recording = silence(tmp_path / "quiet.wav", seconds=1).read_bytes()
    token = Client(pair[0]).login().token
    with Balancer(pair) as balancer:
        customers = [Customer(balancer, token, recording) for _ in range(CUSTOMERS)]
        for each in customers:
            each.start()
        for server in pair:
            before = sum(each.requests for each in customers)
            assert server.stop() == 0
            server.start()
            wait_until(lambda: len(balancer.ready()) == 2, within_s=120)
            assert sum(each.requests for each in customers) > before
        for each in customers:
            each.ended.set()
        for each in customers:
            each.join(120)
    assert [failure for each in customers for failure in each.failures] == []
    client = Client(pair[1])
    client.token = token
    for job in [job for each in customers for job in each.jobs]:
        assert client.finished(job, within_s=300)["JobStatus"] in ("Complete", "Media Failure")


def test_a_server_that_is_told_to_stop_says_so_and_serves_until_it_does(pair: list[OwnServer]) -> None:
    leaving = pair[0]
    client = Client(leaving).login()
    assert leaving.process is not None
    began = time.monotonic()
    leaving.process.terminate()
    wait_until(lambda: client.http.get("/readyz").status_code == 503, within_s=DRAIN_S)
    answer = client.get("job/list")
    assert answer.status_code == 200 and answer.headers["connection"] == "close"
    assert client.http.get("/readyz").json()["problems"]["server"] == "stopping"
    assert leaving.process.wait(60) == 0
    assert time.monotonic() - began >= DRAIN_S
