"""The second factor: set up, asked for, lost, required, and what somebody who knows the password tries."""

from __future__ import annotations

import re
from collections.abc import Callable

import pyotp
import pytest
import sqlalchemy as sa

from scribedock.accounts.accounts import Account
from scribedock.db.tables import recovery_codes, second_factors, sign_in_steps
from scribedock.persons.person import Identity, NewPerson, Person
from scribedock.persons.roles import Role
from scribedock.persons.signing_in import ProvenPerson
from tests.support.browser import Browser, Page
from tests.support.core import Core

PASSWORD, NEW_PASSWORD = "correct horse battery", "another horse battery"
ADDRESS = "maria@uni.example"
HALF_A_MINUTE = 30.0
Browsers = Callable[..., Browser]


class App:
    """An authenticator app, on a phone whose clock is that of the server."""

    def __init__(self, core: Core, secret: str) -> None:
        self._totp = pyotp.TOTP(secret)
        self._core = core

    def code(self, *, later_s: int = 0) -> str:
        return self._totp.at(int(self._core.clock.now().timestamp()) + later_s)

    def wrong(self) -> str:
        """Return a code that is right at no time near."""
        near = {self.code(later_s=30 * step) for step in range(-3, 4)}
        return next(f"{number:06}" for number in range(10) if f"{number:06}" not in near)


def codes_on(page: Page) -> list[str]:
    return re.findall(r"<code>([a-z2-9]{4}(?:-[a-z2-9]{4}){3})</code>", page.answer.text)


def set_up(core: Core, browser: Browser) -> tuple[App, list[str]]:
    """Set the second factor of whoever is signed in up; return the app and the recovery codes."""
    page = browser.open("/web/you/second-factor")
    found = re.search(r"<code>([A-Z2-7]{32})</code>", page.answer.text)
    assert found is not None
    app = App(core, found[1])
    page = browser.submit(page, "/you/second-factor", code=app.code())
    codes = codes_on(page)
    assert len(codes) == 10
    core.clock.advance(HALF_A_MINUTE)
    return app, codes


@pytest.fixture
def app(core: Core, browsers: Browsers, maria: Person) -> App:
    """Return the app of Maria, who has set the second factor up."""
    browser = browsers()
    browser.enter(ADDRESS, PASSWORD)
    return set_up(core, browser)[0]


def test_a_person_sets_it_up_and_signs_in_with_a_code(core: Core, browser: Browser, app: App) -> None:
    page = browser.enter(ADDRESS, PASSWORD)
    assert page.path == "/web/second-factor" and "scribedock-session" not in browser.cookies
    page = browser.submit(page, "/second-factor", code=f" {app.code()[:3]} {app.code()[3:]}")
    assert page.path == "/web/you"
    assert "scribedock-step" not in browser.cookies
    assert "The second factor is on" in browser.open("/web/you/second-factor").text


def test_the_page_shows_a_qr_code_and_the_key(browser: Browser, maria: Person) -> None:
    browser.enter(ADDRESS, PASSWORD)
    page = browser.open("/web/you/second-factor")
    assert 'src="data:image/svg+xml' in page.answer.text
    (uri,) = [link for link in page.links if link.startswith("otpauth://")]
    assert "captions.example.org" in uri and "maria%40uni.example" in uri
    assert browser.open("/web/you/second-factor").links == page.links, "a reload changes nothing"


def test_before_it_is_confirmed_nothing_is_asked_for(core: Core, browsers: Browsers, maria: Person) -> None:
    browser = browsers()
    browser.enter(ADDRESS, PASSWORD)
    page = browser.open("/web/you/second-factor")
    page = browser.submit(page, "/you/second-factor", code="000000")
    assert page.status == 403 and "wrong" in page.text
    assert browsers().enter(ADDRESS, PASSWORD).path == "/web/you"


def test_turning_it_on_ends_the_sessions_of_other_browsers(
    core: Core, browsers: Browsers, maria: Person
) -> None:
    other, browser = browsers(), browsers()
    for each in (other, browser):
        each.enter(ADDRESS, PASSWORD)
    set_up(core, browser)
    assert other.open("/web/you").path == "/web/sign-in"
    assert browser.open("/web/you").path == "/web/you"


def test_the_password_alone_opens_nothing(browser: Browser, app: App) -> None:
    browser.enter(ADDRESS, PASSWORD)
    assert browser.open("/web/you").path == "/web/sign-in"
    for name in ("session", "link"):
        browser.client.cookies.set(
            f"scribedock-{name}",
            browser.cookies["scribedock-step"],
            domain="captions.example.org",
            path="/web",
        )
    assert browser.open("/web/you").path == "/web/sign-in"


def test_a_code_is_good_once(core: Core, browsers: Browsers, app: App) -> None:
    code = app.code()
    first, second = browsers(), browsers()
    pages = [each.enter(ADDRESS, PASSWORD) for each in (first, second)]
    assert first.submit(pages[0], "/second-factor", code=code).path == "/web/you"
    page = second.submit(pages[1], "/second-factor", code=code)
    assert page.status == 403 and "used already" in page.text
    core.clock.advance(HALF_A_MINUTE)
    assert second.submit(page, "/second-factor", code=app.code()).path == "/web/you"


