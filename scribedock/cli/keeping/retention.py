"""`scribedock retention`: how long accounts keep what, and what will be erased."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import closing
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

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
from scribedock.cli.output.arguments import JobId, find_account, find_living_job
from scribedock.cli.output.documents import AsJson, print_document
from scribedock.cli.output.tables import print_table, shown_id
from scribedock.clock import in_utc

if TYPE_CHECKING:
    from scribedock.accounts.accounts import Account
    from scribedock.app import Services
    from scribedock.retention.policies import Policy, Retained
    from scribedock.retention.retention import Due

retention = typer.Typer(
    cls=CommandGroup, help="How long recordings and results are kept.", no_args_is_help=True
)

INHERIT = "inherit"
KEPT_THINGS = {
    "recordings": "recordings",
    "results": "results",
    "partials": "unfinished uploads",
    "audit": "audit log",
}
FOREVER_WORD = "forever"


def _days_option(what: str) -> typer.models.OptionInfo:
    option: typer.models.OptionInfo = typer.Option(
        help=f"Days for which {what} kept, {FOREVER_WORD}, or {INHERIT}: as the account above says.",
        metavar=f"DAYS|{FOREVER_WORD}|{INHERIT}",
    )
    return option


@retention.command("show")
def show_policies(
    name: Annotated[str | None, typer.Argument(help="An account; default: all.")] = None,
    as_json: AsJson = False,
    data_dir: DataDir = None,
) -> None:
    """Show for how many days accounts keep what, and which account or setting says so."""
    with closing(read_services(data_dir)) as services:
        policies = services.policies.of_all()
        chosen = services.accounts.list_accounts() if name is None else [find_account(services, name)]
    if as_json:
        print_document(
            {"accounts": [{"account": each.username} | _said(policies[each.id]) for each in chosen]}
        )
        return
    print_table(
        ("Account", "What", "Kept", "As set by"),
        [row for each in chosen for row in _rows(policies[each.id], each)],
        shortened=("Account", "As set by"),
    )


def _rows(policy: Policy, account: Account) -> Iterable[tuple[str, str, str, str]]:
    """Return a row for each thing that is kept."""
    from scribedock.retention.policies import Retained

    for what in Retained:
        found = policy[what]
        days = "as long as its URL" if what is Retained.PARTIALS and not found.days else _days(found.days)
        yield account.username, KEPT_THINGS[what.value], days, found.source


def _days(days: float) -> str:
    return f"{days:g} days" if days else FOREVER_WORD


def _said(policy: Policy) -> dict[str, object]:
    return {
        what.value: {"days": found.days or None, "source": found.source} for what, found in policy.items()
    }


@retention.command("set")
def set_policy(
    name: Annotated[str, typer.Argument(help="Name of the account; it holds for all below it too.")],
    recordings: Annotated[str | None, _days_option("recordings are")] = None,
    results: Annotated[str | None, _days_option("results are")] = None,
    partials: Annotated[str | None, _days_option("unfinished uploads are")] = None,
    audit: Annotated[str | None, _days_option("entries of the audit log are")] = None,
    data_dir: DataDir = None,
) -> None:
    """Set for how many days an account keeps what, counted from the end of each job."""
    from scribedock.retention.policies import Retained

    given = {
        Retained.RECORDINGS: recordings,
        Retained.RESULTS: results,
        Retained.PARTIALS: partials,
        Retained.AUDIT: audit,
    }
    changed = {what: _parsed(what, text) for what, text in given.items() if text is not None}
    if not changed:
        fail("say what to set: --recordings, --results, --partials or --audit")
    with closing(open_services(data_dir)) as services:
        found = find_account(services, name)
        about = ", ".join(f"{what} {given[what]}" for what in changed)
        with audited(services, "retention set", found.id, about=about):
            or_fail(lambda: services.policies.set_days(found, changed))
        policy = services.policies.of_all()[found.id]
        due = _due_now(services)
    say(", ".join(f"{what}: {_days(policy[what].days)}" for what in changed))
    if due:
        say(f"{due} erasures are due now and made within the hour; scribedock retention preview lists them")


def _parsed(what: Retained, text: str) -> float | None:
    """Return the number of days; None for `inherit`. Ends the command for anything else."""
    from scribedock.retention.policies import FOREVER

    if text == INHERIT:
        return None
    if text == FOREVER_WORD:
        return FOREVER
    try:
        days = float(text)
    except ValueError:
        days = 0.0
    if not days > 0:
        fail(f"--{what}: must be a number of days above 0, {FOREVER_WORD} or {INHERIT}, not {text!r}")
    return days


def _due_now(services: Services) -> int:
    now = services.clock.now()
    return sum(each.at <= now for each in services.retention.preview())


@retention.command("preview")
def preview(
    until: Annotated[
        datetime | None,
        typer.Option(help="Only until this moment (UTC).", formats=["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"]),
    ] = None,
    as_json: AsJson = False,
    data_dir: DataDir = None,
) -> None:
    """List what will be erased and when, as things stand now; the next erasures first."""
    with closing(read_services(data_dir)) as services:
        found = services.retention.preview()
    if until is not None:
        found = [each for each in found if each.at <= in_utc(until)]
    if as_json:
        print_document({"erasures": [_entry(each) for each in found]})
        return
    if not found:
        print("Nothing will be erased")
        return
    print_table(
        ("At (UTC)", "What", "Job", "Account"),
        [
            (f"{each.at:%Y-%m-%d %H:%M}", each.retained, shown_id(each.job_id), each.username)
            for each in found
        ],
        shortened=("Account",),
    )


def _entry(due: Due) -> Mapping[str, object]:
    return {
        "at": due.at,
        "what": due.retained.value,
        "job_id": due.job_id,
        "account": due.username,
    }


@retention.command("protect")
def protect(job_id: JobId, data_dir: DataDir = None) -> None:
    """Exempt a job from retention, until it is unprotected or its account deletes it."""
    _protect(job_id, True, data_dir)


@retention.command("unprotect")
def unprotect(job_id: JobId, data_dir: DataDir = None) -> None:
    """Let retention hold for a job again."""
    _protect(job_id, False, data_dir)


def _protect(job_id: str, protected: bool, data_dir: DataDir) -> None:
    command = "retention protect" if protected else "retention unprotect"
    with closing(open_services(data_dir)) as services:
        job = find_living_job(services, job_id)
        with audited(services, command, job.account_id, job_id=job.id):
            services.jobs.update(job.id, protected=protected)
    say(f"Job {job.id} is {'protected from' if protected else 'subject to'} retention")
