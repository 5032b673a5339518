"""Invitations and forgotten passwords: the links in mails, and what strangers try with them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from email.message import EmailMessage
from queue import Empty

import pytest

from scribedock.accounts.accounts import Account
from scribedock.demo.mailbox import Mailbox
from scribedock.errors import InvalidQuery
from scribedock.logs import without_secrets
from scribedock.persons.links import LinkUnusable, MailedLink
from scribedock.persons.person import Identity, NewPerson, Person
from scribedock.persons.persons import PersonExists
from scribedock.persons.roles import Role
from tests.support.browser import Browser
from tests.support.core import Core

PASSWORD, NEW_PASSWORD = "correct horse battery", "another horse battery"
PUBLIC_URL = "https://captions.example.org"
ADA = NewPerson(name="Ada", email="Ada@uni.example", role=Role.REVIEWER)
HOUR = 3600.0
Browsers = Callable[..., Browser]


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    with Mailbox() as receiving:
        yield receiving


@pytest.fixture
def core(build_core: Callable[..., Core], mailbox: Mailbox) -> Core:
    return build_core(smtp_url=mailbox.url, public_url=PUBLIC_URL)


@pytest.fixture
def browsers(browsers: Browsers) -> Browsers:
    return lambda **given: browsers(base_url=PUBLIC_URL, **given)


def path_of(mailed: MailedLink) -> str:
    return f"/web/link/{mailed.secret}"


def link_in(mail: EmailMessage) -> str:
    body = mail.get_body(("plain",))
    assert body is not None
    found = re.search(rf"{PUBLIC_URL}(/web/link/\S+)", body.get_content())
    assert found is not None, body.get_content()
    return found[1]


def ask_for_link(browser: Browser, name: str) -> str:
    page = browser.submit(browser.open("/web/forgotten"), "/forgotten", username=name)
    assert page.status == 200
    return page.text


def none_came(mailbox: Mailbox) -> bool:
    try:
        mailbox.received.get_nowait()
    except Empty:
        return True
    return False


def test_an_invited_person_chooses_a_password_and_is_signed_in(
    core: Core, browser: Browser, uni: Account
) -> None:
    mailed = core.services.person_links.invite(uni, ADA)
    page = browser.open(path_of(mailed))
    assert page.path == "/web/invitation" and mailed.secret not in page.answer.text
    assert "Ada@uni.example" in page.text and "Reviewer" in page.text
    browser.submit(page, "/invitation", name="Ada L.", password=NEW_PASSWORD)
    page = browser.open("/web/you")
    assert page.path == "/web/you" and "Ada L." in page.text
    (person,) = core.services.persons.list_persons(uni)
    assert (person.name, person.email, person.role) == ("Ada L.", "Ada@uni.example", Role.REVIEWER)
    browser.submit(page, "/sign-out")
    assert browser.enter("ada@uni.example", NEW_PASSWORD).path == "/web/you"


def test_following_a_link_uses_nothing_up(core: Core, browsers: Browsers, uni: Account) -> None:
    mailed = core.services.person_links.invite(uni, ADA)
    for _ in range(3):
        assert browsers().open(path_of(mailed)).path == "/web/invitation"
    scanner = browsers().request("HEAD", path_of(mailed))
    assert scanner.status_code == 303


def test_a_link_gives_its_secret_to_nobody_else(core: Core, browser: Browser, uni: Account) -> None:
    mailed = core.services.person_links.invite(uni, ADA)
    answer = browser.request("GET", path_of(mailed))
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert mailed.secret not in answer.headers["location"]
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("__Host-scribedock-link=") and "HttpOnly" in cookie and "Max-Age=3600" in cookie
    assert mailed.secret not in without_secrets(f"{PUBLIC_URL}{path_of(mailed)}")
    assert mailed.secret not in without_secrets(f"no route for {path_of(mailed)}")


def test_a_link_is_good_once(core: Core, browsers: Browsers, uni: Account) -> None:
    mailed = core.services.person_links.invite(uni, ADA)
    first, second = browsers(), browsers()
    pages = [each.open(path_of(mailed)) for each in (first, second)]
    first.submit(pages[0], "/invitation", password=NEW_PASSWORD)
    assert first.open("/web/you").path == "/web/you"
    page = second.submit(pages[1], "/invitation", password=NEW_PASSWORD)
    assert page.status == 410 and "used already" in page.text
    assert browsers().open(path_of(mailed)).status == 410
    assert len(core.services.persons.list_persons(uni)) == 1


def test_links_expire(core: Core, browser: Browser, uni: Account, maria: Person) -> None:
    invitation = core.services.person_links.invite(uni, ADA)
    password = core.services.person_links.new_password("maria@uni.example")
    assert password is not None
    core.clock.advance(HOUR)
    assert browser.open(path_of(password)).status == 410
    assert browser.open(path_of(invitation)).status == 200
    core.clock.advance(7 * 24 * HOUR)
    assert browser.open(path_of(invitation)).status == 410
    assert core.services.person_links.sweep() == 2


def test_a_link_for_one_purpose_is_good_for_no_other(core: Core, browser: Browser, uni: Account) -> None:
    mailed = core.services.person_links.invite(uni, ADA)
    browser.open(path_of(mailed))
    assert browser.open("/web/new-password").status == 410
    with pytest.raises(LinkUnusable):
        core.services.person_links.set_password(mailed.secret, "hash")
    assert core.services.person_links.find_link(mailed.secret).email == "Ada@uni.example"


def test_a_form_of_a_link_needs_its_own_token(core: Core, browser: Browser, uni: Account) -> None:
    browser.open(path_of(core.services.person_links.invite(uni, ADA)))
    fields = {"name": "Ada", "password": NEW_PASSWORD}
    for token in ({}, {"csrf_token": "0" * 64}):
        assert browser.post("/web/invitation", {**fields, **token}).status_code == 403
    for origin in ("https://evil.example", "null", None):
        assert browser.post("/web/invitation", fields, origin=origin).status_code == 403
    assert core.services.persons.list_persons(uni) == []


@pytest.mark.parametrize("password", ["", "short", "123456789", "x" * 1025, "ADA@uni.example"])
def test_an_unusable_password_is_said_at_its_field(
    core: Core, browser: Browser, uni: Account, password: str
) -> None:
    page = browser.open(path_of(core.services.person_links.invite(uni, ADA)))
    page = browser.submit(page, "/invitation", name="Ada", password=password)
    assert page.status == 422 and "needs at least 10 characters" in page.text
    assert 'aria-describedby="password-hint problem"' in page.answer.text
    browser.submit(page, "/invitation", password=NEW_PASSWORD)
    assert browser.open("/web/you").path == "/web/you"


@pytest.mark.parametrize("name", ["", " ", "x" * 256, "a\x00b", "\u202egnp"])
def test_an_unusable_name_is_said_at_its_field(core: Core, browser: Browser, uni: Account, name: str) -> None:
    page = browser.open(path_of(core.services.person_links.invite(uni, ADA)))
    page = browser.submit(page, "/invitation", name=name, password=NEW_PASSWORD)
    assert page.status == 422 and "1 to 255 characters" in page.text


def test_a_later_invitation_to_the_same_address_replaces_the_earlier(core: Core, uni: Account) -> None:
    links = core.services.person_links
    first, second = links.invite(uni, ADA), links.invite(uni, ADA)
    with pytest.raises(LinkUnusable):
        links.find_link(first.secret)
    assert [each.ends for each in links.invitations(uni)] == [second.link.ends]
    assert links.withdraw(uni, "ADA@UNI.example") and not links.withdraw(uni, "ada@uni.example")
    assert links.invitations() == []


def test_nobody_is_invited_with_an_address_that_signs_in_already(
    core: Core, browser: Browser, uni: Account, maria: Person
) -> None:
    again = NewPerson(name="M.", email="MARIA@uni.example", role=Role.OWNER)
    with pytest.raises(PersonExists):
        core.services.person_links.invite(uni, again)
    other = core.services.accounts.create("museum", PASSWORD, parent="admin")
    mailed = core.services.person_links.invite(uni, ADA)
    core.services.persons.create(other, ADA, password=PASSWORD)
    page = browser.submit(browser.open(path_of(mailed)), "/invitation", password=NEW_PASSWORD)
    assert page.status == 422 and "Somebody signs in with this address already." in page.text


@pytest.mark.parametrize(
    "email", ["", "ada", "ada@", "@uni", "a b@uni.example", "ada@uni.example\nBcc: x@y", "x" * 300 + "@a.b"]
)
def test_nobody_is_invited_at_what_is_no_address(core: Core, uni: Account, email: str) -> None:
    with pytest.raises(InvalidQuery):
        core.services.person_links.invite(uni, NewPerson(name="Ada", email=email, role=Role.REVIEWER))


def test_a_forgotten_password_is_set_anew_by_mail_and_ends_the_sessions(
    core: Core, browsers: Browsers, mailbox: Mailbox, maria: Person
) -> None:
    before, browser = browsers(), browsers()
    before.enter("maria@uni.example", PASSWORD)
    ask_for_link(browser, "MARIA@uni.example")
    mail = mailbox.received.get(timeout=30)
    assert mail["To"] == "maria@uni.example" and mail["Subject"] == "A new password"
    page = browser.open(link_in(mail))
    page = browser.submit(page, "/new-password", password=NEW_PASSWORD)
    assert page.path == "/web/sign-in" and "Your password was changed" in page.text
    assert before.open("/web/you").path == "/web/sign-in"
    assert browser.enter("maria@uni.example", PASSWORD).status == 403
    assert browser.enter("maria@uni.example", NEW_PASSWORD).path == "/web/you"


def test_the_owner_of_an_account_sets_the_accounts_password_anew(
    core: Core, browser: Browser, mailbox: Mailbox, uni: Account
) -> None:
    ask_for_link(browser, "uni")
    mail = mailbox.received.get(timeout=30)
    assert mail["To"] == "office@uni.example"
    browser.submit(browser.open(link_in(mail)), "/new-password", password=NEW_PASSWORD)
    assert browser.enter("uni", NEW_PASSWORD).path == "/web/you"
    with core.services.database.read():
        assert core.services.accounts.password_hash("uni") is not None


def test_the_answer_is_the_same_whether_there_is_such_a_person(
    core: Core, browsers: Browsers, mailbox: Mailbox, uni: Account, maria: Person
) -> None:
    identity = Identity(issuer="https://login.example", subject="1")
    core.services.persons.create(uni, ADA, identity=identity)
    gone = core.services.persons.create(
        uni, NewPerson(name="Gone", email="gone@uni.example", role=Role.OWNER), password=PASSWORD
    )
    with core.services.database.write() as connection:
        core.services.persons.disable(connection, gone)
    names = [
        "maria@uni.example",
        "nobody@uni.example",
        "ada@uni.example",
        "gone@uni.example",
        "admin",
        "",
        "x" * 900,
    ]
    assert len({ask_for_link(browsers(address=f"192.0.2.{n}"), name) for n, name in enumerate(names)}) == 1
    assert mailbox.received.get(timeout=30)["To"] == "maria@uni.example"
    assert none_came(mailbox)


def test_nobody_fills_the_mailbox_of_somebody_else(
    core: Core, browsers: Browsers, mailbox: Mailbox, maria: Person
) -> None:
    for number in range(6):
        ask_for_link(browsers(address=f"192.0.2.{number}"), "maria@uni.example")
    for _ in range(3):
        mailbox.received.get(timeout=30)
    assert none_came(mailbox)


def test_one_address_asks_only_so_often(browser: Browser, maria: Person) -> None:
    statuses = [
        browser.post("/web/forgotten", {"username": "maria@uni.example"}).status_code for _ in range(11)
    ]
    assert statuses == [200] * 10 + [429]


def test_a_mails_link_starts_with_what_the_operator_has_set(
    core: Core, browsers: Browsers, mailbox: Mailbox, maria: Person
) -> None:
    answer = browsers().request(
        "POST",
        "/web/forgotten",
        content="username=maria@uni.example",
        headers={
            "Content-Type": "application/x-www-form-urlencoded",
            "Origin": PUBLIC_URL,
            "Host": "evil.example",
            "X-Forwarded-Host": "evil.example",
        },
    )
    assert answer.status_code == 200
    assert link_in(mailbox.received.get(timeout=30))


@pytest.mark.parametrize("missing", ["smtp_url", "public_url"])
def test_without_mail_or_a_public_url_the_page_says_whom_to_ask(
    build_browser: Callable[..., Browser], missing: str
) -> None:
    settings = {"smtp_url": "smtp://127.0.0.1:9", "public_url": PUBLIC_URL}
    del settings[missing]
    browser = build_browser(settings, base_url=PUBLIC_URL)
    page = browser.open("/web/forgotten")
    assert "This server sends no mail" in page.text
    assert [form for form in page.forms if form.action.endswith("/forgotten")] == []
    answer = browser.post("/web/forgotten", {"username": "admin"})
    assert "This server sends no mail" in answer.text


def test_a_mail_is_in_the_language_of_whoever_asked_for_it(
    browsers: Browsers, mailbox: Mailbox, maria: Person
) -> None:
    ask_for_link(browsers(language="de"), "maria@uni.example")
    mail = mailbox.received.get(timeout=30)
    assert mail["Subject"] == "Ein neues Passwort"
    html = mail.get_body(("html",))
    assert html is not None and '<html lang="de">' in html.get_content()


def test_a_link_ends_with_its_account(core: Core, browser: Browser, uni: Account, maria: Person) -> None:
    links = [core.services.person_links.invite(uni, ADA), core.services.person_links.new_password("uni")]
    core.services.accounts.disable(uni)
    core.services.accounts.enable(uni)
    for mailed in links:
        assert mailed is not None and browser.open(path_of(mailed)).status == 410


def test_what_was_done_by_links_is_in_the_audit_log(
    core: Core, browser: Browser, mailbox: Mailbox, uni: Account, maria: Person
) -> None:
    ask_for_link(browser, "maria@uni.example")
    page = browser.open(link_in(mailbox.received.get(timeout=30)))
    browser.submit(page, "/new-password", password=NEW_PASSWORD)
    page = browser.open(path_of(core.services.person_links.invite(uni, ADA)))
    browser.submit(page, "/invitation", password=NEW_PASSWORD)
    found = [(each.call, each.username, each.person, each.about) for each in core.services.audit.entries()]
    assert found == [
        ("web/forgotten", "uni", "Maria", ""),
        ("web/new-password", "uni", "Maria", ""),
        ("web/invitation", "uni", "", "Ada@uni.example"),
        ("web/sign-in", "uni", "Ada", ""),
    ]
