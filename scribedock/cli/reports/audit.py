"""`scribedock audit`: who did what to which job."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from scribedock.cli.common import DataDir, fail, read_services
from scribedock.cli.output.tables import print_table, shown_id
from scribedock.clock import in_utc

if TYPE_CHECKING:
    from scribedock.reports.audit import AuditEntry

DEFAULT_LIMIT, MAX_LIMIT = 100, 1_000_000  # entries


def audit(
    context: typer.Context,
    job: Annotated[str | None, typer.Option(help="Only about this job: 32 hex digits.")] = None,
    account: Annotated[str | None, typer.Option(help="Only by this account.")] = None,
    since: Annotated[
        datetime | None,
        typer.Option(help="Only from this moment on (UTC).", formats=["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"]),
    ] = None,
    limit: Annotated[
        int | None,
        typer.Option(min=1, help="Show at most this many, the newest; default: 100, with --json all."),
    ] = None,
    failed_logins: Annotated[
        bool, typer.Option("--failed-logins", help="Only failed logins, which are counted by minute.")
    ] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print a JSON object a line, with the hashes of the chain.")
    ] = False,
    data_dir: DataDir = None,
) -> None:
    """Show who did what to which job, and whether it was done or refused; newest last."""
    if context.invoked_subcommand is not None:
        return
    services = read_services(data_dir)
    since = None if since is None else in_utc(since)
    found = None if account is None else services.accounts.by_username(account)
    if account is not None and found is None:
        fail(f"there is no account named {account!r}")
    if as_json and not (failed_logins or job or account or limit):
        _print_lines(services.audit.export(since=since))
        return
    limit = limit or (MAX_LIMIT if as_json else DEFAULT_LIMIT)
    if failed_logins:
        entries = services.audit.failed_logins(account=found, since=since, limit=limit)
    else:
        job_id = None if job is None else job.strip().lower().replace("-", "")
        entries = services.audit.entries(job_id=job_id, account=found, since=since, limit=limit)
    if as_json:
        _print_lines(entries)
        return
    print_table(
        ("At (UTC)", "Account", "Person", "From", "Call", "Job", "About", "Outcome"),
        [
            (
                f"{entry.at:%Y-%m-%d %H:%M:%S}",
                entry.username,
                entry.person,
                entry.address,
                entry.call,
                shown_id(entry.job_id),
                entry.about,
                _outcome(entry),
            )
            for entry in entries
        ],
        shortened=("Account", "Person", "From", "Call", "About"),
    )


def _print_lines(entries: Iterable[AuditEntry]) -> None:
    """Print each entry as JSON on a line of its own."""
    for entry in entries:
        print(json.dumps(entry.document()))


def _outcome(entry: AuditEntry) -> str:
    times = f" ({entry.times} times)" if entry.times > 1 else ""
    return (entry.outcome or "cut short") + times
