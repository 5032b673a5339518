"""`account/generate_api_key`: keys, and the sessions that they open."""

from __future__ import annotations

from tests.support.client import Client
from tests.support.fixtures import DATABASES

RUNS_ON = DATABASES


def test_the_newest_key_is_shown_again_until_a_new_one_is_forced(alice: Client) -> None:
    first = alice.get("account/generate_api_key").json()["ApiKey"]
    assert alice.get("account/generate_api_key").json()["ApiKey"] == first
    second = alice.get("account/generate_api_key", force_new="true").json()["ApiKey"]
    assert second != first
    assert alice.get("account/generate_api_key").json()["ApiKey"] == second


def test_a_key_may_be_a_header(alice: Client) -> None:
    key = alice.get("account/generate_api_key").json()["ApiKey"]
    answer = alice.http.get("/api/account/login?v=1", headers={"x-auth-securekey": key})
    assert answer.status_code == 200
