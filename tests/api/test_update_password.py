"""`account/update_password`, and `scribedock account passwd`."""

from __future__ import annotations

from tests.support.accounts import account, name_of
from tests.support.client import Client, error_of
from tests.support.fixtures import DATABASES

RUNS_ON = DATABASES


def test_a_new_password_ends_the_other_sessions(alice: Client) -> None:
    name = name_of(alice)
    other = Client(alice.server).login(name, "first")
    assert alice.post("account/update_password", new_password="second").status_code == 204
    assert error_of(other.get("account/verify_key")) == (400, "BAD_API_TOKEN")
    assert name_of(alice) == name
    assert error_of(alice.get("account/login", username=name, password="first"))[1] == "LOGIN_INVALID"
    assert Client(alice.server).login(name, "second").token


def test_sessions_of_api_keys_live_on_under_a_new_password(alice: Client) -> None:
    key = alice.get("account/generate_api_key").json()["ApiKey"]
    machine = Client(alice.server)
    machine.token = alice.get("account/login", securekey=key).json()["ApiToken"]
    assert alice.post("account/update_password", new_password="second").status_code == 204
    assert name_of(machine) == name_of(alice)
    account(alice.server, "passwd", name_of(alice), "--password-stdin", password="third")
    assert machine.get("account/verify_key").status_code == 200


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


def test_passwd_on_the_command_line_resets_the_password(alice: Client) -> None:
    name = name_of(alice)
    account(alice.server, "passwd", name, "--password-stdin", password="reset")
    assert error_of(alice.get("account/verify_key")) == (400, "BAD_API_TOKEN")
    assert Client(alice.server).login(name, "reset").token
