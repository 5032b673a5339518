"""What people see and change about themselves: their password, their API keys."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from scribedock.accounts.accounts import Account
from scribedock.accounts.sessions import Dialect
from scribedock.errors import BadApiToken
from scribedock.ordering.persons import change_role
from scribedock.persons.person import Identity, NewPerson, Person
from scribedock.persons.roles import Role
from scribedock.persons.signing_in import ProvenPerson
from tests.support.browser import Browser, Page
from tests.support.core import Core

PASSWORD, NEW_PASSWORD = "correct horse battery", "another horse battery"
ADDRESS = "maria@uni.example"
Browsers = Callable[..., Browser]


def test_a_person_changes_the_password_and_other_browsers_are_signed_out(
    browsers: Browsers, maria: Person
) -> None:
    other, browser = browsers(), browsers()
    for each in (other, browser):
        each.enter(ADDRESS, PASSWORD)
    page = browser.submit(
        browser.open("/web/you/password"), "/you/password", current=PASSWORD, password=NEW_PASSWORD
    )
    assert page.path == "/web/you" and "Your password was changed" in page.text
    assert other.open("/web/you").path == "/web/sign-in"
    assert browsers().enter(ADDRESS, PASSWORD).status == 403
    assert browsers().enter(ADDRESS, NEW_PASSWORD).path == "/web/you"


def test_an_owner_changes_the_password_of_the_account(core: Core, browser: Browser, uni: Account) -> None:
    sessions = core.services.sessions
    hashed = core.services.accounts.password_hash("uni")
    assert hashed is not None
    token = sessions.open_with_password(uni.id, hashed[1], idle_s=3600, dialect=Dialect.CLASSIC)
    assert token is not None
    browser.enter("uni", PASSWORD)
    page = browser.open("/web/you/password")
    assert browser.submit(page, "/you/password", current=PASSWORD, password=NEW_PASSWORD).path == "/web/you"
    with pytest.raises(BadApiToken):
        sessions.use(token)


def test_the_current_password_is_needed_and_failures_count(
    build_browser: Callable[..., Browser],
) -> None:
    browser = build_browser({"login_failures": 3})
    page = browser.enter("admin", "a password")
    page = browser.open("/web/you/password")
    for status in (403, 403, 403, 429):
        answer = browser.submit(page, "/you/password", current="wrong", password=NEW_PASSWORD)
        assert answer.status == status


@pytest.mark.parametrize("password", ["", "short", ADDRESS, "x" * 1025])
def test_an_unusable_new_password_is_said(browser: Browser, maria: Person, password: str) -> None:
    browser.enter(ADDRESS, PASSWORD)
    page = browser.open("/web/you/password")
    page = browser.submit(page, "/you/password", current=PASSWORD, password=password)
    assert page.status == 422 and "needs at least 10 characters" in page.text


def test_a_password_is_changed_by_no_other_site(browser: Browser, maria: Person) -> None:
    token = browser.enter(ADDRESS, PASSWORD).form("/sign-out").fields["csrf_token"]
    fields = {"current": PASSWORD, "password": NEW_PASSWORD}
    assert browser.post("/web/you/password", fields).status_code == 403
    answer = browser.post("/web/you/password", {**fields, "csrf_token": token}, origin="https://evil.example")
    assert answer.status_code == 403
    assert browser.post("/web/you/password", {**fields, "csrf_token": token}).status_code == 303


def test_who_signs_in_through_a_provider_has_no_password_to_change(
    core: Core, browser: Browser, uni: Account
) -> None:
    wanted = NewPerson(name="Ada", email="ada@uni.example", role=Role.REVIEWER)
    ada = core.services.persons.create(uni, wanted, identity=Identity(issuer="https://a", subject="1"))
    token = core.services.web_sessions.open(ProvenPerson(person_id=ada.id))
    assert token is not None
    browser.client.cookies.set("scribedock-session", token, domain="captions.example.org", path="/web")
    page = browser.open("/web/you")
    assert "/web/you/password" not in page.links
    assert browser.open("/web/you/password").status == 404


def made_key(page: Page) -> str:
    return page.answer.text.partition("<code>")[2].partition("</code>")[0]


def test_a_person_makes_a_key_uses_it_and_ends_it(
    core: Core, browser: Browser, uni: Account, maria: Person
) -> None:
    browser.enter(ADDRESS, PASSWORD)
    page = browser.open("/web/you/keys")
    assert "There are no API keys." in page.text
    page = browser.submit(page, "/you/keys", name="encoder", scope="upload", days="30")
    key = made_key(page)
    assert len(key) == 32
    owner = core.services.api_keys.owner(key)
    assert owner is not None and owner.account_id == uni.id
    page = browser.open("/web/you/keys")
    assert "encoder" in page.text and key not in page.answer.text
    browser.submit(page, "/keys/end")
    assert core.services.api_keys.owner(key) is None
    assert "has ended" in browser.open("/web/you/keys").text


def test_a_key_ends_with_the_person_who_made_it(core: Core, browser: Browser, maria: Person) -> None:
    browser.enter(ADDRESS, PASSWORD)
    page = browser.open("/web/you/keys")
    keys = [
        made_key(browser.submit(page, "/you/keys", name="a", scope=scope)) for scope in ("upload", "read")
    ]
    change_role(core.services, maria, Role.REVIEWER)
    assert [core.services.api_keys.owner(key) is None for key in keys] == [True, False]
    with core.services.database.write() as connection:
        core.services.persons.disable(connection, maria)
    assert core.services.api_keys.owner(keys[1]) is None
    core.services.persons.enable(maria)
    assert core.services.api_keys.owner(keys[1]) is None, "enabled again, a person makes new keys"


def test_a_person_sees_and_ends_own_keys_and_the_owner_all(
    core: Core, browsers: Browsers, uni: Account, maria: Person
) -> None:
    core.services.api_keys.newest(uni, force_new=True)
    owner, person = browsers(), browsers()
    owner.enter("uni", PASSWORD)
    person.enter(ADDRESS, PASSWORD)
    person.submit(person.open("/web/you/keys"), "/you/keys", name="marias", scope="read")
    entries = core.services.api_keys.list_keys(uni)
    assert [(each.name, each.person_id) for each in entries] == [("", None), ("marias", maria.id)]
    assert "(no name)" not in person.open("/web/you/keys").text
    text = owner.open("/web/you/keys").text
    assert "(no name)" in text and "marias" in text
    token = person.open("/web/you").form("/sign-out").fields["csrf_token"]
    answer = person.post("/web/you/keys/end", {"csrf_token": token, "id": entries[0].id})
    assert answer.status_code == 404


@pytest.mark.parametrize(("scope", "status"), [("all", 403), ("", 403), ("nothing", 403)])
def test_no_key_may_do_more_than_its_maker(
    core: Core, browser: Browser, uni: Account, maria: Person, scope: str, status: int
) -> None:
    browser.enter(ADDRESS, PASSWORD)
    page = browser.submit(browser.open("/web/you/keys"), "/you/keys", name="a", scope=scope)
    assert "You may not do this." in page.text
    assert core.services.api_keys.list_keys(uni) == []


def test_an_administrator_makes_no_keys(core: Core, browser: Browser, uni: Account, maria: Person) -> None:
    change_role(core.services, maria, Role.ADMINISTRATOR)
    browser.enter(ADDRESS, PASSWORD)
    page = browser.open("/web/you/keys")
    assert "Your role makes no API keys." in page.text
    token = page.form("/sign-out").fields["csrf_token"]
    answer = browser.post("/web/you/keys", {"csrf_token": token, "name": "a", "scope": "read"})
    assert "You may not do this." in answer.text
    assert core.services.api_keys.list_keys(uni) == []


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({"name": ""}, "The key needs a name"),
        ({"name": "x" * 256}, "The key needs a name"),
        ({"name": "a\x07"}, "The key needs a name"),
        ({"name": "a", "days": "0"}, "a number from 1 to 3650"),
        ({"name": "a", "days": "3651"}, "a number from 1 to 3650"),
        ({"name": "a", "days": "١"}, "a number from 1 to 3650"),
    ],
)
def test_an_unusable_key_is_said(
    browser: Browser, maria: Person, fields: dict[str, str], problem: str
) -> None:
    browser.enter(ADDRESS, PASSWORD)
    page = browser.submit(browser.open("/web/you/keys"), "/you/keys", scope="read", **fields)
    assert page.status == 422 and problem in page.text and made_key(page) == ""


def test_a_person_ends_the_sessions_of_other_browsers(core: Core, browsers: Browsers, maria: Person) -> None:
    here, *others = (browsers() for _ in range(3))
    for each in (here, *others):
        each.enter(ADDRESS, PASSWORD)
    page = here.open("/web/you")
    assert "You are signed in in 2 other browsers." in page.text
    token = page.form("/sign-out").fields["csrf_token"]
    forged = here.post("/web/you/sign-out-others", {"csrf_token": token}, origin="https://evil.example")
    assert forged.status_code == 403
    page = here.submit(page, "/sign-out-others")
    assert page.path == "/web/you" and "other browser" not in page.text
    assert [each.open("/web/you").path for each in others] == ["/web/sign-in"] * 2
    others[0].enter(ADDRESS, PASSWORD)
    assert "one other browser" in here.open("/web/you").text
    core.clock.advance(14 * 60)
    here.open("/web/you")
    core.clock.advance(2 * 60)
    assert "other browser" not in here.open("/web/you").text, "it has expired"
