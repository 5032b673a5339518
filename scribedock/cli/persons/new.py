"""`scribedock persons invite`, `withdraw` and `create`."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, Annotated

import typer

from scribedock.cli.common import (
    DataDir,
    PasswordStdin,
    audited,
    fail,
    or_fail,
    read_password,
    say,
    services_in_use,
)
from scribedock.cli.output.arguments import find_account
from scribedock.cli.output.documents import AsJson, print_document
from scribedock.cli.persons.arguments import AccountName, Contents, GivenRole
from scribedock.cli.persons.lists import document_of
from scribedock.persons.roles import Role

if TYPE_CHECKING:
    from scribedock.app import Services
    from scribedock.persons.links import MailedLink

Email = Annotated[str, typer.Argument(help="The address, with which the person signs in.", metavar="EMAIL")]


def invite(
    account: AccountName,
    email: Email,
    name: Annotated[str, typer.Option(help="Name of the person, who may change it.")],
    role: GivenRole = Role.REQUESTER,
    contents: Contents = False,
    language: Annotated[str, typer.Option(help="Language of the mail: en or de.")] = "en",
    print_link: Annotated[
        bool, typer.Option("--print-link", help="Print the link instead of mailing it, to hand it over.")
    ] = False,
    as_json: AsJson = False,
    data_dir: DataDir = None,
) -> None:
    """Invite somebody to become a person of an account: a link for a week, by mail."""
    from scribedock.persons.person import NewPerson
    from scribedock.web.texts import LANGUAGES

    if language not in LANGUAGES:
        fail(f"--language: must be one of {', '.join(LANGUAGES)}")
    wanted = NewPerson(name=name, email=email, role=role, reads_contents=contents)
    with closing(services_in_use(data_dir)) as services:
        found = find_account(services, account)
        base_url = _base_url(services)
        if not print_link and services.settings.smtp_url is None:
            fail("this server sends no mail (SCRIBEDOCK_SMTP_URL is not set); --print-link prints the link")
        or_fail(wanted.check)
        with audited(services, "persons invite", found.id, about=f"{email} {role}"):
            mailed = or_fail(lambda: services.person_links.invite(found, wanted))
            if not print_link:
                _send(services, mailed, language, base_url)
    from scribedock.persons.links import link_path

    url = f"{base_url}{link_path(mailed.secret)}" if print_link else None
    if as_json:
        print_document({"email": email, "account": found.username, "ends": mailed.link.ends, "url": url})
    elif url is not None:
        print(url)
    else:
        say(f"An invitation to {found.username} is on its way to {email}")


def _base_url(services: Services) -> str:
    """Return what links start with: the public URL, else that of the server that runs here."""
    from scribedock.host.presence import present_servers

    if services.settings.public_url is not None:
        return services.settings.public_url
    running = present_servers(services.settings.data_dir)
    if not running:
        fail("the link has to start with the server's URL: set SCRIBEDOCK_PUBLIC_URL, or start the server")
    return running[0].url


def _send(services: Services, mailed: MailedLink, language: str, base_url: str) -> None:
    """Mail the link; where that fails, the invitation is withdrawn."""
    import aiosmtplib

    from scribedock.mail import Mailer, MailRefused
    from scribedock.web.letters import letter
    from scribedock.web.texts import Texts

    try:
        Mailer(services.settings).send(letter(mailed, Texts(language=language), base_url))
    except (MailRefused, OSError, aiosmtplib.SMTPException) as error:
        account = services.accounts.by_id(mailed.link.account_id)
        if account is not None:
            services.person_links.withdraw(account, mailed.link.email)
        fail(f"the mail server does not take the message: {error}")


def withdraw(account: AccountName, email: Email, as_json: AsJson = False, data_dir: DataDir = None) -> None:
    """Withdraw an invitation: its link is no longer good."""
    with closing(services_in_use(data_dir)) as services:
        found = find_account(services, account)
        with audited(services, "persons withdraw", found.id, about=email):
            if not services.person_links.withdraw(found, email):
                fail(f"nobody with the address {email!r} is invited to {found.username}")
    if as_json:
        print_document({"email": email, "account": found.username})
    else:
        say(f"The invitation of {email} to {found.username} is withdrawn")


def create(
    account: AccountName,
    name: Annotated[str, typer.Option(help="Name of the person.")],
    email: Annotated[str, typer.Option(help="The address; needed to sign in with a password.")] = "",
    role: GivenRole = Role.REQUESTER,
    contents: Contents = False,
    subject: Annotated[
        str | None,
        typer.Option(help="The person's id (sub) at the provider, through which the person signs in then."),
    ] = None,
    issuer: Annotated[
        str | None, typer.Option(help="Issuer of the provider; default: SCRIBEDOCK_OIDC_ISSUER.")
    ] = None,
    password_stdin: PasswordStdin = False,
    as_json: AsJson = False,
    data_dir: DataDir = None,
) -> None:
    """Make a person of an account, who signs in with a password, or through a provider (--subject)."""
    from scribedock.persons.new_password import check_new_password
    from scribedock.persons.person import Identity, NewPerson

    wanted = NewPerson(name=name, email=email, role=role, reads_contents=contents)
    with closing(services_in_use(data_dir)) as services:
        found = find_account(services, account)
        identity, password = None, None
        if subject is not None:
            used = issuer or services.settings.oidc_issuer
            if not used:
                fail("--subject: name the provider too, with --issuer or SCRIBEDOCK_OIDC_ISSUER")
            identity = Identity(issuer=used, subject=subject)
            or_fail(lambda: wanted.check(needs_email=False))
        else:
            or_fail(wanted.check)
            given = password = read_password(password_stdin)
            or_fail(lambda: check_new_password(given, name, email, found.username))
        with audited(services, "persons create", found.id, about=f"{email or subject} {role}"):
            made = or_fail(
                lambda: services.persons.create(found, wanted, password=password, identity=identity)
            )
    if as_json:
        print_document(document_of(made))
    else:
        say(f"{made.name} is a person of {found.username} now: {role}")
