"""Calls of the API from the pages: who may make them, as whom, and who cannot."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from scribedock.accounts.accounts import Account
from scribedock.persons.person import NewPerson, Person
from scribedock.persons.roles import Role
from tests.support.browser import Browser, Page
from tests.support.client import error_of
from tests.support.core import Core

PASSWORD = "correct horse battery"
ADDRESS = "maria@uni.example"
Browsers = Callable[..., Browser]


@pytest.fixture
def page(browser: Browser, maria: Person) -> Page:
    """Return the page that Maria sees."""
    return browser.sign_in(ADDRESS, PASSWORD)


def test_a_person_calls_in_the_name_of_their_account(core: Core, browser: Browser, page: Page) -> None:
    made = browser.call("job/new", page, job_name="Lecture")
    assert made.status_code == 200
    listed = browser.call("job/list", page)
    assert listed.headers["x-total-count"] == "1"
    [job] = listed.json()["ActiveJobs"]
    assert (job["JobId"], job["JobName"], job["Username"]) == (made.json()["JobId"], "Lecture", "uni")


def test_the_audit_log_names_the_person(core: Core, browser: Browser, page: Page, maria: Person) -> None:
    job_id = browser.call("job/new", page).json()["JobId"]
    browser.call("job/delete", page, job_id=job_id)
    [entry] = [each for each in core.services.audit.entries() if each.call == "job/delete"]
    assert (entry.person_id, entry.job_id) == (maria.id, job_id)


def test_errors_are_those_of_the_api(browser: Browser, page: Page) -> None:
    assert error_of(browser.call("job/info", page)) == (400, "MISSING_PARAMETER")
    assert error_of(browser.call("job/info", page, job_id="0" * 32)) == (400, "ITEM_NOT_FOUND")
    assert error_of(browser.call("job/none", page)) == (404, "INVALID_QUERY")


def test_jobs_of_other_accounts_do_not_exist(core: Core, browser: Browser, page: Page) -> None:
    foreign = core.job()
    assert error_of(browser.call("job/info", page, job_id=foreign.id)) == (400, "ITEM_NOT_FOUND")


@pytest.mark.parametrize(
    "headers",
    [
        {"X-CSRF-Token": ""},
        {"X-CSRF-Token": "0" * 64},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://captions.example.org:8080"},
    ],
)
def test_what_no_page_of_ours_has_sent_does_nothing(
    core: Core, browser: Browser, page: Page, headers: dict[str, str]
) -> None:
    answer = browser.call("job/new", page, headers=headers)
    assert error_of(answer) == (403, "INVALID_QUERY")
    assert browser.call("job/list", page).headers["x-total-count"] == "0"


def test_a_form_of_another_site_does_nothing(browser: Browser, page: Page) -> None:
    answer = browser.post("/web/call/job/new", {"v": "1", "csrf_token": page.facts["csrf"]})
    assert error_of(answer) == (403, "INVALID_QUERY"), "the token must be in the header"


def test_the_token_of_another_session_does_nothing(browsers: Browsers, uni: Account, maria: Person) -> None:
    mine, other = browsers(), browsers()
    page = mine.sign_in(ADDRESS, PASSWORD)
    other.sign_in(ADDRESS, PASSWORD)
    assert error_of(other.call("job/new", page)) == (403, "INVALID_QUERY")


def test_a_link_does_nothing(browser: Browser, page: Page) -> None:
    answer = browser.request("GET", "/web/call/job/new?v=1", headers={"X-CSRF-Token": page.facts["csrf"]})
    assert answer.status_code == 405


def test_whoever_is_not_signed_in_is_told_so_in_json(browsers: Browsers, page: Page) -> None:
    assert error_of(browsers().call("job/list", page)) == (401, "BAD_API_TOKEN")


def test_a_token_of_the_api_opens_nothing_here(core: Core, browsers: Browsers, page: Page) -> None:
    core.services.sessions.keep("a" * 32, core.admin.id, idle_s=3600)
    for headers in ({}, {"Authorization": f"Bearer {'a' * 32}"}):
        answer = browsers().call("job/list", page, api_token="a" * 32, headers=headers)
        assert error_of(answer) == (401, "BAD_API_TOKEN")


def test_a_token_of_the_api_does_not_change_who_calls(core: Core, browser: Browser, page: Page) -> None:
    core.services.sessions.keep("a" * 32, core.admin.id, idle_s=3600)
    answer = browser.call("account/verify_key", page, api_token="a" * 32)
    assert answer.json() == {"name": "uni"}


@pytest.mark.parametrize(
    "name",
    [
        *("account/login", "account/logout", "account/update_password"),
        *("account/generate_api_key", "account/remove_api_key"),
    ],
)
def test_calls_about_sessions_of_the_api_and_credentials_have_no_place_here(
    browser: Browser, page: Page, name: str
) -> None:
    answer = browser.call(name, page, username="admin", password="a password")
    assert error_of(answer) == (404, "INVALID_QUERY")


@pytest.mark.parametrize(
    ("role", "name", "is_allowed"),
    [
        (Role.ADMINISTRATOR, "job/list", True),
        (Role.ADMINISTRATOR, "job/new", False),
        (Role.REVIEWER, "job/list", True),
        (Role.REVIEWER, "job/new", False),
        (Role.REQUESTER, "account/create", False),
        (Role.OWNER, "job/new", True),
    ],
)
def test_the_role_decides_what_may_be_called(
    core: Core, browser: Browser, uni: Account, role: Role, name: str, is_allowed: bool
) -> None:
    wanted = NewPerson(name="Somebody", email=ADDRESS, role=role)
    core.services.persons.create(uni, wanted, password=PASSWORD)
    page = browser.sign_in(ADDRESS, PASSWORD)
    answer = browser.call(name, page, new_username="x", new_password="y" * 12)
    assert (answer.status_code == 200) == is_allowed, answer.text
    if not is_allowed:
        assert error_of(answer) == (400, "ACCOUNT_UNPRIVILEGED")


def test_what_a_page_asks_by_itself_does_not_keep_the_session_alive(
    core: Core, browser: Browser, page: Page
) -> None:
    idle = core.services.settings.web_session_idle_s
    for _ in range(4):
        core.clock.advance(idle / 3)
        answer = browser.call("job/list", page, headers={"X-Background": "1"})
    assert error_of(answer) == (401, "BAD_API_TOKEN")


def test_what_the_person_does_keeps_the_session_alive(core: Core, browser: Browser, page: Page) -> None:
    idle = core.services.settings.web_session_idle_s
    for _ in range(4):
        core.clock.advance(idle / 3)
        answer = browser.call("job/list", page)
    assert answer.status_code == 200


def test_a_page_asks_to_stay_signed_in(core: Core, browser: Browser, page: Page) -> None:
    idle = core.services.settings.web_session_idle_s
    for _ in range(4):
        core.clock.advance(idle / 3)
        assert browser.request("GET", "/web/session").status_code == 204
    core.clock.advance(2 * idle / 3)
    assert browser.request("GET", "/web/session", headers={"X-Background": "1"}).status_code == 204
    core.clock.advance(idle / 2)
    assert error_of(browser.request("GET", "/web/session")) == (401, "BAD_API_TOKEN")
