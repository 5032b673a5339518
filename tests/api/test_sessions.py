"""Sessions that end by themselves, and logins that are throttled."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from scribedock import app
from scribedock.accounts.api_keys import fingerprint
from scribedock.clock import utc_now
from scribedock.db.tables import sessions
from scribedock.demo.server import OwnServer
from tests.support.accounts import name_of
from tests.support.client import Client, error_of
from tests.support.fixtures import DATABASES

RUNS_ON = DATABASES


def used_before(services: app.Services, client: Client, seconds: int) -> None:
    """Make it so long since the client's session was used."""
    with services.database.write() as connection:
        connection.execute(
            sessions.update()
            .where(sessions.c.fingerprint == fingerprint(client.token))
            .values(last_used=utc_now() - timedelta(seconds=seconds))
        )


def test_an_unused_session_expires(alice: Client, services: app.Services) -> None:
    idle_s = services.settings.session_idle_s
    for _ in range(3):
        used_before(services, alice, idle_s - 60)
        assert name_of(alice)
    used_before(services, alice, idle_s + 1)
    assert error_of(alice.get("account/verify_key")) == (400, "BAD_API_TOKEN")


def test_repeated_failures_are_throttled_for_known_and_unknown_names(tmp_path: Path) -> None:
    with OwnServer(tmp_path, arguments=("--no-worker",), login_failures="3", login_throttle_s="60") as server:
        for name in ("admin", "nobody"):
            client = Client(server)
            kinds = [client.get("account/login", username=name, password="wrong") for _ in range(4)]
            assert [answer.status_code for answer in kinds] == [400, 400, 400, 429]
            assert int(kinds[-1].headers["retry-after"]) <= 61
        assert client.get("account/login", username="admin", password=server.password).status_code == 429
