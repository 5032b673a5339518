"""`account/remove_api_key`: the key and its sessions end."""

from __future__ import annotations

from tests.support.accounts import name_of
from tests.support.client import Client, error_of
from tests.support.fixtures import DATABASES

RUNS_ON = DATABASES


def test_a_key_opens_sessions_until_it_is_removed(alice: Client) -> None:
    key = alice.get("account/generate_api_key").json()["ApiKey"]
    keyed = Client(alice.server)
    keyed.token = alice.get("account/login", username=name_of(alice), securekey=key).json()["ApiToken"]
    assert name_of(keyed) == name_of(alice)
    assert alice.get("account/remove_api_key", secure_key=key).status_code == 204
    assert error_of(keyed.get("account/verify_key")) == (400, "BAD_API_TOKEN")
    answer = alice.get("account/login", username=name_of(alice), securekey=key)
    assert error_of(answer) == (400, "ACCOUNT_UNPRIVILEGED")


def with_key(client: Client, key: str) -> Client:
    opened = Client(client.server)
    opened.token = client.get("account/login", username=name_of(client), securekey=key).json()["ApiToken"]
    return opened


def test_the_session_that_removes_its_own_key_is_the_only_one_of_the_key_that_lives(alice: Client) -> None:
    key = alice.get("account/generate_api_key").json()["ApiKey"]
    other_key = alice.get("account/generate_api_key", force_new="true").json()["ApiKey"]
    caller, other, of_other_key = with_key(alice, key), with_key(alice, key), with_key(alice, other_key)
    assert caller.get("account/remove_api_key", api_securekey=key).status_code == 204
    assert error_of(other.get("account/verify_key")) == (400, "BAD_API_TOKEN")
    assert name_of(caller) == name_of(of_other_key) == name_of(alice)
    assert caller.get("account/logout").status_code == 204
    assert error_of(caller.get("account/verify_key")) == (400, "BAD_API_TOKEN")


def test_a_session_that_outlived_its_key_ends_with_the_password(alice: Client) -> None:
    caller = with_key(alice, key := alice.get("account/generate_api_key").json()["ApiKey"])
    assert caller.get("account/remove_api_key", api_securekey=key).status_code == 204
    assert alice.post("account/update_password", new_password="second").status_code == 204
    assert error_of(caller.get("account/verify_key")) == (400, "BAD_API_TOKEN")


def test_a_key_of_somebody_else_cannot_be_removed(client: Client, alice: Client) -> None:
    key = client.get("account/generate_api_key").json()["ApiKey"]
    assert error_of(alice.get("account/remove_api_key", api_securekey=key)) == (400, "ITEM_NOT_FOUND")
