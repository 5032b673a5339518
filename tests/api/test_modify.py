"""`job/modify`: before a job is ordered, and while it waits for its authorization."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from tests.support.accounts import Family, child, name_of
from tests.support.client import Client, error_of
from tests.support.fixtures import DATABASES

RUNS_ON = DATABASES
EVERYTHING = {
    "transcription_fidelity": "PROFESSIONAL",
    "turnaround_hours": "20",
    "priority": "CRITICAL",
    "requestor_id": "somebody else",
    "callback_url": "https://example.org/done?job={job_id}",
    "expected_speakers": "3",
    "notes": "Two <men> speak",
}


@pytest.fixture(scope="module")
def owner(family: Family) -> Client:
    made = child(family.parent)
    made.get(
        "account/update_setting",
        setting="require_customer_authorization_before_starting_workflow",
        value="true",
    )
    return made


def hours_until_due(info: dict[str, str]) -> float:
    between = datetime.fromisoformat(info["DueDate"]) - datetime.fromisoformat(info["CreationDate"])
    return round(between / timedelta(hours=1), 1)


def test_everything_may_change_while_an_order_waits(owner: Client) -> None:
    job = owner.new_job()
    owner.upload(job, b"no recording at all")
    owner.order(job, options='{"notes": "One man speaks", "speaker_id": true}')
    assert hours_until_due(owner.info(job)) == 48
    assert owner.post("job/modify", job_id=job, **EVERYTHING).status_code == 204
    info = owner.info(job)
    assert (info["Fidelity"], info["Priority"], info["JobStatus"]) == ("HIGH", "CRITICAL", "Authorizing")
    assert hours_until_due(info) == 20
    assert info["ReturnTargets"] == {"url": [{"callback_url": EVERYTHING["callback_url"]}]}
    assert info["Options"]["notes"]["setting"] == "Two &lt;men&gt; speak"
    assert info["Options"]["speaker_id"]["setting"] is True


def test_a_job_that_is_not_ordered_keeps_the_changes_for_its_order(client: Client) -> None:
    job = client.new_job()
    assert client.get("job/modify", job_id=job, **EVERYTHING).status_code == 204
    assert client.info(job)["DueDate"] == ""
    client.upload(job, b"no recording at all")
    client.order(job, transcription_fidelity="PREMIUM")
    info = client.info(job)
    assert (info["Fidelity"], info["Priority"], hours_until_due(info)) == ("STANDARD", "CRITICAL", 20)
    assert info["ReturnTargets"] == {"url": [{"callback_url": EVERYTHING["callback_url"]}]}
    assert info["Options"]["notes"]["setting"] == "Two &lt;men&gt; speak"


def test_the_orders_own_values_take_precedence(client: Client) -> None:
    job = client.new_job()
    client.get("job/modify", job_id=job, **EVERYTHING)
    client.upload(job, b"no recording at all")
    client.order(job, priority="STANDARD", turnaround_hours="60", options='{"notes": "three"}')
    info = client.info(job)
    assert (info["Fidelity"], info["Priority"], hours_until_due(info)) == ("MECHANICAL", "STANDARD", 60)
    assert info["Options"]["notes"]["setting"] == "three"


@pytest.mark.parametrize(
    ("changes", "priority", "hours"),
    [
        ({"turnaround_hours": "24"}, "PRIORITY", 24),
        ({"turnaround_hours": "60"}, "STANDARD", 60),
        ({"priority": "ECONOMY"}, "ECONOMY", 96),
        ({"priority": "STANDARD", "turnaround_hours": "12"}, "PRIORITY", 12),
        ({"notes": "nothing else"}, "STANDARD", 48),
    ],
)
def test_the_due_date_follows_priority_and_turnaround(
    owner: Client, changes: dict[str, str], priority: str, hours: float
) -> None:
    job = owner.new_job()
    owner.upload(job, b"no recording at all")
    owner.order(job)
    assert owner.get("job/modify", job_id=job, **changes).status_code == 204
    info = owner.info(job)
    assert (info["Priority"], hours_until_due(info)) == (priority, hours)


def test_an_ordered_job_cannot_be_modified_any_more(client: Client, quiet: Path) -> None:
    job = client.new_job()
    client.upload(job, quiet)
    client.order(job)
    for _ in range(2):
        answer = client.get("job/modify", job_id=job, priority="CRITICAL")
        assert error_of(answer) == (400, "INVALID_QUERY")
        assert client.finished(job)["Priority"] == "STANDARD"


def test_a_failed_job_cannot_be_modified_and_starts_afresh(client: Client, quiet: Path) -> None:
    job = client.new_job()
    client.upload(job, b"no recording at all")
    client.order(job, priority="CRITICAL", options='{"notes": "first"}')
    assert client.finished(job)["JobStatus"] == "Media Failure"
    assert error_of(client.get("job/modify", job_id=job, notes="x")) == (400, "INVALID_QUERY")
    client.upload(job, quiet)
    client.order(job)
    info = client.info(job)
    assert (info["Priority"], info["Options"]) == ("STANDARD", {})


def test_a_job_may_be_given_to_a_descendant(family: Family) -> None:
    owner, below, stranger = family.parent, family.child, family.stranger
    job = owner.new_job()
    for account_id in ("admin", name_of(stranger), "nobody"):
        answer = owner.get("job/modify", job_id=job, account_id=account_id)
        assert error_of(answer) == (400, "ACCOUNT_UNPRIVILEGED")
    assert owner.get("job/modify", job_id=job, account_id=name_of(below)).status_code == 204
    assert below.info(job)["Username"] == name_of(below)
    assert error_of(stranger.get("job/modify", job_id=job, notes="x")) == (400, "ITEM_NOT_FOUND")


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"transcription_fidelity": "BEST"}, "INVALID_OPTION"),
        ({"priority": "SOON"}, "INVALID_OPTION"),
        ({"turnaround_hours": "0"}, "INVALID_QUERY"),
        ({"expected_speakers": "0"}, "INVALID_QUERY"),
        ({"callback_url": "ftp://example.org"}, "INVALID_URL"),
        ({"callback_url": "http://10.0.0.1/"}, "INVALID_URL"),
        ({"notes": "x" * 1001}, "INVALID_QUERY"),
    ],
)
def test_a_wrong_value_changes_nothing(client: Client, changes: dict[str, str], error: str) -> None:
    job = client.new_job()
    before = client.info(job)
    answer = client.post("job/modify", job_id=job, **{"expected_speakers": "2", **changes})
    assert error_of(answer) == (400, error)
    assert client.info(job) == before


def test_without_a_change_nothing_happens(client: Client) -> None:
    job = client.new_job()
    before = client.info(job)
    assert client.get("job/modify", job_id=job).status_code == 204
    assert client.info(job) == before
