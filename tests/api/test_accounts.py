"""`logout`, `update_password`, API keys, `verify_key`, `get_settings`; sessions and their end."""

from __future__ import annotations

import time
from pathlib import Path

from scribedock.demo.server import OwnServer
from tests.accounts import account
from tests.client import Client, error_of
from tests.fixtures import DATABASES

RUNS_ON = DATABASES


def name_of(client: Client) -> str:
    return str(client.get("account/verify_key").json()["name"])


def test_logout_ends_the_session(alice: Client) -> None:
    assert alice.get("account/logout").status_code == 204
    assert error_of(alice.get("account/verify_key")) == (400, "BAD_API_TOKEN")


def test_a_new_password_ends_the_other_sessions(alice: Client) -> None:
    name = name_of(alice)
    other = Client(alice.server).login(name, "first")
    assert alice.post("account/update_password", new_password="second").status_code == 204
    assert error_of(other.get("account/verify_key")) == (400, "BAD_API_TOKEN")
    assert name_of(alice) == name
    assert error_of(alice.get("account/login", username=name, password="first"))[1] == "LOGIN_INVALID"
    assert Client(alice.server).login(name, "second").token


def test_the_password_is_changed_by_post_alone(alice: Client) -> None:
    answer = alice.get("account/update_password", new_password="x")
    assert error_of(answer) == (405, "INVALID_QUERY")
    assert answer.headers["allow"] == "POST"


def test_an_empty_password_is_refused(alice: Client) -> None:
    answer = alice.post("account/update_password", new_password="")
    assert error_of(answer) == (400, "MISSING_PARAMETER")


def test_a_parent_may_change_a_childs_password_but_not_the_reverse(client: Client, alice: Client) -> None:
    name = name_of(alice)
    assert client.post("account/update_password", new_password="given", username=name).status_code == 204
    child = Client(alice.server).login(name, "given")
    for username in ("admin", "nobody"):
        answer = child.post("account/update_password", new_password="x", username=username)
        assert error_of(answer) == (400, "ACCOUNT_UNPRIVILEGED")
        assert answer.json()["ErrorComment"] == "Account does not have permission to access/change this data"


def test_the_newest_key_is_shown_again_until_a_new_one_is_forced(alice: Client) -> None:
    first = alice.get("account/generate_api_key").json()["ApiKey"]
    assert alice.get("account/generate_api_key").json()["ApiKey"] == first
    second = alice.get("account/generate_api_key", force_new="true").json()["ApiKey"]
    assert second != first
    assert alice.get("account/generate_api_key").json()["ApiKey"] == second


def test_a_key_opens_sessions_until_it_is_removed(alice: Client) -> None:
    key = alice.get("account/generate_api_key").json()["ApiKey"]
    keyed = Client(alice.server)
    keyed.token = alice.get("account/login", username=name_of(alice), securekey=key).json()["ApiToken"]
    assert name_of(keyed) == name_of(alice)
    assert alice.get("account/remove_api_key", secure_key=key).status_code == 204
    assert error_of(keyed.get("account/verify_key")) == (400, "BAD_API_TOKEN")
    answer = alice.get("account/login", username=name_of(alice), securekey=key)
    assert error_of(answer) == (400, "ACCOUNT_UNPRIVILEGED")


def test_a_key_may_be_a_header(alice: Client) -> None:
    key = alice.get("account/generate_api_key").json()["ApiKey"]
    answer = alice.http.get("/api/account/login?v=1", headers={"x-auth-securekey": key})
    assert answer.status_code == 200


def test_a_key_of_somebody_else_cannot_be_removed(client: Client, alice: Client) -> None:
    key = client.get("account/generate_api_key").json()["ApiKey"]
    assert error_of(alice.get("account/remove_api_key", api_securekey=key)) == (400, "ITEM_NOT_FOUND")


def test_settings_have_their_defaults(alice: Client) -> None:
    assert alice.get("account/get_settings").json() == {
        "default_job_notes": "",
        "require_customer_authorization_before_starting_workflow": False,
        "customer_authorization_required_mechanical": True,
    }


def test_passwd_on_the_command_line_resets_the_password(alice: Client) -> None:
    name = name_of(alice)
    account(alice.server, "passwd", name, "--password-stdin", password="reset")
    assert error_of(alice.get("account/verify_key")) == (400, "BAD_API_TOKEN")
    assert Client(alice.server).login(name, "reset").token


def test_a_session_dies_when_it_is_not_used(tmp_path: Path) -> None:
    with OwnServer(tmp_path, session_idle_s="2") as server:
        client = Client(server).login()
        for _ in range(3):
            time.sleep(0.8)
            assert name_of(client) == "admin"
        time.sleep(2.2)
        assert error_of(client.get("account/verify_key")) == (400, "BAD_API_TOKEN")


def test_repeated_failures_are_throttled_for_known_and_unknown_names(tmp_path: Path) -> None:
    with OwnServer(tmp_path, login_failures="3", login_throttle_s="8") as server:
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
