"""The pages of the application, as the server sends them: what they load, and what their scripts are told."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from scribedock.accounts.accounts import Account
from scribedock.persons.person import NewPerson, Person
from scribedock.persons.roles import Role
from tests.support.browser import Browser
from tests.support.core import Core
from tests.support.machine.bundle import built_bundle

PASSWORD = "correct horse battery"
ADDRESS = "maria@uni.example"


@pytest.fixture(scope="module", autouse=True)
def bundle() -> None:
    built_bundle()


def somebody(core: Core, account: Account, role: Role) -> str:
    """Return the address of a person in this role."""
    wanted = NewPerson(name=role.value, email=f"{role.value}@uni.example", role=role)
    core.services.persons.create(account, wanted, password=PASSWORD)
    return wanted.email


@pytest.mark.parametrize("path", ["/", "/web", "/web/"])
def test_whoever_types_the_servers_name_gets_to_the_jobs(browser: Browser, path: str) -> None:
    browser.sign_in("admin", "a password")
    assert browser.open(path).path == "/web/jobs"


@pytest.mark.parametrize("path", ["/web/jobs", "/web/new", "/web/jobs?state=Complete&page=2"])
def test_whoever_is_not_signed_in_signs_in_and_gets_to_the_page(
    browser: Browser, maria: Person, path: str
) -> None:
    page = browser.open(path)
    assert page.path == "/web/sign-in"
    page = browser.submit(page, "/sign-in", username=ADDRESS, password=PASSWORD)
    assert str(page.answer.url).removeprefix(browser.base_url) == path


@pytest.mark.parametrize("path", ["/web/jobs", "/web/new"])
def test_a_page_loads_and_calls_this_server_alone(browser: Browser, maria: Person, path: str) -> None:
    browser.sign_in(ADDRESS, PASSWORD)
    answer = browser.open(path).answer
    policy = dict(part.strip().split(" ", 1) for part in answer.headers["content-security-policy"].split(";"))
    assert policy["default-src"] == policy["script-src"] == policy["style-src"] == "'self'"
    assert policy["connect-src"] == "'self'"
    assert policy["object-src"] == policy["base-uri"] == policy["frame-ancestors"] == "'none'"
    assert policy["require-trusted-types-for"] == "'script'"
    assert "camera=()" in answer.headers["permissions-policy"]
    assert answer.headers["referrer-policy"] == "same-origin"
    assert answer.headers["cache-control"] == "no-store"
    inline = [tag for tag in re.findall(r"<script[^>]*>", answer.text) if "src=" not in tag]
    assert all('type="application/json"' in tag for tag in inline)
    assert " style=" not in answer.text and " on" not in "".join(re.findall(r"<[a-z][^>]*>", answer.text))
    for path in re.findall(r'(?:src|href)="(/web/static/[^"]+)"', answer.text):
        assert browser.request("GET", path).status_code == 200


def test_uploads_may_go_where_the_servers_urls_lead(build_browser: Callable[..., Browser]) -> None:
    url = "https://captions.example.org"
    browser = build_browser({"public_url": url}, base_url=url)
    browser.sign_in("admin", "a password")
    policy = browser.request("GET", "/web/new").headers["content-security-policy"]
    assert "connect-src 'self' https://captions.example.org;" in policy


@pytest.mark.parametrize(
    ("role", "pages"),
    [
        (Role.OWNER, {"jobs", "new"}),
        (Role.ADMINISTRATOR, {"jobs"}),
        (Role.REQUESTER, {"jobs", "new"}),
        (Role.REVIEWER, {"jobs", "reviews"}),
    ],
)
def test_the_menu_has_the_pages_that_the_role_is_good_for(
    core: Core, browser: Browser, uni: Account, role: Role, pages: set[str]
) -> None:
    page = browser.sign_in(somebody(core, uni, role), PASSWORD)
    found = {link.rpartition("/")[2] for link in page.links}
    assert found & {"jobs", "new", "reviews"} == pages
    assert browser.open("/web/new").status == (200 if "new" in pages else 400)
    assert browser.open("/web/reviews").status == (200 if "reviews" in pages else 400)


@pytest.mark.parametrize(
    ("role", "may_change", "may_read"),
    [
        (Role.OWNER, True, True),
        (Role.ADMINISTRATOR, False, False),
        (Role.REQUESTER, True, True),
        (Role.REVIEWER, False, True),
    ],
)
def test_a_page_offers_only_what_the_role_allows(
    core: Core, browser: Browser, uni: Account, role: Role, may_change: bool, may_read: bool
) -> None:
    data = browser.sign_in(somebody(core, uni, role), PASSWORD).data
    assert (data["mayChange"], data["mayRead"]) == (may_change, may_read)


@pytest.mark.parametrize(
    ("role", "may"),
    [
        (Role.OWNER, {"mayChange", "mayUpload", "mayRead", "mayAudit"}),
        (Role.ADMINISTRATOR, {"mayAudit"}),
        (Role.REQUESTER, {"mayChange", "mayUpload", "mayRead"}),
        (Role.REVIEWER, {"mayRead"}),
    ],
)
def test_the_page_of_a_job_offers_only_what_the_role_allows(
    core: Core, browser: Browser, uni: Account, role: Role, may: set[str]
) -> None:
    job = core.job(owner=uni)
    browser.sign_in(somebody(core, uni, role), PASSWORD)
    page = browser.open(f"/web/jobs/{job.id}")
    assert page.data["job"] == job.id and page.data["name"] == job.name
    assert {name for name, value in page.data.items() if name.startswith("may") and value} == may
    assert "media-src 'self' blob:" in page.answer.headers["content-security-policy"]
    assert dict(page.data["formats"])["SRT"] == ".srt"
    assert page.data["presets"]["dcmp"]["characters_per_caption_line"] == 32


def test_there_is_no_page_of_a_job_that_a_person_does_not_see(
    core: Core, browser: Browser, uni: Account, maria: Person
) -> None:
    browser.sign_in(ADDRESS, PASSWORD)
    for job in (core.job().id, "0" * 32, "nothing", "%00"):
        assert browser.open(f"/web/jobs/{job}").status == 404


def test_an_account_that_reviews_has_the_queue(core: Core, browser: Browser, uni: Account) -> None:
    core.services.accounts.set_reviewer(uni, True)
    page = browser.sign_in("uni", PASSWORD)
    assert "/web/reviews" in page.links
    assert browser.open("/web/reviews").status == 200


def test_what_people_named_a_job_is_no_markup(core: Core, browser: Browser) -> None:
    job = core.job()
    core.services.jobs.update(job.id, name="</title><script>alert(1)</script>")
    browser.sign_in("admin", "a password")
    answer = browser.open(f"/web/jobs/{job.id}").answer
    assert "<script>alert" not in answer.text and "&lt;script&gt;alert" in answer.text


def test_jobs_can_be_narrowed_to_the_accounts_that_a_person_sees(
    core: Core, browsers: Callable[..., Browser], uni: Account, maria: Person
) -> None:
    core.services.accounts.create("library", PASSWORD, parent="uni")
    core.services.accounts.create("stranger", PASSWORD, parent="admin")
    assert browsers().sign_in(ADDRESS, PASSWORD).data["accounts"] == ["library", "uni"]
    assert browsers().sign_in("library", PASSWORD).data["accounts"] == ["library"]


def test_new_offers_what_the_server_can_do(build_browser: Callable[..., Browser]) -> None:
    browser = build_browser({"priorities": "CRITICAL,STANDARD,ECONOMY", "upload_max_bytes": 1000})
    browser.sign_in("admin", "a password")
    offer = browser.open("/web/new").data
    assert offer["languages"] == ["de", "en"] and offer["detectsLanguage"] is True
    assert offer["priorities"] == [["ECONOMY", 96], ["STANDARD", 48], ["CRITICAL", 12]]
    assert offer["maxBytes"] == 1000
    assert offer["isReviewed"] is False


def test_reviews_are_offered_where_somebody_does_them(core: Core, browser: Browser) -> None:
    reviewer = core.services.accounts.create("reviewer", PASSWORD, parent="admin")
    core.services.accounts.set_reviewer(reviewer, True)
    browser.sign_in("admin", "a password")
    assert browser.open("/web/new").data["isReviewed"] is True


def test_scripts_get_the_texts_of_their_page_in_the_readers_language(
    browsers: Callable[..., Browser],
) -> None:
    facts = browsers(language="de").sign_in("admin", "a password").facts
    assert facts["language"] == "de"
    assert facts["texts"]["jobs.title"] == "Aufträge"
    assert {key.partition(".")[0] for key in facts["texts"]} == {"again", "app", "jobs", "priority", "status"}


def test_what_people_named_themselves_is_no_markup(core: Core, browser: Browser, uni: Account) -> None:
    name = "</script><script>alert(1)</script>"
    wanted = NewPerson(name=name, email=ADDRESS, role=Role.REQUESTER)
    core.services.persons.create(uni, wanted, password=PASSWORD)
    page = browser.sign_in(ADDRESS, PASSWORD)
    assert "<script>alert" not in page.answer.text and "&lt;script&gt;alert" in page.answer.text
