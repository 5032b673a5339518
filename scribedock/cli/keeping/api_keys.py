"""`scribedock api-keys`: the API keys of accounts. Those of the server itself are `scribedock keys`."""

from __future__ import annotations

from contextlib import closing
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from scribedock.accounts.scopes import KeyScope
from scribedock.cli.common import (
    DataDir,
    audited,
    fail,
    open_services,
    or_fail,
    read_services,
    say,
)
from scribedock.cli.help import CommandGroup
from scribedock.cli.output.arguments import find_account
from scribedock.cli.output.documents import AsJson, print_document
from scribedock.cli.output.tables import print_table, shown_id

if TYPE_CHECKING:
    from scribedock.accounts.api_keys import KeyEntry

api_keys = typer.Typer(cls=CommandGroup, help="API keys of accounts.", no_args_is_help=True)

MAX_DAYS = 3650


@api_keys.command("create")
def create(
    name: Annotated[str, typer.Argument(help="Name of the account.")],
    key_name: Annotated[str, typer.Option("--name", help="Name of the key, as who uses it.")] = "",
    scope: Annotated[
        KeyScope,
        typer.Option(help="What it is good for: all; upload: jobs, recordings, orders; read: results."),
    ] = KeyScope.ALL,
    days: Annotated[
        float | None, typer.Option(help="Days after which it ends; default: never.", max=MAX_DAYS)
    ] = None,
    data_dir: DataDir = None,
) -> None:
    """Make an API key and print it."""
    from scribedock.accounts.api_keys import NewKey

    if days is not None and not days > 0:
        fail("--days: must be above 0")
    wanted = NewKey(name=key_name, scope=scope, expires_in=None if days is None else timedelta(days=days))
    with closing(open_services(data_dir)) as services:
        found = find_account(services, name)
        or_fail(wanted.check)
        with audited(services, "api-keys create", found.id, about=" ".join((scope, key_name)).strip()):
            print(or_fail(lambda: services.api_keys.newest(found, force_new=True, wanted=wanted)))


@api_keys.command("list")
def list_keys(
    name: Annotated[str | None, typer.Argument(help="Name of an account; default: all.")] = None,
    as_json: AsJson = False,
    data_dir: DataDir = None,
) -> None:
    """List API keys with their last use and their end; the keys themselves are not shown."""
    with closing(read_services(data_dir)) as services:
        chosen = None if name is None else find_account(services, name)
        found = services.api_keys.list_keys(chosen)
        now = services.clock.now()
    if as_json:
        print_document({"api_keys": [_said(each) for each in found]})
        return
    if not found:
        print("There are no API keys")
        return
    print_table(
        ("Id", "Account", "Name", "Scope", "Made", "Last used", "Ends"),
        [
            (
                shown_id(each.id),
                each.username,
                each.name,
                each.scope,
                _day(each.created),
                _day(each.last_used) or "never",
                _end(each, now),
            )
            for each in found
        ],
        shortened=("Account", "Name"),
    )


def _said(key: KeyEntry) -> dict[str, object]:
    return {
        "id": key.id,
        "account": key.username,
        "name": key.name,
        "scope": key.scope.value,
        "created": key.created,
        "last_used": key.last_used,
        "ends": key.ends,
    }


def _day(moment: datetime | None) -> str:
    return "" if moment is None else f"{moment:%Y-%m-%d}"


def _end(key: KeyEntry, now: datetime) -> str:
    has_ended = key.ends is not None and key.ends <= now
    return f"ended {_day(key.ends)}" if has_ended else _day(key.ends)


@api_keys.command("end")
def end(
    key_id: Annotated[str, typer.Argument(help="Id of the key, or the first digits of it.")],
    data_dir: DataDir = None,
) -> None:
    """End an API key and its sessions at once."""
    with closing(open_services(data_dir)) as services:
        key, account_id = or_fail(lambda: services.api_keys.find_key(key_id.strip().lower()))
        with audited(services, "api-keys end", account_id, about=f"{key.id} {key.name}".strip()):
            services.api_keys.end(key.id)
    say(f"The API key {key.name or key.id} of {key.username} has ended")
