"""`scribedock persons list` and `roles`."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, Annotated, Any

import typer

from scribedock.cli.common import DataDir, read_services
from scribedock.cli.output.arguments import find_account
from scribedock.cli.output.documents import AsJson, print_document
from scribedock.cli.output.tables import print_table, shown_id

if TYPE_CHECKING:
    from scribedock.persons.links import PersonLink
    from scribedock.persons.person import Person


def list_persons(
    account: Annotated[str | None, typer.Argument(help="Name of an account; default: all.")] = None,
    removed: Annotated[bool, typer.Option("--removed", help="List the removed ones instead.")] = False,
    as_json: AsJson = False,
    data_dir: DataDir = None,
) -> None:
    """List persons, and the invitations that wait; owners of accounts from when they first sign in."""
    with closing(read_services(data_dir)) as services:
        chosen = None if account is None else find_account(services, account)
        found = services.persons.list_persons(chosen, deleted=removed)
        invited = [] if removed else services.person_links.invitations(chosen)
    if as_json:
        print_document({"persons": [document_of(each) for each in found], "invitations": _waiting(invited)})
        return
    if not (found or invited):
        print("There are no persons")
        return
    print_table(
        ("Name", "Email", "Account", "Role", "Signs in", "State", "Last sign-in", "Id"),
        [
            *(
                (
                    each.name,
                    each.email,
                    each.username,
                    role_of(each),
                    _way(each),
                    _state(each),
                    f"{each.last_sign_in:%Y-%m-%d}" if each.last_sign_in else "never",
                    shown_id(each.id),
                )
                for each in found
            ),
            *(
                (each.name, each.email, each.username, each.role.value, "", "invited", "", "")
                for each in invited
            ),
        ],
        shortened=("Name", "Email", "Account"),
    )


def list_roles(as_json: AsJson = False) -> None:
    """Show the roles that a person can have, and what they are good for."""
    from scribedock.persons.roles import ROLES

    if as_json:
        print_document({"roles": [{"role": role.value, "may": each.summary} for role, each in ROLES.items()]})
        return
    print_table(("Role", "May"), [(role.value, each.summary) for role, each in ROLES.items()])


def document_of(person: Person) -> dict[str, Any]:
    """Return what the JSON of a command says about a person."""
    identity = person.identity
    return {
        "id": person.id,
        "account": person.username,
        "name": person.name,
        "email": person.email or None,
        "role": person.role.value,
        "reads_contents": person.permissions.reads_contents,
        "is_account": person.is_account,
        "password": person.has_password,
        "issuer": None if identity is None else identity.issuer,
        "subject": None if identity is None else identity.subject,
        "second_factor": person.has_second_factor,
        "state": _state(person),
        "created": person.created,
        "last_sign_in": person.last_sign_in,
        "disabled": person.disabled,
        "removed": person.deleted,
    }


def role_of(person: Person) -> str:
    """Return the role, with what was granted beyond it."""
    return f"{person.role.value}, contents" if person.reads_contents else person.role.value


def _way(person: Person) -> str:
    way = "account" if person.is_account else "password" if person.has_password else "provider"
    return f"{way}, code" if person.has_second_factor else way


def _state(person: Person) -> str:
    if person.deleted is not None:
        return "removed"
    return "active" if person.disabled is None else "disabled"


def _waiting(invited: list[PersonLink]) -> list[dict[str, Any]]:
    return [
        {
            "account": each.username,
            "name": each.name,
            "email": each.email,
            "role": each.role.value,
            "reads_contents": each.reads_contents,
            "created": each.created,
            "ends": each.ends,
        }
        for each in invited
    ]
