"""`account/verify_key`."""

from __future__ import annotations

from tests.support.accounts import Family, child, name_of
from tests.support.client import Client, error_of
from tests.support.fixtures import DATABASES

RUNS_ON = DATABASES


def test_a_token_belongs_to_its_account(client: Client, family: Family) -> None:
    assert client.get("account/verify_key").json() == {"name": "admin"}
    assert client.post("account/verify_key").json() == {"name": "admin"}
    assert name_of(family.child).startswith("child-")


def test_the_token_of_a_key_belongs_to_its_account_too(family: Family) -> None:
    owner = child(family.parent)
    key = owner.get("account/generate_api_key").json()["ApiKey"]
    keyed = Client(owner.server)
    keyed.token = owner.get("account/login", securekey=key).json()["ApiToken"]
    assert name_of(keyed) == name_of(owner)


def test_a_missing_token_is_refused(client: Client) -> None:
    answer = Client(client.server).get("account/verify_key")
    assert error_of(answer) == (400, "BAD_API_TOKEN")
    assert answer.json()["ErrorComment"] == "Invalid or expired API token"
