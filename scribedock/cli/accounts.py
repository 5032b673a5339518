"""`scribedock account`: accounts, as their administrator sees them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from contextlib import nullcontext
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from scribedock.cli.common import (
    DataDir,
    PasswordStdin,
    audited,
    fail,
    open_services,
    or_fail,
    read_password,
    read_services,
    say,
    services_in_use,
    show,
)
from scribedock.cli.help import CommandGroup
from scribedock.cli.output.arguments import Yes, confirm, find_account
from scribedock.cli.output.documents import AsJson, print_document
from scribedock.cli.output.tables import print_table, shown_id
from scribedock.host.terminal import printable

if TYPE_CHECKING:
    from rich.tree import Tree

    from scribedock.accounts.accounts import Account
    from scribedock.app import Services


class Switch(StrEnum):
    ON = "on"
    OFF = "off"


account = typer.Typer(cls=CommandGroup, help="Accounts.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(help="Name of the account.")]


@account.command("create")
def create(
    name: Annotated[str, typer.Argument(help="Name of the new account.")],
    password_stdin: PasswordStdin = False,
    parent: Annotated[
        str | None, typer.Option(help="The account above it; default: the root of the tree.")
    ] = None,
    email: Annotated[str, typer.Option(help="Where mail for the account goes.")] = "",
    reviewer: Annotated[
        bool, typer.Option("--reviewer", help="Whether the account may review jobs.")
    ] = False,
    data_dir: DataDir = None,
) -> None:
    """Create an account."""
    password = read_password(password_stdin)
    services = open_services(data_dir)
    root = services.accounts.root()
    above = root if parent is None else _named(services, parent)
    with nullcontext() if above is None else audited(services, "account create", above.id, about=name):
        made = or_fail(
            lambda: services.accounts.create(
                name, password, parent=above.username if above else None, email=email
            )
        )
        if reviewer:
            services.accounts.set_reviewer(made, True)
    say(f"Account {name} was created")


@account.command("passwd")
def change_password(name: Name, password_stdin: PasswordStdin = False, data_dir: DataDir = None) -> None:
    """Set an account's password and end its sessions."""
    password = read_password(password_stdin)
    services = open_services(data_dir)
    found = _named(services, name)
    with audited(services, "account passwd", found.id):
        or_fail(lambda: services.accounts.set_password(found, password))
    say(f"The password of {name} was changed")


@account.command("disable")
def disable(name: Name, data_dir: DataDir = None) -> None:
    """Disable an account and all accounts below it: their sessions end, their jobs continue."""
    services = open_services(data_dir)
    found = _named(services, name)
    with audited(services, "account disable", found.id):
        count = or_fail(lambda: services.accounts.disable(found))
    say(f"{_counted(count)} disabled")


@account.command("enable")
def enable(name: Name, data_dir: DataDir = None) -> None:
    """Enable an account and all accounts below it again."""
    services = open_services(data_dir)
    found = _named(services, name)
    with audited(services, "account enable", found.id):
        count = or_fail(lambda: services.accounts.enable(found))
    say(f"{_counted(count)} enabled")


@account.command("reviewer")
def reviewer(
    name: Name,
    revoke: Annotated[bool, typer.Option("--revoke", help="Revoke the right instead.")] = False,
    data_dir: DataDir = None,
) -> None:
    """Grant an account the right to review jobs."""
    services = open_services(data_dir)
    found = _named(services, name)
    with audited(services, "account reviewer", found.id, about="revoked" if revoke else ""):
        services.accounts.set_reviewer(found, not revoke)
    say(f"{name} {'may not review any more' if revoke else 'may review jobs'}")


@account.command("sandbox")
def mark_sandbox(
    name: Name, state: Annotated[Switch, typer.Argument(help="on or off.")], data_dir: DataDir = None
) -> None:
    """Make the new jobs of an account, and of all accounts below it, sandbox jobs, or real ones again."""
    services = open_services(data_dir)
    found = _named(services, name)
    with audited(services, "account sandbox", found.id, about=state):
        or_fail(lambda: services.sandboxes.mark(found, state is Switch.ON))
    kind = "a sandbox's" if state is Switch.ON else "real"
    say(f"New jobs of {name} are {kind}")


