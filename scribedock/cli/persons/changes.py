"""What the operator changes about persons."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, Annotated

import typer

from scribedock.cli.accounts import Switch
from scribedock.cli.common import DataDir, audited, or_fail, say, services_in_use
from scribedock.cli.output.arguments import Yes, confirm, find_account
from scribedock.cli.output.documents import AsJson, print_document
from scribedock.cli.persons.arguments import AccountName, Contents, PersonName, find_person
from scribedock.cli.persons.lists import document_of, role_of
from scribedock.host.terminal import printable
from scribedock.persons.roles import Role

if TYPE_CHECKING:
    from collections.abc import Callable

    from scribedock.app import Services
    from scribedock.persons.person import Person


def change_role(
    person: PersonName,
    role: Annotated[Role, typer.Argument(help="What the person may do from now on.")],
    contents: Contents = False,
    as_json: AsJson = False,
    data_dir: DataDir = None,
) -> None:
    """Give a person another role, at once; API keys of theirs that may do more end."""
    from scribedock.ordering.persons import change_role as change_role_of

    def change(services: Services, found: Person) -> None:
        change_role_of(services, found, role, reads_contents=contents)

    _change(person, "role", change, as_json, data_dir, about=role.value + (" contents" if contents else ""))


def disable(person: PersonName, as_json: AsJson = False, data_dir: DataDir = None) -> None:
    """Keep a person from signing in: sessions and API keys end, reviews are open to others again."""
    from scribedock.ordering.persons import disable_person

    _change(person, "disable", disable_person, as_json, data_dir)


def enable(person: PersonName, as_json: AsJson = False, data_dir: DataDir = None) -> None:
    """Let a person sign in again."""

    def change(services: Services, found: Person) -> None:
        services.persons.enable(found)

    _change(person, "enable", change, as_json, data_dir)


def remove(person: PersonName, yes: Yes = False, as_json: AsJson = False, data_dir: DataDir = None) -> None:
    """Remove a person; the name stays in the audit log. Who signs in through a provider can come again."""
    from scribedock.ordering.persons import remove_person

    confirm(f"Remove {printable(person)} for good?", yes=yes)
    _change(person, "remove", remove_person, as_json, data_dir)


def sign_out(person: PersonName, as_json: AsJson = False, data_dir: DataDir = None) -> None:
    """End all of a person's sessions in browsers; API keys stay."""
    with closing(services_in_use(data_dir)) as services:
        found = find_person(services, person)
        with audited(services, "persons sign-out", found.account_id, about=_about(found)):
            count = services.web_sessions.close_all_of(found)
    if as_json:
        print_document({"id": found.id, "sessions_ended": count})
    else:
        say(f"{found.name} is signed out ({count} {'session' if count == 1 else 'sessions'})")


def reset_second_factor(person: PersonName, as_json: AsJson = False, data_dir: DataDir = None) -> None:
    """Forget the second factor of a person who has lost it, and end the person's sessions."""

    def change(services: Services, found: Person) -> None:
        services.second_factors.reset(found)
        services.web_sessions.close_all_of(found)

    _change(person, "reset-second-factor", change, as_json, data_dir)


def require_second_factor(
    account: AccountName,
    state: Annotated[Switch, typer.Argument(help="on or off.")],
    as_json: AsJson = False,
    data_dir: DataDir = None,
) -> None:
    """Require a second factor of an account's persons, and of those of all accounts below it, or not."""
    required = state is Switch.ON
    with closing(services_in_use(data_dir)) as services:
        found = find_account(services, account)
        with audited(services, "persons require-second-factor", found.id, about=state):
            services.second_factors.require(found.id, required)
        still = services.second_factors.is_required(found.id)
    if as_json:
        print_document({"account": found.username, "required": still})
    elif still and not required:
        say(f"{found.username} requires none itself, but a setting or an account above it does")
    else:
        say(f"A second factor is {'required' if still else 'optional'} for persons of {found.username}")


def _change(
    person: str,
    command: str,
    change: Callable[[Services, Person], None],
    as_json: bool,
    data_dir: DataDir,
    *,
    about: str = "",
) -> None:
    """Change something about a person, audit it, and show the person as they are then."""
    with closing(services_in_use(data_dir)) as services:
        found = find_person(services, person)
        with audited(
            services, f"persons {command}", found.account_id, about=f"{_about(found)} {about}".strip()
        ):
            or_fail(lambda: change(services, found))
        after = services.persons.by_id(found.id) or found
    document = document_of(after)
    if as_json:
        print_document(document)
    else:
        say(f"{found.name} of {after.username}: {role_of(after)}, {document['state']}")


def _about(person: Person) -> str:
    return person.email or person.name
