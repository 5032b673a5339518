"""`scribedock budgets`: how much accounts may order and upload in a month."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from typing import TYPE_CHECKING, Annotated, Any

import typer

from scribedock.cli.common import DataDir, audited, fail, read_services, say, services_in_use
from scribedock.cli.help import CommandGroup
from scribedock.cli.output.arguments import find_account
from scribedock.cli.output.documents import AsJson, print_document
from scribedock.cli.output.tables import print_table

if TYPE_CHECKING:
    from scribedock.budgets.budgets import Budget

budgets = typer.Typer(
    cls=CommandGroup, help="Budgets of accounts: minutes and bytes a month.", no_args_is_help=True
)

Name = Annotated[str, typer.Argument(help="Name of the account.", metavar="ACCOUNT")]
NO_LIMIT = "unlimited"
MAX_LIMIT = 2**53 - 1  # what every reader of JSON takes


def _limit_option(what: str) -> typer.models.OptionInfo:
    option: typer.models.OptionInfo = typer.Option(
        help=f"{what} of the account, and of all below it, in a month (UTC), or {NO_LIMIT}.",
        metavar=f"NUMBER|{NO_LIMIT}",
    )
    return option


@budgets.command("show")
def show_budgets(
    name: Annotated[
        str | None, typer.Argument(help="An account; default: all with a budget.", metavar="ACCOUNT")
    ] = None,
    as_json: AsJson = False,
    data_dir: DataDir = None,
) -> None:
    """Show budgets and what of them is used in this month."""
    with closing(read_services(data_dir)) as services:
        if name is None:
            found = services.budgets.all()
        else:
            found = [services.budgets.of_account(find_account(services, name).id)]
    if as_json:
        print_document({"budgets": [_document(each) for each in found]})
        return
    if not found:
        print("No account has a budget")
        return
    print_table(
        ("Account", "Month", "What", "Used", "Budget", "Left", "Renewed (UTC)"),
        [row for each in found for row in _rows(each)],
        shortened=("Account",),
        right=("Used", "Budget", "Left"),
    )


@budgets.command("set")
def set_budget(
    name: Name,
    minutes: Annotated[
        str | None, _limit_option("Minutes of recordings whose transcription is ordered")
    ] = None,
    upload_bytes: Annotated[str | None, _limit_option("Bytes of recordings that are added")] = None,
    as_json: AsJson = False,
    data_dir: DataDir = None,
) -> None:
    """Set the budget of an account; it counts what was used in this month already."""
    from scribedock.budgets.budgets import Budgeted

    given = {Budgeted.MINUTES: minutes, Budgeted.UPLOAD_BYTES: upload_bytes}
    limits = {what: _parsed(what.value, text) for what, text in given.items() if text is not None}
    if not limits:
        fail("say what to set: --minutes or --upload-bytes")
    with closing(services_in_use(data_dir)) as services:
        found = find_account(services, name)
        about = ", ".join(f"{what.value} {given[what]}" for what in limits)
        with audited(services, "budgets set", found.id, about=about):
            services.budgets.set(found.id, limits)
        budget = services.budgets.of_account(found.id)
    _tell(budget, as_json)


@budgets.command("clear")
def clear_budget(name: Name, as_json: AsJson = False, data_dir: DataDir = None) -> None:
    """Take an account's budget away; those of accounts above it still hold."""
    with closing(services_in_use(data_dir)) as services:
        found = find_account(services, name)
        with audited(services, "budgets clear", found.id):
            services.budgets.clear(found.id)
        budget = services.budgets.of_account(found.id)
    _tell(budget, as_json)


def _parsed(what: str, text: str) -> int | None:
    if text == NO_LIMIT:
        return None
    plain = text.replace("_", "").replace(",", "")
    if not (plain.isascii() and plain.isdecimal()) or int(plain[:20]) > MAX_LIMIT:
        fail(f"--{what.replace('_', '-')}: must be a whole number or {NO_LIMIT}, not {text!r}")
    return int(plain)


def _tell(budget: Budget, as_json: bool) -> None:
    if as_json:
        print_document(_document(budget))
        return
    said = ", ".join(f"{what.value} {limit:,}" for what, limit in budget.limits.items())
    say(f"The budget of {budget.username} a month: {said or 'unlimited'}")


def _rows(budget: Budget) -> Iterator[tuple[str, ...]]:
    from scribedock.budgets.budgets import Budgeted

    for what in Budgeted:
        limit, left = budget.limits.get(what), budget.left(what)
        yield (
            budget.username,
            budget.month,
            what.value,
            f"{budget.used[what]:,}",
            NO_LIMIT if limit is None else f"{limit:,}",
            "" if left is None else f"{left:,}",
            f"{budget.renewed:%Y-%m-%d}",
        )


def _document(budget: Budget) -> dict[str, Any]:
    from scribedock.budgets.budgets import Budgeted

    return {
        "account": budget.username,
        "month": budget.month,
        "renewed": budget.renewed,
        **{
            what.value: {
                "used": budget.used[what],
                "budget": budget.limits.get(what),
                "left": budget.left(what),
            }
            for what in Budgeted
        },
    }
