"""A customer who is signed in approves and rejects on the page of the job."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from scribedock import app
from scribedock.demo.server import OwnServer
from scribedock.jobs.job import Fidelity
from scribedock_captions.elementlist.codec import emit
from tests.captions.sample import say
from tests.support.accounts import child, name_of
from tests.support.client import Client
from tests.support.finished import finished_job
from tests.support.office import save
from tests.ui.lecture import lecture
from tests.ui.visitor import Visitor

pytestmark = pytest.mark.ui

GUISES: dict[str, dict[str, Any]] = {
    "light": {},
    "dark": {"color_scheme": "dark"},
    "phone": {"viewport": {"width": 390, "height": 844}, "has_touch": True},
    "320-german": {"viewport": {"width": 320, "height": 640}, "locale": "de-DE"},
    "forced-colours": {"forced_colors": "active"},
}


@pytest.fixture(scope="module")
def customer(server: OwnServer) -> Client:
    return child(Client(server).login(), "customer")


@pytest.fixture(scope="module")
def reviewer(customer: Client, services: app.Services) -> Client:
    made = child(customer, "reviewer")
    account = services.accounts.by_username(name_of(made))
    assert account is not None
    services.accounts.set_reviewer(account, True)
    return made


@pytest.fixture
def waiting(customer: Client, reviewer: Client, services: app.Services) -> str:
    """Return a reviewed job that waits for its customer's approval."""
    job = finished_job(
        services,
        lecture(),
        username=name_of(customer),
        name="Biochemistry, lecture 3",
        fidelity=Fidelity.STANDARD,
        options={"customer_approval_steps": ["RETURN"]},
    )
    time.sleep(1)  # versions of one second are shown as one
    reviewed(reviewer, job)
    return job


def reviewed(reviewer: Client, job: str) -> None:
    assert reviewer.post("review/take", job_id=job).status_code == 200
    assert reviewer.post("review/approve", job_id=job).status_code == 200


def asked(page: Page) -> Any:
    return page.get_by_role("region", name="This transcript waits for your approval")


def test_a_customer_rejects_and_approves_where_the_transcript_is(
    visit: Callable[..., Visitor], customer: Client, reviewer: Client, waiting: str
) -> None:
    visitor = visit(customer)
    page = visitor.go(f"/web/jobs/{waiting}")
    comment = asked(page).get_by_label("Comment")
    asked(page).get_by_role("button", name="Reject").click()
    expect(asked(page).get_by_role("alert")).to_contain_text("Say what is wrong")
    expect(comment).to_be_focused()
    visitor.shoot("job-approval-problem")
    comment.fill("The name is Ménard, at 0:12.")
    asked(page).get_by_role("button", name="Reject").click()
    expect(page.get_by_text("This is being reviewed again.")).to_be_visible()
    expect(asked(page)).to_have_count(0)
    [decision] = customer.info(waiting)["ReviewDecisions"]
    assert (decision["Decision"], decision["Comment"]) == ("rejected", "The name is Ménard, at 0:12.")

    reviewed(reviewer, waiting)
    expect(asked(page)).to_be_visible()  # the page has learned of it by itself
    comment.fill("Thank you")
    asked(page).get_by_role("button", name="Approve").click()
    expect(page.get_by_text("This is approved.")).to_be_visible()
    expect(asked(page)).to_have_count(0)
    assert customer.info(waiting)["JobStatus"] == "Complete"
    done = [each["call"] for each in customer.get("job/audit", job_id=waiting).json()]
    assert done.count("review/approve") == 3 and done.count("review/reject") == 1


def test_only_the_version_that_was_seen_is_approved(
    visit: Callable[..., Visitor], customer: Client, waiting: str
) -> None:
    visitor = visit(customer)
    page = visitor.go(f"/web/jobs/{waiting}")
    page.get_by_role("button", name="Show Automatic").click()
    expect(asked(page)).to_contain_text("You are looking at another version")
    visitor.shoot("job-approval-other")
    asked(page).get_by_role("button", name="Show the one that waits").click()
    expect(asked(page).get_by_role("button", name="Approve")).to_be_visible()

    customer.post("review/take", job_id=waiting, kind="approval")
    saved = save(customer, waiting, emit(say("Nobody has seen this.")), kind="approval")
    assert saved.status_code == 200, saved.text
    asked(page).get_by_role("button", name="Approve").click()
    expect(asked(page).get_by_role("alert")).to_contain_text("saved meanwhile")
    expect(page.get_by_text("Nobody has seen this.")).to_be_visible()
    asked(page).get_by_role("button", name="Approve").click()
    expect(page.get_by_text("This is approved.")).to_be_visible()
    expect(page.get_by_text("Nobody has seen this.")).to_be_visible()


def test_it_is_asked_in_every_guise(visit: Callable[..., Visitor], customer: Client, waiting: str) -> None:
    for guise, options in GUISES.items():
        visitor = visit(customer, **options)
        visitor.go(f"/web/jobs/{waiting}")
        visitor.shoot(f"job-approval-{guise}")
        visitor.check_accessible()
