"""Wrong passwords from everywhere: they lock nobody out, and hold nobody up."""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx2
import pytest

from scribedock import app
from scribedock.accounts.client_address import ClientAddress
from scribedock.accounts.signing_in.login_failures import MAX_DELAY_S
from scribedock.demo.server import OwnServer
from scribedock.settings import Settings
from tests.support.accounts import child, command, name_of
from tests.support.client import Client, error_of

LIMIT = 3
TRUSTED = "127.0.0.99"
FROM_OUTSIDE = "127.0.1.1"
LOGINS = 20


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OwnServer]:
    folder = tmp_path_factory.mktemp("attacked")
    settings = {"login_failures": str(LIMIT), "trusted_proxies": TRUSTED}
    with OwnServer(folder, arguments=("--no-worker",), **settings) as started:
        yield started


@pytest.fixture(scope="module")
def parts(server: OwnServer) -> Iterator[app.Services]:
    opened = app.build_services(Settings(data_dir=server.data_dir, login_failures=LIMIT))
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def admin(server: OwnServer) -> Client:
    return Client(server).login()


def login(
    server: OwnServer, username: str, password: str, *, source: str = FROM_OUTSIDE, forwarded: str = ""
) -> httpx2.Response:
    """Return a login from this address of loopback."""
    transport = httpx2.HTTPTransport(local_address=source, verify=False)  # see tests/support/client.py
    with httpx2.Client(transport=transport, timeout=60) as http:
        return http.post(
            f"{server.base_url}/api/account/login",
            data={"v": "1", "username": username, "password": password},
            headers={"X-Forwarded-For": forwarded} if forwarded else {},
        )


def test_wrong_passwords_from_many_addresses_do_not_lock_the_owner_out(
    server: OwnServer, admin: Client
) -> None:
    maria = name_of(child(admin, "maria"))
    attackers = [f"127.0.0.{number}" for number in range(10, 20)]
    with ThreadPoolExecutor(25) as pool:
        answers = list(pool.map(lambda source: login(server, maria, "wrong", source=source), attackers * 10))
    assert {answer.status_code for answer in answers} == {400, 429}
    began = time.monotonic()
    assert login(server, maria, "first").status_code == 200
    assert time.monotonic() - began < 15  # at most five seconds of delay, and a busy machine
    assert login(server, maria, "first", source=attackers[0]).status_code == 429
    known = command(server, "audit", "--failed-logins", "--account", maria).stdout
    assert "127.0.0.1" in known and "LOGIN_INVALID" in known


def test_behind_an_untrusted_proxy_one_client_locks_nobody_out(
    server: OwnServer, admin: Client, parts: app.Services
) -> None:
    maria, proxy = name_of(child(admin, "maria")), "127.0.0.30"
    for number in range(10 * LIMIT):
        parts.login_failures.count(f"name {number}", ClientAddress(address=proxy, is_evidence=False))
    for _ in range(LIMIT + 1):
        answer = login(server, maria, "wrong", source=proxy, forwarded="198.51.100.1")
        assert error_of(answer) == (400, "LOGIN_INVALID")
    for forwarded in ("198.51.100.2", "198.51.100.1"):
        assert login(server, maria, "first", source=proxy, forwarded=forwarded).status_code == 200
    told = [line for line in server.log_path.read_text().splitlines() if "SCRIBEDOCK_TRUSTED_PROXIES" in line]
    assert len([line for line in told if proxy in line]) == 1
    doctor = command(server, "doctor").stdout
    assert proxy in doctor and "SCRIBEDOCK_TRUSTED_PROXIES" in doctor
    assert TRUSTED not in doctor


def test_behind_a_trusted_proxy_each_client_counts_for_itself(server: OwnServer, admin: Client) -> None:
    maria = name_of(child(admin, "maria"))
    attacker = f"203.0.113.9, 198.51.100.3, {TRUSTED}"  # the first is made up
    for _ in range(LIMIT):
        answer = login(server, maria, "wrong", source=TRUSTED, forwarded=attacker)
        assert error_of(answer) == (400, "LOGIN_INVALID")
    answer = login(server, maria, "first", source=TRUSTED, forwarded="198.51.100.3")
    assert error_of(answer) == (429, "INVALID_QUERY")
    assert int(answer.headers["retry-after"]) > 0
    for client in ("203.0.113.9", "198.51.100.4"):
        assert login(server, maria, "first", source=TRUSTED, forwarded=client).status_code == 200


def test_waiting_logins_do_not_delay_other_calls(
    server: OwnServer, admin: Client, parts: app.Services
) -> None:
    maria = name_of(child(admin, "maria"))
    for number in range(10 * LIMIT):
        parts.login_failures.count(maria, ClientAddress(address=f"198.51.100.{number}"))
    sources = [f"127.0.2.{number % 5 + 1}" for number in range(LOGINS)]
    calls = []
    with ThreadPoolExecutor(LOGINS) as pool:
        waiting = [pool.submit(login, server, maria, "first", source=source) for source in sources]
        while not any(each.done() for each in waiting):
            began = time.monotonic()
            assert admin.get("account/verify_key").status_code == 200
            calls.append(time.monotonic() - began)
            time.sleep(0.02)
        assert [each.result().status_code for each in waiting] == [200] * LOGINS
    assert len(calls) > 5
    assert statistics.median(calls) < 0.25
    assert max(calls) < MAX_DELAY_S / 2  # one that had to wait for a login would take longer