@pytest.mark.parametrize(("later_s", "good"), [(-60, False), (-30, True), (30, True), (60, False)])
def test_a_clock_may_be_half_a_minute_wrong(
    core: Core, browser: Browser, app: App, later_s: int, good: bool
) -> None:
    core.clock.advance(10 * HALF_A_MINUTE)
    page = browser.submit(browser.enter(ADDRESS, PASSWORD), "/second-factor", code=app.code(later_s=later_s))
    assert (page.path == "/web/you") == good


@pytest.mark.parametrize("code", ["", "0", "x" * 10_000, "١٢٣٤٥٦", "ä", "aaaa-aaaa-aaaa-aaaa", "\x00"])
def test_what_is_no_code_is_wrong(browser: Browser, app: App, code: str) -> None:
    page = browser.submit(browser.enter(ADDRESS, PASSWORD), "/second-factor", code=code)
    assert page.status == 403 and "The code is wrong" in page.text


def test_a_recovery_code_is_good_once_and_the_page_says_how_many_are_left(
    core: Core, browsers: Browsers, maria: Person
) -> None:
    browser = browsers()
    browser.enter(ADDRESS, PASSWORD)
    _, codes = set_up(core, browser)
    other = browsers()
    page = other.submit(other.enter(ADDRESS, PASSWORD), "/second-factor", code=codes[3].upper())
    assert page.path == "/web/you"
    assert "9 recovery codes are left." in other.open("/web/you/second-factor").text
    again = browsers()
    assert again.submit(again.enter(ADDRESS, PASSWORD), "/second-factor", code=codes[3]).status == 403


def test_new_recovery_codes_replace_the_old_and_take_the_password(
    core: Core, browsers: Browsers, maria: Person
) -> None:
    browser = browsers()
    browser.enter(ADDRESS, PASSWORD)
    _, old = set_up(core, browser)
    page = browser.open("/web/you/second-factor")
    page = browser.submit(page, "/second-factor/codes", password="wrong")
    assert page.status == 403 and codes_on(page) == []
    new = codes_on(browser.submit(page, "/second-factor/codes", password=PASSWORD))
    assert len(new) == 10 and not set(new) & set(old)
    other = browsers()
    page = other.submit(other.enter(ADDRESS, PASSWORD), "/second-factor", code=old[0])
    assert page.status == 403
    assert other.submit(page, "/second-factor", code=new[0]).path == "/web/you"


def test_after_some_wrong_codes_the_next_has_to_wait_longer_each_time(
    core: Core, browser: Browser, app: App
) -> None:
    page = browser.enter(ADDRESS, PASSWORD)
    wrong = app.wrong()
    statuses = [browser.submit(page, "/second-factor", code=wrong).status for _ in range(6)]
    assert statuses == [403] * 5 + [429]
    refused = browser.submit(page, "/second-factor", code=app.code())
    assert refused.status == 429 and 0 < int(refused.answer.headers["retry-after"]) <= 30
    core.clock.advance(31)
    assert browser.submit(page, "/second-factor", code=app.wrong()).status == 403
    assert int(browser.submit(page, "/second-factor", code=app.code()).answer.headers["retry-after"]) > 31
    core.clock.advance(61)
    assert browser.submit(page, "/second-factor", code=app.code()).path == "/web/you"


def test_another_browser_does_not_get_around_the_wait(core: Core, browsers: Browsers, app: App) -> None:
    for number in range(5):
        browser = browsers(address=f"198.51.100.{number}")
        browser.submit(browser.enter(ADDRESS, PASSWORD), "/second-factor", code=app.wrong())
    browser = browsers(address="203.0.113.9")
    assert browser.submit(browser.enter(ADDRESS, PASSWORD), "/second-factor", code=app.code()).status == 429


def test_wrong_codes_are_in_the_audit_log(core: Core, browser: Browser, app: App) -> None:
    browser.submit(browser.enter(ADDRESS, PASSWORD), "/second-factor", code=app.wrong())
    failed = [each for each in core.services.audit.entries() if each.outcome == "LOGIN_INVALID"]
    assert [each.about for each in failed] == [ADDRESS]


def test_the_step_is_over_after_ten_minutes_and_in_another_browser(
    core: Core, browsers: Browsers, app: App
) -> None:
    browser = browsers()
    page = browser.enter(ADDRESS, PASSWORD)
    stranger = browsers()
    token = page.form("/second-factor").fields["csrf_token"]
    answer = stranger.post("/web/second-factor", {"csrf_token": token, "code": app.code()})
    assert answer.status_code == 403
    core.clock.advance(601)
    page = browser.submit(page, "/second-factor", code=app.code())
    assert page.status == 403 and page.path == "/web/second-factor"
    assert core.services.sign_in_steps.sweep() == 1


