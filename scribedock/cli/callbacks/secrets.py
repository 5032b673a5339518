"""The commands below `scribedock callbacks secret`: what an account's callbacks are signed with."""

from __future__ import annotations

from contextlib import closing
from datetime import timedelta
from typing import Annotated

import typer

from scribedock.cli.common import DataDir, audited, open_services, read_services
from scribedock.cli.help import CommandGroup
from scribedock.cli.output.arguments import find_account
from scribedock.cli.output.documents import AsJson, print_document
from scribedock.cli.output.tables import print_table
from scribedock.host.human import moment

secret = typer.Typer(
    cls=CommandGroup, help="Secrets that an account's callbacks are signed with.", no_args_is_help=True
)

Name = Annotated[str, typer.Argument(help="Name of the account.", metavar="ACCOUNT")]
OVERLAP_HOURS, MAX_OVERLAP_HOURS = 24.0, 24.0 * 366


@secret.command("show")
def show(name: Name, as_json: AsJson = False, data_dir: DataDir = None) -> None:
    """Show the secrets with which the account's callbacks are signed now."""
    with closing(read_services(data_dir)) as services:
        account = find_account(services, name)
        own = services.webhook_secrets.secrets_of(account.id)
        inherited = [] if own else services.webhook_secrets.signing(account.id)
    if as_json:
        secrets = [{"secret": each.secret, "created": each.created, "ends": each.ends} for each in own]
        print_document({"account": account.username, "secrets": secrets, "inherited": inherited})
    elif own:
        print_table(
            ("Secret", "Made", "Ends"),
            [(each.secret, moment(each.created), moment(each.ends) if each.ends else "") for each in own],
        )
    elif inherited:
        print(f"{account.username} has no secret of its own; an account above it has:")
        print("\n".join(inherited))
    else:
        print(f"Callbacks of {account.username} are not signed")


@secret.command("make")
def make(
    name: Name,
    overlap: Annotated[
        float,
        typer.Option(
            "--overlap", min=0, max=MAX_OVERLAP_HOURS, help="Hours for which the one before it signs too."
        ),
    ] = OVERLAP_HOURS,
    data_dir: DataDir = None,
) -> None:
    """Give the account a new secret, and print it."""
    with closing(open_services(data_dir)) as services:
        account = find_account(services, name)
        with audited(services, "callbacks secret make", account.id):
            print(services.webhook_secrets.make(account.id, overlap=timedelta(hours=overlap)))


@secret.command("remove")
def remove(name: Name, data_dir: DataDir = None) -> None:
    """Take its secrets from the account; those of an account above it count then."""
    with closing(open_services(data_dir)) as services:
        account = find_account(services, name)
        with audited(services, "callbacks secret remove", account.id):
            services.webhook_secrets.remove(account.id)
