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


def test_a_key_of_somebody_else_cannot_be_removed(client: Client, alice: Client) -> None:
    key = client.get("account/generate_api_key").json()["ApiKey"]
    assert error_of(alice.get("account/remove_api_key", api_securekey=key)) == (400, "ITEM_NOT_FOUND")