@pytest.mark.parametrize("origin", ["https://evil.example", "null", None])
def test_a_code_is_taken_from_no_other_site(browser: Browser, app: App, origin: str | None) -> None:
    token = browser.enter(ADDRESS, PASSWORD).form("/second-factor").fields["csrf_token"]
    for fields in ({"csrf_token": token}, {"csrf_token": "0" * 64}, {}):
        given = origin if fields.get("csrf_token") == token else browser.base_url
        answer = browser.post("/web/second-factor", {**fields, "code": app.code()}, origin=given)
        assert answer.status_code == 403


def test_a_password_that_changes_meanwhile_opens_nothing(
    core: Core, browser: Browser, app: App, maria: Person
) -> None:
    page = browser.enter(ADDRESS, PASSWORD)
    core.services.persons.set_password_hash(maria, "another hash")
    page = browser.submit(page, "/second-factor", code=app.code())
    assert page.path != "/web/you" and "scribedock-session" not in browser.cookies


def test_it_is_turned_off_with_the_password(core: Core, browsers: Browsers, app: App) -> None:
    browser = browsers()
    browser.submit(browser.enter(ADDRESS, PASSWORD), "/second-factor", code=app.code())
    page = browser.open("/web/you/second-factor")
    assert browser.submit(page, "/second-factor/off", password="wrong").status == 403
    token = page.form("/sign-out").fields["csrf_token"]
    browser.post("/web/you/second-factor/off", {"csrf_token": token, "password": PASSWORD})
    assert browsers().enter(ADDRESS, PASSWORD).path == "/web/you"
    with core.services.database.read() as connection:
        for table in (second_factors, recovery_codes):
            assert connection.execute(sa.select(table)).all() == []


def test_where_it_is_required_nothing_else_is_shown_before_it_is_set_up(
    build_browser: Callable[..., Browser],
) -> None:
    browser = build_browser({"second_factor": "required"})
    page = browser.enter("admin", "a password")
    assert page.path == "/web/you/second-factor" and "A second factor is required here." in page.text
    for path in ("/web/", "/web/you", "/web/you/keys", "/web/you/password"):
        assert browser.open(path).path == "/web/you/second-factor"
    assert browser.submit(page, "/sign-out").path == "/web/signed-out"


def test_an_account_requires_it_of_its_persons_and_of_all_below(
    core: Core, browsers: Browsers, uni: Account, maria: Person
) -> None:
    below = core.services.accounts.create("faculty", PASSWORD, parent="uni")
    before = browsers()
    before.enter("faculty", PASSWORD)
    core.services.second_factors.require(uni.id, True)
    assert core.services.second_factors.is_required(below.id)
    assert not core.services.second_factors.is_required(core.admin.id)
    assert before.open("/web/you").path == "/web/you/second-factor", "also of who is signed in"
    browser = browsers()
    assert browser.enter(ADDRESS, PASSWORD).path == "/web/you/second-factor"
    set_up(core, browser)
    page = browser.open("/web/you/second-factor")
    assert [form for form in page.forms if form.action.endswith("/off")] == []
    token = page.form("/sign-out").fields["csrf_token"]
    answer = browser.post("/web/you/second-factor/off", {"csrf_token": token, "password": PASSWORD})
    assert "You may not do this." in answer.text
    assert browsers().enter("admin", "a password").path == "/web/you"
    core.services.second_factors.require(uni.id, False)
    assert browsers().enter("faculty", PASSWORD).path == "/web/you"


def test_a_provider_asks_for_its_own(core: Core, browser: Browser, uni: Account) -> None:
    core.services.second_factors.require(uni.id, True)
    wanted = NewPerson(name="Ada", email="ada@uni.example", role=Role.REVIEWER)
    ada = core.services.persons.create(uni, wanted, identity=Identity(issuer="https://a", subject="1"))
    token = core.services.web_sessions.open(ProvenPerson(person_id=ada.id))
    assert token is not None
    browser.client.cookies.set("scribedock-session", token, domain="captions.example.org", path="/web")
    assert browser.open("/web/you").path == "/web/you"
    assert browser.open("/web/you/second-factor").status == 404


def test_an_operator_resets_it_for_who_has_lost_everything(
    core: Core, browsers: Browsers, app: App, maria: Person
) -> None:
    assert core.services.second_factors.reset(maria)
    assert not core.services.second_factors.reset(maria)
    assert browsers().enter(ADDRESS, PASSWORD).path == "/web/you"


def test_the_key_is_sealed_and_recovery_codes_are_fingerprints(
    core: Core, browsers: Browsers, maria: Person
) -> None:
    browser = browsers()
    browser.enter(ADDRESS, PASSWORD)
    codes = set_up(core, browser)[1]
    browsers().enter(ADDRESS, PASSWORD)
    with core.services.database.read() as connection:
        assert connection.execute(sa.select(sign_in_steps.c.details)).scalars().all()
        raw = connection.exec_driver_sql("SELECT secret FROM second_factors").scalars().all()
        stored = connection.execute(sa.select(recovery_codes.c.fingerprint)).scalars().all()
        details = connection.exec_driver_sql("SELECT details FROM sign_in_steps").scalars().all()
    assert all(each.startswith("fernet:") for each in (*raw, *details))
    assert all(len(each) == 64 for each in stored)
    assert not any(code.replace("-", "") in str(stored) for code in codes)
