"""Sessions that end by themselves, and logins that are throttled."""

from __future__ import annotations

import time
from pathlib import Path

from scribedock.demo.server import OwnServer
from tests.support.accounts import name_of
from tests.support.client import Client, error_of
from tests.support.fixtures import DATABASES

RUNS_ON = DATABASES


def test_an_unused_session_expires(tmp_path: Path) -> None:
    with OwnServer(tmp_path, arguments=("--no-worker",), session_idle_s="2") as server:
        client = Client(server).login()
        for _ in range(3):
            time.sleep(0.8)
            assert name_of(client) == "admin"
        time.sleep(2.2)
        assert error_of(client.get("account/verify_key")) == (400, "BAD_API_TOKEN")


def test_repeated_failures_are_throttled_for_known_and_unknown_names(tmp_path: Path) -> None:
    with OwnServer(tmp_path, arguments=("--no-worker",), login_failures="3", login_throttle_s="8") as server:
        for name in ("admin", "nobody"):
            client = Client(server)
            kinds = [client.get("account/login", username=name, password="wrong") for _ in range(4)]
            assert [answer.status_code for answer in kinds] == [400, 400, 400, 429]
            assert int(kinds[-1].headers["retry-after"]) <= 9
        assert client.get("account/login", username="admin", password=server.password).status_code == 429
        deadline = time.monotonic() + 60
        while client.get("account/login", username="admin", password=server.password).status_code == 429:
            assert time.monotonic() < deadline
            time.sleep(0.5)
