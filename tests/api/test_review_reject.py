"""`/api/review/reject`, and rejecting by the link in a mail."""

from __future__ import annotations

import pytest

from scribedock.demo.receiver import CallbackReceiver
from scribedock.demo.server import OwnServer
from scribedock.jobs.job import Fidelity
from tests.support.approving import Approver
from tests.support.client import Client, error_of
from tests.support.finished import approval_url, finished_job, services_of
from tests.support.office import MACHINE, Office, names, taken

RUNS_ON = ("sqlite", "postgresql")
RETURN = {"customer_approval_steps": ["RETURN"]}


def test_a_customer_rejects_and_the_next_reviewer_reads_why(
    office: Office, callbacks: CallbackReceiver
) -> None:
    url = callbacks.base_url + "/told?iwp={iwp_name}&status={job_status}"
    job = office.job(options=RETURN, callback_url=url)
    customer = office.customer
    refused = customer.post("review/reject", job_id=job, kind="approval", note="Too early")
    assert error_of(refused) == (409, "INVALID_QUERY")
    taken(office.ann, job)
    office.ann.post("review/approve", job_id=job, comment="Two names are doubtful")
    answer = customer.post("review/reject", job_id=job, kind="approval", note="Lake, not sea")
    assert answer.json() == {"JobStatus": "Reviewing", "iwp_name": "PREMIUM"}
    assert callbacks.received.get(timeout=30).parameters == {"iwp": "PREMIUM", "status": "Reviewing"}

    [entry] = [each for each in office.ben.get("review/list").json() if each["job_id"] == job]
    said = [(each["decision"], each["comment"], each["username"]) for each in entry["decisions"]]
    assert said == [
        ("approved", "Two names are doubtful", office.ann.get("account/verify_key").json()["name"]),
        ("rejected", "Lake, not sea", office.name),
    ]
    assert taken(office.ben, job)["decisions"] == entry["decisions"]
    shown = customer.info(job)["ReviewDecisions"]
    assert [(each["Decision"], each["Comment"]) for each in shown] == [pair[:2] for pair in said]

    office.ben.post("review/approve", job_id=job)
    customer.post("review/approve", job_id=job, kind="approval")
    assert names(customer, job) == ["MECHANICAL", "PREMIUM", "PREMIUM", "CUSTOMER_APPROVED_RETURN", "FINAL"]
    assert callbacks.received.get(timeout=30).parameters == {"iwp": "FINAL", "status": "Complete"}


def test_a_rejection_needs_a_note_and_the_right_person(office: Office) -> None:
    job = office.job()
    taken(office.ann, job)
    assert error_of(office.ann.post("review/reject", job_id=job)) == (400, "MISSING_PARAMETER")
    assert error_of(office.ann.post("review/reject", job_id=job, note=" ")) == (400, "MISSING_PARAMETER")
    assert error_of(office.ben.post("review/reject", job_id=job, note="No")) == (409, "INVALID_QUERY")
    stranger = office.customer.post("review/reject", job_id=job, note="No")
    assert error_of(stranger) == (400, "ACCOUNT_UNPRIVILEGED")
    assert "ReviewDecisions" not in office.customer.info(job)


@pytest.fixture
def link(office: Office) -> tuple[str, str]:
    """Return a job that waits for its customer after a review, and its approval link."""
    job = office.job(options=RETURN)
    taken(office.ann, job)
    office.ann.post("review/approve", job_id=job)
    with services_of(office.server) as services:
        return job, approval_url(services, office.server.base_url, job)


def test_a_customer_rejects_by_the_link_in_a_mail(office: Office, link: tuple[str, str]) -> None:
    job, url = link
    approver = Approver(url)
    assert 'name="comment"' in approver.page.text and 'value="reject"' in approver.page.text
    assert approver.send(decision="reject", comment=" ").status_code == 422
    answer = approver.send(decision="reject", comment="<b>No</b> names")
    assert "reviewed again" in answer.text
    assert "reviewed again" in approver.look_again().text
    [decision] = taken(office.ben, job)["decisions"]
    assert (decision["comment"], decision["username"]) == ("<b>No</b> names", "")
    office.ben.post("review/approve", job_id=job)
    approver.look_again()
    assert "This is approved" in approver.send(decision="approve", comment="Thanks").text
    assert [each["Comment"] for each in office.customer.info(job)["ReviewDecisions"]][-1] == "Thanks"
    assert office.customer.info(job)["JobStatus"] == "Complete"


def test_a_list_that_nobody_reviewed_cannot_be_rejected(server: OwnServer, client: Client) -> None:
    with services_of(server) as services:
        job = finished_job(services, MACHINE, fidelity=Fidelity.MECHANICAL, options=RETURN)
    answer = client.post("review/reject", job_id=job, kind="approval", note="All wrong")
    assert error_of(answer) == (409, "INVALID_QUERY")
    assert "kind=approval" in answer.json()["ErrorComment"]
