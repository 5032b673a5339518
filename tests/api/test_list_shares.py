"""`job/list_shares`."""

from __future__ import annotations

from tests.support.accounts import name_of
from tests.support.client import Client, error_of
from tests.support.fixtures import DATABASES

RUNS_ON = DATABASES


def test_links_are_listed_without_their_urls_the_newest_first(alice: Client) -> None:
    job = alice.new_job()
    first = alice.post("job/share", job_id=job, label="for Cora").json()
    second = alice.post("job/share", job_id=job, hours=1).json()
    listed = alice.get("job/list_shares", job_id=job).json()
    assert [each["ShareId"] for each in listed] == [second["ShareId"], first["ShareId"]]
    assert listed[1] == {name: value for name, value in first.items() if name != "ShareUrl"}
    assert (listed[1]["Username"], listed[1]["LastUsed"]) == (name_of(alice), None)


def test_the_links_of_another_accounts_job_are_not_listed(client: Client, alice: Client) -> None:
    job = client.new_job()
    client.post("job/share", job_id=job)
    assert error_of(alice.get("job/list_shares", job_id=job)) == (400, "ITEM_NOT_FOUND")