@account.command("rename")
def rename(
    name: Name,
    new_name: Annotated[str, typer.Argument(help="Its new name.")],
    as_json: AsJson = False,
    data_dir: DataDir = None,
) -> None:
    """Give an account another name, also in its past; its sessions and API keys stay valid."""
    services = services_in_use(data_dir)
    found = find_account(services, name)
    with audited(services, "account rename", found.id, about=f"{name} to {new_name}"):
        renamed = or_fail(lambda: services.account_administration.rename(found, new_name))
    if as_json:
        print_document({"id": found.id, "name": renamed})
    else:
        say(f"Account {name} is named {renamed} now")


@account.command("delete")
def delete(name: Name, yes: Yes = False, as_json: AsJson = False, data_dir: DataDir = None) -> None:
    """Delete an account with its jobs; its name stays in the audit log and the statistics.

    Refuses an account with others below it, and one for whose jobs work is under way.
    """
    from scribedock.jobs.listing.filter import JobFilter
    from scribedock.ordering.delete_account import delete_account

    services = services_in_use(data_dir)
    found = find_account(services, name)
    own = services.listing.count(JobFilter(account_ids=frozenset({found.id})))
    confirm(f"Delete the account {printable(name)} and its jobs ({own}) for good?", yes=yes)
    with audited(services, "account delete", found.id, about=name):
        count = or_fail(lambda: delete_account(services, found))
    if as_json:
        print_document({"id": found.id, "name": name, "jobs_deleted": count})
    else:
        say(f"Account {name} was deleted, with {count} {'job' if count == 1 else 'jobs'}")


@account.command("list")
def list_accounts(
    deleted: Annotated[bool, typer.Option("--deleted", help="List the deleted ones instead.")] = False,
    as_json: AsJson = False,
    data_dir: DataDir = None,
) -> None:
    """List every account by name."""
    accounts = read_services(data_dir).accounts
    found = accounts.list_accounts(deleted=deleted)
    names = {each.id: each.username for each in (*accounts.list_accounts(), *found)}
    if as_json:
        print_document({"accounts": [_document(each, names) for each in found]})
        return
    print_table(
        ("Account", "Below", "State", "Reviewer", "Sandbox", "Email", "Made", "Id"),
        [
            (
                each.username,
                names.get(each.parent_id or "", ""),
                _state(each),
                "yes" if each.reviewer else "",
                "yes" if each.sandbox else "",
                each.email,
                f"{each.created:%Y-%m-%d}",
                shown_id(each.id),
            )
            for each in found
        ],
        shortened=("Account", "Below", "Email"),
    )


def _state(shown: Account) -> str:
    if shown.deleted is not None:
        return "deleted"
    return "active" if shown.disabled is None else "disabled"


def _document(shown: Account, names: Mapping[str, str]) -> dict[str, Any]:
    return {
        "id": shown.id,
        "name": shown.username,
        "parent": names.get(shown.parent_id or ""),
        "state": _state(shown),
        "reviewer": shown.reviewer,
        "sandbox": shown.sandbox,
        "email": shown.email or None,
        "created": shown.created,
        "disabled": shown.disabled,
        "deleted": shown.deleted,
    }


@account.command("tree")
def show_tree(
    name: Annotated[str | None, typer.Argument(help="The account to start from; default: the root.")] = None,
    data_dir: DataDir = None,
) -> None:
    """Show the tree of accounts."""
    services = read_services(data_dir)
    top = services.accounts.root() if name is None else _named(services, name)
    if top is None:
        fail("there are no accounts yet")
    show(_tree(top, services.accounts.list_accounts()))


def _tree(top: Account, every: list[Account]) -> Tree:
    from rich.text import Text
    from rich.tree import Tree

    below: dict[str | None, list[Account]] = defaultdict(list)
    for each in every:
        below[each.parent_id].append(each)
    tree = Tree(Text(_label(top)))
    pending = [(top, tree)]
    while pending:
        above, branch = pending.pop()
        pending += [(each, branch.add(Text(_label(each)))) for each in below[above.id]]
    return tree


def _label(shown: Account) -> str:
    possible = (("reviewer", shown.reviewer), ("sandbox", shown.sandbox), ("disabled", shown.disabled))
    marks = [mark for mark, is_so in possible if is_so]
    name = printable(shown.username)
    return f"{name} ({', '.join(marks)})" if marks else name


def _named(services: Services, name: str) -> Account:
    found = find_account(services, name)
    if found.deleted is not None:
        fail(f"the account {name!r} was deleted on {found.deleted:%Y-%m-%d at %H:%M:%S %Z}")
    return found


def _counted(count: int) -> str:
    return "1 account is" if count == 1 else f"{count} accounts are"
