"""What several commands about persons take."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from scribedock.cli.common import or_fail
from scribedock.persons.roles import Role

if TYPE_CHECKING:
    from scribedock.app import Services
    from scribedock.persons.person import Person

AccountName = Annotated[str, typer.Argument(help="Name of the account.", metavar="ACCOUNT")]
PersonName = Annotated[
    str,
    typer.Argument(
        help="The person's address or id, or the name of the account whose owner is meant.", metavar="PERSON"
    ),
]
GivenRole = Annotated[Role, typer.Option(help="What the person may do; see `scribedock persons roles`.")]
Contents = Annotated[
    bool,
    typer.Option("--contents", help="Let an administrator read transcripts, captions and recordings too."),
]


def find_person(services: Services, wanted: str) -> Person:
    """Return the person; else end the command. An account's owner is known before the first sign-in."""
    account = services.accounts.by_username(wanted)
    if account is not None and account.deleted is None:
        services.persons.owner_of(account)
    return or_fail(lambda: services.persons.find_person(wanted))
