"""`account/logout`."""

from __future__ import annotations

from tests.support.client import Client, error_of
from tests.support.fixtures import DATABASES

RUNS_ON = DATABASES


def test_logout_ends_the_session(alice: Client) -> None:
    assert alice.get("account/logout").status_code == 204
    assert error_of(alice.get("account/verify_key")) == (400, "BAD_API_TOKEN")
