"""`scribedock persons`."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator

import pyotp
import pytest

from scribedock import app
from scribedock.accounts.accounts import Account
from scribedock.accounts.client_address import ClientAddress
from scribedock.demo.mailbox import Mailbox
from scribedock.errors import LoginInvalid
from scribedock.persons.links import LinkUnusable
from scribedock.persons.roles import Role
from scribedock.persons.web_sessions import NotSignedIn
from tests.support.commands import document, done, refusal, run

PASSWORD = "correct horse battery"
HERE = ClientAddress(address="192.0.2.1")
ADA = "ada@uni.example"


@pytest.fixture
def uni(services: app.Services) -> Account:
    return services.accounts.create("uni", PASSWORD, parent="admin")


@pytest.fixture
def ada(services: app.Services, uni: Account) -> str:
    """Return the id of a reviewer with a password."""
    done(
        *("persons", "create", "uni", "--name", "Ada", "--email", ADA, "--role", "reviewer"),
        "--password-stdin",
        text=f"{PASSWORD}\n",
    )
    return services.persons.find_person(ADA).id


@pytest.fixture
def mailbox(monkeypatch: pytest.MonkeyPatch) -> Iterator[Mailbox]:
    with Mailbox() as receiving:
        monkeypatch.setenv("SCRIBEDOCK_SMTP_URL", receiving.url)
        monkeypatch.setenv("SCRIBEDOCK_PUBLIC_URL", "https://captions.example.org")
        yield receiving


def signed_in(services: app.Services, name: str = ADA) -> str:
    proven = asyncio.run(services.person_sign_in.prove_password(name, PASSWORD, HERE))
    token = services.web_sessions.open(proven)
    assert token is not None
    return token


def audited(services: app.Services) -> list[tuple[str, str, str]]:
    return [(each.call, each.username, each.about) for each in services.audit.entries()]


def test_a_person_is_made_and_listed(services: app.Services, ada: str) -> None:
    (listed,) = document("persons", "list", "uni")["persons"]
    assert (listed["id"], listed["name"], listed["email"], listed["role"]) == (ada, "Ada", ADA, "reviewer")
    assert listed["password"] and listed["reads_contents"] and not listed["is_account"]
    assert listed["state"] == "active" and listed["issuer"] is None and listed["last_sign_in"] is None
    lines = done("persons", "list").splitlines()
    assert "Ada" in lines[1] and "never" in lines[1]
    assert audited(services) == [("persons create", "uni", f"{ADA} reviewer")]


def test_a_person_of_a_provider_is_made_by_issuer_and_subject(services: app.Services, uni: Account) -> None:
    refused = refusal("persons", "create", "uni", "--name", "Ada", "--subject", "4711")
    assert "--issuer or SCRIBEDOCK_OIDC_ISSUER" in refused
    given = ("--subject", "4711", "--issuer", "https://login.example")
    made = document("persons", "create", "uni", "--name", "Ada", *given)
    assert (made["issuer"], made["subject"], made["password"]) == ("https://login.example", "4711", False)
    assert "already a person" in refusal("persons", "create", "uni", "--name", "Twin", *given)


def test_an_owner_is_listed_once_signed_in_and_found_before(services: app.Services, uni: Account) -> None:
    assert done("persons", "list") == "There are no persons\n"
    assert document("persons", "sign-out", "uni")["id"] == uni.id
    assert services.persons.owner_of(uni).role is Role.OWNER


def test_an_invitation_is_mailed_listed_and_withdrawn(
    services: app.Services, uni: Account, mailbox: Mailbox
) -> None:
    done("persons", "invite", "uni", ADA, "--name", "Ada", "--role", "reviewer", "--language", "de")
    mail = mailbox.received.get(timeout=30)
    assert mail["To"] == ADA and mail["Subject"] == "Einladung zu uni"
    body = mail.get_body(("plain",))
    assert body is not None
    link = re.search(r"https://captions\.example\.org/web/link/(\S+)", body.get_content())
    assert link is not None and services.person_links.find_link(link[1]).role is Role.REVIEWER
    (waiting,) = document("persons", "list")["invitations"]
    assert (waiting["email"], waiting["account"], waiting["role"]) == (ADA, "uni", "reviewer")
    assert "invited" in done("persons", "list")
    done("persons", "withdraw", "uni", ADA)
    with pytest.raises(LinkUnusable):
        services.person_links.find_link(link[1])
    assert "nobody with the address" in refusal("persons", "withdraw", "uni", ADA)


def test_an_invitation_that_cannot_be_mailed_is_withdrawn(
    services: app.Services, uni: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SCRIBEDOCK_PUBLIC_URL", "https://captions.example.org")
    assert "--print-link" in refusal("persons", "invite", "uni", ADA, "--name", "Ada")
    monkeypatch.setenv("SCRIBEDOCK_SMTP_URL", "smtp://127.0.0.1:9")
    assert "does not take the message" in refusal("persons", "invite", "uni", ADA, "--name", "Ada")
    assert services.person_links.invitations() == []
    assert services.audit.entries()[-1].outcome == "refused"


def test_a_link_can_be_printed_instead_of_mailed(
    services: app.Services, uni: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    invite = ("persons", "invite", "uni", ADA, "--name", "Ada", "--print-link")
    assert "SCRIBEDOCK_PUBLIC_URL" in refusal(*invite)
    monkeypatch.setenv("SCRIBEDOCK_PUBLIC_URL", "https://captions.example.org")
    url = done(*invite).strip()
    assert services.person_links.find_link(url.rpartition("/")[2]).email == ADA
    assert document(*invite)["url"].startswith("https://captions.example.org/web/link/")


def test_a_role_changes_at_once(services: app.Services, ada: str) -> None:
    token = signed_in(services)
    changed = document("persons", "role", ADA, "administrator", "--contents")
    assert (changed["role"], changed["reads_contents"]) == ("administrator", True)
    person = services.web_sessions.use(token).person
    assert person.role is Role.ADMINISTRATOR and person.permissions.reads_contents
    assert "administrator" in done("persons", "role", ada, "administrator")
    assert not services.web_sessions.use(token).person.permissions.reads_contents
    assert audited(services)[-2:] == [
        ("persons role", "uni", f"{ADA} administrator contents"),
        ("persons role", "uni", f"{ADA} administrator"),
    ]


def test_a_person_is_disabled_and_enabled(services: app.Services, ada: str) -> None:
    token = signed_in(services)
    assert document("persons", "disable", ADA)["state"] == "disabled"
    with pytest.raises(NotSignedIn):
        services.web_sessions.use(token)
    with pytest.raises(LoginInvalid):
        signed_in(services)
    assert document("persons", "enable", ADA)["state"] == "active"
    assert signed_in(services)


def test_a_person_is_removed_and_the_name_stays_in_the_audit_log(services: app.Services, ada: str) -> None:
    services.audit.begin_entry(account_id=_uni(services), person_id=ada, address="", call="web/sign-in")
    assert "nobody can be asked" in refusal("persons", "remove", ADA)
    removed = document("persons", "remove", ADA, "--yes")
    assert (removed["state"], removed["email"], removed["name"]) == ("removed", None, "Ada")
    assert document("persons", "list")["persons"] == []
    assert [each["id"] for each in document("persons", "list", "--removed")["persons"]] == [ada]
    assert "There is no person" in refusal("persons", "enable", ADA)
    assert "Ada" in {each.person for each in services.audit.entries()}
    done(
        *("persons", "create", "uni", "--name", "Another", "--email", ADA, "--password-stdin"),
        text=f"{PASSWORD}\n",
    )


def _uni(services: app.Services) -> str:
    found = services.accounts.by_username("uni")
    assert found is not None
    return found.id


def test_sessions_end_by_command(services: app.Services, ada: str) -> None:
    tokens = [signed_in(services) for _ in range(2)]
    assert "2 sessions" in done("persons", "sign-out", ADA)
    for token in tokens:
        with pytest.raises(NotSignedIn):
            services.web_sessions.use(token)
    assert document("persons", "sign-out", ADA) == {"id": ada, "sessions_ended": 0}


def test_a_lost_second_factor_is_reset(services: app.Services, ada: str) -> None:
    person = services.persons.find_person(ADA)
    enrolment = services.second_factors.begin(person, issuer="x")
    code = pyotp.TOTP(enrolment.secret).at(int(services.clock.now().timestamp()))
    services.second_factors.confirm(person, code)
    assert document("persons", "list")["persons"][0]["second_factor"]
    assert not document("persons", "reset-second-factor", ADA)["second_factor"]
    assert services.second_factors.codes_left(person) == 0


def test_an_account_may_require_a_second_factor(
    services: app.Services, uni: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert document("persons", "require-second-factor", "uni", "on")["required"]
    assert services.second_factors.is_required(uni.id)
    assert "optional" in done("persons", "require-second-factor", "uni", "off")
    monkeypatch.setenv("SCRIBEDOCK_SECOND_FACTOR", "required")
    assert "a setting or an account above it does" in done("persons", "require-second-factor", "uni", "off")


@pytest.mark.parametrize("command", [("role", "reviewer"), ("disable",), ("remove", "--yes")])
def test_the_owner_that_is_the_account_itself_stays(
    services: app.Services, uni: Account, command: tuple[str, ...]
) -> None:
    name, *more = command
    assert "the account's own name" in refusal("persons", name, "uni", *more)
    assert services.persons.owner_of(uni).disabled is None


@pytest.mark.parametrize("command", ["role", "disable", "enable", "sign-out", "reset-second-factor"])
def test_an_unknown_person_is_said(services: app.Services, command: str) -> None:
    role = ("reviewer",) if command == "role" else ()
    assert "There is no person 'nobody'" in refusal("persons", command, "nobody", *role)


def test_the_roles_are_shown() -> None:
    assert [each["role"] for each in document("persons", "roles")["roles"]] == list(Role)
    assert "reviewer" in done("persons", "roles")


@pytest.mark.parametrize("password", ["short", ADA])
def test_a_password_that_is_unusable_makes_nobody(
    services: app.Services, uni: Account, password: str
) -> None:
    made = run(
        *("persons", "create", "uni", "--name", "Ada", "--email", ADA, "--password-stdin"), text=password
    )
    assert made.exit_code == 2 and "10 to 1024 characters" in made.stderr
    assert services.persons.list_persons() == []
