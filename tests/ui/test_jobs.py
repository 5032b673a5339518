"""The page Jobs: what it shows, how it is narrowed, and that it is up to date."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from scribedock import app
from tests.captions.sample import say
from tests.support.accounts import child, name_of
from tests.support.finished import finished_job
from tests.ui.visitor import Visitor

pytestmark = pytest.mark.ui

LONG = "Donaudampfschifffahrtsgesellschaftskapitänsmützenabzeichenverordnungsdiskussionsrunde"
ARABIC = "محاضرة في الكيمياء الحيوية"
REASON = "The recording cannot be read: its container says MKV, but it has no audio track."


@pytest.fixture
def filled(visitor: Visitor, services: app.Services) -> Visitor:
    """Return the visitor with jobs in all states."""
    names = {
        "Lecture 1": {"status": "Pending"},
        ARABIC: {"status": "Pending", "due": services.clock.now(), "media_ms": 144_000_000},
        "Lecture 2": {"status": "In Process", "due": services.clock.now(), "progress": 0.42},
        "Interview": {"status": "Reviewing"},
        LONG: {"status": "Complete"},
        "broken.mkv": {"status": "Media Failure", "failure_reason": REASON},
        "Minutes": {"status": "Authorizing"},
    }
    for name, values in names.items():
        job = visitor.client.new_job(job_name=name, language="de" if name == "Minutes" else "en")
        services.jobs.update(job, **values)  # type: ignore[arg-type]
    visitor.go("/web/jobs")
    return visitor


def shown(visitor: Visitor) -> list[str]:
    return [each.strip() for each in visitor.page.locator(".job-name").all_inner_texts()]


def test_each_state_is_said_in_words(filled: Visitor) -> None:
    page = filled.page
    expect(page.get_by_text("7 jobs")).to_be_visible()
    for name, state in (
        ("Lecture 1", "Not ordered"),
        (ARABIC, "Waiting"),
        ("Lecture 2", "Transcribing · 42%"),
        ("Interview", "In review"),
        (LONG, "Complete"),
        ("broken.mkv", "Failed"),
        ("Minutes", "Awaiting authorization"),
    ):
        expect(filled.row(name).locator(".pill")).to_have_text(state)
    expect(filled.row("broken.mkv").get_by_text(REASON)).to_be_visible()
    expect(filled.row(ARABIC).get_by_text("40:00:00")).to_be_visible()
    expect(filled.row(ARABIC).get_by_text("Overdue")).to_be_visible()
    expect(filled.row("Lecture 2").get_by_role("progressbar")).to_have_attribute("value", "0.42")


@pytest.mark.parametrize(
    ("label", "choice", "names"),
    [
        ("State", "In review", ["Interview"]),
        ("Language", "German", ["Minutes"]),
        ("Due", "Overdue", ["Lecture 2", ARABIC]),
    ],
)
def test_a_choice_narrows_the_list_and_reload_and_back_keep_it(
    filled: Visitor, label: str, choice: str, names: list[str]
) -> None:
    page = filled.page
    page.get_by_label(label, exact=True).select_option(label=choice)
    expect(page.locator(".job-name")).to_have_count(len(names))
    assert shown(filled) == names
    page.reload()
    expect(page.locator(".job-name")).to_have_count(len(names))
    assert page.get_by_label(label, exact=True).evaluate("box => box.selectedOptions[0].label") == choice


def test_languages_of_one_name_are_told_apart(visitor: Visitor) -> None:
    for language in ("fil", "tl"):
        visitor.client.new_job(language=language)
    page = visitor.go("/web/jobs")
    names = page.get_by_label("Language", exact=True).locator("option").all_inner_texts()
    assert {"Filipino (fil)", "Filipino (tl)"} <= set(names)
    assert len(set(names)) == len(names)


def test_a_search_that_finds_nothing_leads_back(filled: Visitor) -> None:
    page = filled.page
    page.get_by_label("Search").fill("LECTURE")
    expect(page.locator(".job-name")).to_have_count(2)
    page.get_by_label("Search").fill("no such job")
    expect(page.get_by_text("No matching jobs")).to_be_visible()
    filled.shoot("jobs-none")
    filled.check_accessible()
    page.get_by_role("button", name="Show all jobs").click()
    expect(page.locator(".job-name")).to_have_count(7)
    assert page.get_by_label("Search").input_value() == ""


def test_jobs_come_in_pages(visitor: Visitor, services: app.Services) -> None:
    owner = services.accounts.by_username(name_of(visitor.client))
    assert owner is not None
    for number in range(1, 53):
        services.jobs.create(owner, name=f"Lecture {number}", language="en")
    page = visitor.go("/web/jobs")
    expect(page.get_by_text("1 to 50 of 52")).to_be_visible()
    expect(page.get_by_role("button", name="Previous")).to_be_disabled()
    page.get_by_role("button", name="Next").click()
    expect(page.get_by_text("51 to 52 of 52")).to_be_visible()
    assert shown(visitor) == ["Lecture 2", "Lecture 1"]
    assert page.evaluate("document.activeElement.tagName") == "H1", "a screen reader begins at the top"
    page.go_back()
    expect(page.get_by_text("1 to 50 of 52")).to_be_visible()
    page.goto("/web/jobs?page=9")
    expect(page.get_by_text("51 to 52 of 52")).to_be_visible()


def test_jobs_of_accounts_below_are_named_and_can_be_chosen(visitor: Visitor) -> None:
    library = child(visitor.client, "library")
    library.new_job(job_name="Their job")
    visitor.client.new_job(job_name="My job")
    page = visitor.go("/web/jobs")
    expect(visitor.row("Their job").get_by_text(name_of(library))).to_be_visible()
    page.get_by_label("Account").select_option(name_of(library))
    expect(page.locator(".job-name")).to_have_count(1)
    assert shown(visitor) == ["Their job"]


def test_changes_appear_by_themselves(visitor: Visitor, services: app.Services) -> None:
    page = visitor.go("/web/jobs")
    expect(page.get_by_text("No jobs yet")).to_be_visible()
    job = visitor.client.new_job(job_name="Lecture")
    expect(visitor.row("Lecture").get_by_text("Not ordered")).to_be_visible(timeout=20_000)
    services.jobs.update(job, status="In Process", progress=0.1)
    visitor.client.new_job(job_name="Another")  # its event has the list read again
    expect(visitor.row("Lecture").get_by_text("Transcribing · 10%")).to_be_visible(timeout=20_000)
    services.jobs.stamp_progress(job, 0.5)
    expect(visitor.row("Lecture").get_by_text("Transcribing · 50%")).to_be_visible(timeout=20_000)
    visitor.client.get("job/delete", job_id=job)
    expect(visitor.row("Lecture")).to_have_count(0, timeout=20_000)


def test_a_list_that_cannot_be_read_says_so_and_is_read_again(filled: Visitor) -> None:
    page = filled.page
    page.route("**/web/call/job/list", lambda route: route.abort())
    page.get_by_label("Search").fill("lecture")
    expect(page.get_by_text("The jobs could not be loaded")).to_be_visible()
    filled.shoot("jobs-unreadable")
    filled.check_accessible()
    page.unroute("**/web/call/job/list")
    page.get_by_role("button", name="Try again").click()
    expect(page.locator(".job-name")).to_have_count(2)


def test_a_session_that_has_ended_is_said_and_signing_in_leads_back(
    visitor: Visitor, services: app.Services
) -> None:
    visitor.client.new_job(job_name="Lecture")
    page = visitor.go("/web/jobs?search=lect")
    account = services.accounts.by_username(name_of(visitor.client))
    assert account is not None
    services.web_sessions.close_all_of(services.persons.owner_of(account))
    page.get_by_label("Search").fill("lecture")
    dialog = page.get_by_role("dialog", name="Your session has ended")
    expect(dialog).to_be_visible()
    visitor.shoot("signed-out-dialog")
    dialog.get_by_role("button", name="Sign in").click()
    page.fill("#username", name_of(visitor.client))
    page.fill("#password", "first")
    page.press("#password", "Enter")
    page.wait_for_url("**/web/jobs?search=lecture")


def test_a_page_that_nobody_touches_says_that_its_session_has_ended(
    visitor: Visitor, services: app.Services
) -> None:
    page = visitor.go("/web/jobs")
    account = services.accounts.by_username(name_of(visitor.client))
    assert account is not None
    services.web_sessions.close_all_of(services.persons.owner_of(account))
    visitor.context.set_offline(True)  # its stream breaks, and is opened again
    visitor.context.set_offline(False)
    expect(page.get_by_role("dialog", name="Your session has ended")).to_be_visible()


def test_several_jobs_are_chosen_and_downloaded_or_deleted_together(
    visitor: Visitor, services: app.Services
) -> None:
    jobs = {}
    for name in ("Lecture 1", "Lecture 2", "Lecture 3"):
        jobs[name] = finished_job(services, say("The sea is deep."), username=name_of(visitor.client))
        services.jobs.update(jobs[name], name=name)
    visitor.client.new_job(job_name="Minutes")
    page = visitor.go("/web/jobs")
    page.get_by_label("Select all jobs on this page").check()
    expect(page.get_by_text("4 jobs selected")).to_be_visible()
    page.get_by_label("Select Lecture 3").uncheck()
    visitor.shoot("jobs-selected")
    visitor.check_accessible()
    with page.expect_download() as saved:
        page.get_by_role("button", name="Download (zip)").click()
    with zipfile.ZipFile(saved.value.path()) as archive:
        names = set(archive.namelist())
    assert {"Lecture 1.vtt", "Lecture 1.srt", "Lecture 2.txt", "Lecture 2.json"} <= names
    assert "NOT INCLUDED.txt" in names and "Lecture 3.vtt" not in names
    page.get_by_role("group", name="Actions for the selected jobs").get_by_role(
        "button", name="Delete"
    ).click()
    dialog = page.get_by_role("dialog", name="Delete 3 jobs?")
    dialog.get_by_role("button", name="Delete").click()
    expect(page.get_by_text("3 jobs are deleted.")).to_be_visible()
    expect(page.locator(".job-name")).to_have_count(1)
    assert shown(visitor) == ["Lecture 3"]
    page.get_by_role("link", name="Lecture 3").click()
    page.wait_for_url(f"**/web/jobs/{jobs['Lecture 3']}")


def test_several_recordings_are_transcribed_again(visitor: Visitor, quiet: Path) -> None:
    client = visitor.client
    jobs = [client.new_job(job_name=name) for name in ("one", "two")]
    for job in jobs:
        client.upload(job, quiet)
        client.order(job)
        client.finished(job)
    client.new_job(job_name="no recording")
    page = visitor.go("/web/jobs")
    page.get_by_label("Select all jobs on this page").check()
    page.get_by_role("button", name="Transcribe again").first.click()
    dialog = page.get_by_role("dialog", name="Transcribe 3 recordings again")
    assert dialog.get_by_label("Spoken language").input_value() == "", "as before"
    visitor.check_accessible()
    dialog.get_by_role("button", name="Transcribe again").click()
    expect(page.get_by_text("“no recording” could not be transcribed again")).to_be_visible()
    expect(page.get_by_text("2 recordings are being transcribed again.")).to_be_visible()
    expect(page.locator(".job-name")).to_have_count(5)


def test_what_people_named_jobs_is_no_markup(visit: Callable[..., Visitor]) -> None:
    visitor = visit()
    name = "<img src=x onerror=alert(1)> & <b>bold</b>"
    visitor.client.new_job(job_name=name)
    visitor.go("/web/jobs")
    expect(visitor.page.locator(".job-name")).to_have_text(name)
    assert visitor.page.locator(".job-name img").count() == 0
