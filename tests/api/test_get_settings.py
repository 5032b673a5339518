"""`account/get_settings`."""

from __future__ import annotations

from tests.support.client import Client
from tests.support.fixtures import DATABASES

RUNS_ON = DATABASES


def test_settings_have_their_defaults(alice: Client) -> None:
    assert alice.get("account/get_settings").json() == {
        "default_job_notes": "",
        "require_customer_authorization_before_starting_workflow": False,
        "customer_authorization_required_mechanical": True,
        "share_links": True,
    }
