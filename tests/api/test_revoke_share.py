"""`job/revoke_share`."""

from __future__ import annotations

import httpx2

from tests.support.client import Client, error_of
from tests.support.fixtures import DATABASES

RUNS_ON = DATABASES


def test_a_revoked_link_opens_nothing_and_stays_in_the_list(alice: Client) -> None:
    job = alice.new_job()
    made = alice.post("job/share", job_id=job).json()
    for _ in range(2):  # harmless when repeated
        assert alice.post("job/revoke_share", share_id=made["ShareId"]).status_code == 204
    assert httpx2.get(made["ShareUrl"], trust_env=False, follow_redirects=True).status_code == 410
    [listed] = alice.get("job/list_shares", job_id=job).json()
    assert listed["Revoked"] is not None


def test_nobody_else_revokes_a_link(client: Client, alice: Client) -> None:
    made = client.post("job/share", job_id=client.new_job()).json()
    for share_id in (made["ShareId"], "0" * 32):
        assert error_of(alice.post("job/revoke_share", share_id=share_id)) == (400, "ITEM_NOT_FOUND")
    assert httpx2.get(made["ShareUrl"], trust_env=False, follow_redirects=True).status_code == 200
