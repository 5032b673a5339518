"""The queue of reviewers: what waits, who has taken it, and what was decided."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Page, expect

from scribedock import app
from scribedock.jobs.job import Fidelity
from tests.captions.sample import say
from tests.support.accounts import child, name_of
from tests.support.client import Client
from tests.support.finished import finished_job
from tests.ui.visitor import Visitor

pytestmark = pytest.mark.ui

GUISES: dict[str, dict[str, object]] = {
    "dark": {"color_scheme": "dark"},
    "phone": {"viewport": {"width": 390, "height": 844}, "has_touch": True},
    "320": {"viewport": {"width": 320, "height": 640}},
    "german": {"locale": "de-DE"},
}


class Desk:
    """A customer with jobs to review, and two reviewers of that customer."""

    def __init__(self, client: Client, services: app.Services) -> None:
        self.services = services
        self.customer = child(client, "faculty")
        self.ann, self.bob = (self._reviewer(name) for name in ("ann", "bob"))

    def _reviewer(self, name: str) -> Client:
        made = child(self.customer, name)
        account = self.services.accounts.by_username(name_of(made))
        assert account is not None
        self.services.accounts.set_reviewer(account, True)
        return made

    def job(self, name: str, fidelity: Fidelity = Fidelity.STANDARD, **values: object) -> str:
        job = finished_job(
            self.services, say("The sea is deep."), username=name_of(self.customer), fidelity=fidelity
        )
        self.services.jobs.update(job, name=name, **values)  # type: ignore[arg-type]
        return job

    def status(self, job: str) -> str:
        return str(self.customer.info(job)["JobStatus"])


@pytest.fixture
def desk(client: Client, services: app.Services) -> Desk:
    return Desk(client, services)


@contextmanager
def answered(page: Page, button: str) -> Iterator[None]:
    """Answer the dialog that opens, by this button."""
    yield
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name=button, exact=True).click()
    expect(dialog).to_have_count(0)


def choose(visitor: Visitor, name: str, action: str) -> None:
    visitor.row(name).get_by_role("button", name=f"More actions for {name}").click()
    visitor.row(name).get_by_role("button", name=action).click()


def test_a_reviewer_takes_decides_and_gives_back(visit: Callable[..., Visitor], desk: Desk) -> None:
    first, second = desk.job("Lecture 1"), desk.job("Lecture 2", fidelity=Fidelity.HIGH)
    third = desk.job("Lecture 3")
    desk.bob.post("review/take", job_id=third)
    visitor = visit(desk.ann)
    page = visitor.page
    page.get_by_role("link", name="Reviews").click()
    expect(page.get_by_text("2 waiting", exact=True)).to_be_visible()
    expect(visitor.row("Lecture 3").get_by_text(f"Taken by {name_of(desk.bob)}")).to_be_visible()
    expect(visitor.row("Lecture 3").get_by_role("button")).to_have_count(0)
    visitor.row("Lecture 1").get_by_role("button", name="Take Lecture 1").click()
    page.wait_for_url(f"**/web/jobs/{first}/edit")
    page.goto("/web/reviews")
    expect(visitor.row("Lecture 1").get_by_role("link", name="Continue Lecture 1")).to_be_visible()
    visitor.shoot("reviews")
    visitor.check_accessible()
    # A first pass that is rejected is given back with the note, which must be there.
    choose(visitor, "Lecture 1", "Reject")
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="Reject").click()
    expect(dialog.get_by_text("Say what is wrong.")).to_be_visible()
    visitor.shoot("reviews-reject")
    visitor.check_accessible()
    dialog.get_by_label("Note").fill("Not my language")
    dialog.get_by_role("button", name="Reject").click()
    expect(visitor.row("Lecture 1").get_by_text("Rejected: Not my language")).to_be_visible()
    expect(visitor.row("Lecture 1").get_by_role("button", name="Take")).to_be_visible()

    desk.ann.post("review/take", job_id=first)
    page.goto("/web/reviews")
    choose(visitor, "Lecture 1", "Give back")
    with answered(page, "Give back"):
        pass
    expect(visitor.row("Lecture 1").get_by_text("Waiting")).to_be_visible()

    desk.ann.post("review/take", job_id=first)
    page.goto("/web/reviews")
    page.get_by_label("Take the next one after each decision").check()
    choose(visitor, "Lecture 1", "Approve")
    with answered(page, "Approve"):
        pass
    page.wait_for_url(f"**/web/jobs/{second}/edit")
    assert desk.status(first) == "Complete"
    [own] = [each for each in desk.ann.get("review/list").json() if each["mine"]]
    assert own["job_id"] == second and own["taken_by"] == name_of(desk.ann)


def test_what_somebody_else_was_faster_to_take_is_said(visit: Callable[..., Visitor], desk: Desk) -> None:
    job = desk.job("Lecture 1")
    visitor = visit(desk.ann)
    page = visitor.go("/web/reviews")
    desk.bob.post("review/take", job_id=job)
    visitor.row("Lecture 1").get_by_role("button", name="Take Lecture 1").click()
    expect(page.get_by_text("“Lecture 1”: Somebody else is at this pass")).to_be_visible()
    expect(visitor.row("Lecture 1").get_by_text("Taken by")).to_be_visible()


def test_an_empty_queue_says_so_in_every_guise(visit: Callable[..., Visitor], desk: Desk) -> None:
    page = visit(desk.ann).go("/web/reviews")
    expect(page.get_by_text("Nothing to review")).to_be_visible()
    desk.job("Lecture 1 " * 20, due=desk.services.clock.now())
    taken = desk.job("محاضرة في الكيمياء الحيوية", media_ms=144_000_000)
    desk.ann.post("review/take", job_id=taken)
    for name, options in GUISES.items():
        visitor = visit(desk.ann, **options)
        visitor.go("/web/reviews")
        expect(visitor.page.locator(".job-name")).to_have_count(2)
        visitor.shoot(f"reviews-{name}")
        visitor.check_accessible()


def test_whoever_reviews_nothing_has_no_queue(visitor: Visitor) -> None:
    expect(visitor.page.get_by_role("link", name="Reviews")).to_have_count(0)
    visitor.page.goto("/web/reviews")
    expect(visitor.page.get_by_text("You may not do this.")).to_be_visible()
