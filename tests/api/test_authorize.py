"""`job/authorize`, and the settings that hold jobs in Authorizing until then."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from tests.support.accounts import Family, child
from tests.support.client import Client, error_of
from tests.support.fixtures import DATABASES

RUNS_ON = DATABASES
HOLD = "require_customer_authorization_before_starting_workflow"
HOLD_MECHANICAL = "customer_authorization_required_mechanical"


def holding(client: Client, **settings: str) -> Client:
    """Return an account whose jobs wait for authorization."""
    made = child(client, "careful")
    for setting, value in {HOLD: "true", **settings}.items():
        assert made.get("account/update_setting", setting=setting, value=value).status_code == 204
    return made


@pytest.fixture(scope="module")
def owner(family: Family) -> Client:
    return holding(family.parent)


@pytest.fixture
def ordered(owner: Client, quiet: Path) -> str:
    job = owner.new_job()
    owner.upload(job, quiet)
    owner.order(job)
    return job


def test_an_order_waits_until_it_is_authorized_and_is_then_carried_out(owner: Client, ordered: str) -> None:
    info = owner.info(ordered)
    assert (info["JobStatus"], info["AuthorizationDate"]) == ("Authorizing", "")
    due = datetime.fromisoformat(info["DueDate"])
    assert owner.get("job/authorize", job_id=ordered).status_code == 204
    info = owner.finished(ordered)
    assert info["JobStatus"] == "Complete"
    authorized = datetime.fromisoformat(info["AuthorizationDate"])
    assert authorized > datetime.fromisoformat(info["CreationDate"])
    assert datetime.fromisoformat(info["DueDate"]) == authorized + timedelta(hours=48)
    assert datetime.fromisoformat(info["DueDate"]) > due
    assert info["StartDate"] > info["AuthorizationDate"]


def test_no_worker_touches_an_order_that_waits(owner: Client, ordered: str, family: Family) -> None:
    """A job that is ordered later and is done first shows that the worker had its time."""
    later = family.stranger.new_job()
    family.stranger.upload(later, b"no recording at all")
    family.stranger.order(later)
    assert family.stranger.finished(later)["JobStatus"] == "Media Failure"
    assert owner.info(ordered)["JobStatus"] == "Authorizing"


def test_a_job_may_be_authorized_before_it_is_ordered(owner: Client) -> None:
    job = owner.new_job()
    assert owner.info(job)["JobStatus"] == "Authorizing"
    answer = owner.post("job/authorize", job_id=job)
    assert (answer.status_code, answer.content) == (200, b"")
    info = owner.info(job)
    assert (info["JobStatus"], info["DueDate"]) == ("Pending", "")
    owner.upload(job, b"no recording at all")
    owner.order(job)
    assert owner.finished(job)["JobStatus"] == "Media Failure"


def test_it_has_no_effect_outside_authorizing(client: Client) -> None:
    job = client.new_job()
    before = client.info(job)
    for call in (client.get, client.post):
        assert call("job/authorize", job_id=job).status_code in (200, 204)
    assert client.info(job) == before


def test_a_second_authorization_changes_nothing(owner: Client) -> None:
    job = owner.new_job()
    owner.get("job/authorize", job_id=job)
    first = owner.info(job)
    assert owner.get("job/authorize", job_id=job).status_code == 204
    assert owner.info(job) == first


@pytest.mark.parametrize(
    ("settings", "fidelity", "status"),
    [
        ({HOLD_MECHANICAL: "true"}, "MECHANICAL", "Authorizing"),
        ({HOLD_MECHANICAL: "false"}, "PREMIUM", "Authorizing"),
        ({HOLD: "false", HOLD_MECHANICAL: "true"}, "PREMIUM", "Media Failure"),
        ({HOLD_MECHANICAL: "false"}, "MECHANICAL", "Media Failure"),
    ],
)
def test_the_settings_say_which_orders_wait(
    client: Client, settings: dict[str, str], fidelity: str, status: str
) -> None:
    """What does not wait is taken up, and fails: its media is no recording."""
    owner = holding(client, **settings)
    job = owner.new_job()
    owner.upload(job, b"no recording at all")
    owner.order(job, transcription_fidelity=fidelity)
    info = owner.wait(job, lambda found: found["JobStatus"] == status)
    if status != "Authorizing":
        assert info["AuthorizationDate"] == info["CreationDate"]


def test_a_job_from_before_the_setting_waits_too(client: Client) -> None:
    owner = child(client)
    job = owner.new_job()
    owner.get("account/update_setting", setting=HOLD, value="true")
    owner.upload(job, b"no recording at all")
    owner.order(job)
    info = owner.info(job)
    assert (info["JobStatus"], info["AuthorizationDate"]) == ("Authorizing", "")


def test_a_parent_may_authorize_and_others_may_not(client: Client, owner: Client, family: Family) -> None:
    job = owner.new_job()
    for other in (family.stranger, family.child):
        assert error_of(other.get("job/authorize", job_id=job)) == (400, "ITEM_NOT_FOUND")
    assert owner.info(job)["JobStatus"] == "Authorizing"
    assert client.get("job/authorize", job_id=job).status_code == 204
    assert owner.info(job)["JobStatus"] == "Pending"


def test_the_job_must_be_named(client: Client) -> None:
    assert error_of(client.get("job/authorize")) == (400, "MISSING_PARAMETER")
    assert error_of(client.get("job/authorize", job_id="0" * 32)) == (400, "ITEM_NOT_FOUND")
