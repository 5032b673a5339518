"""`scribedock jobs` and `scribedock audit`: jobs and their history, for the operator."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from scribedock.cli.common import DataDir, add_row, fail, plain_table, read_services, show
from scribedock.cli.help import CommandGroup
from scribedock.clock import in_utc

if TYPE_CHECKING:
    from scribedock.reports.audit import AuditEntry

jobs = typer.Typer(cls=CommandGroup, help="Jobs of every account.", no_args_is_help=True)


@jobs.command("late")
def late(data_dir: DataDir = None) -> None:
    """List the jobs that are past their due date and not complete, the latest first."""
    from scribedock.clock import utc_now

    now = utc_now()
    found = read_services(data_dir).listing.late(now)
    if not found:
        print("No jobs are late")
        return
    table = plain_table("Job", "Account", "State", "Priority", "Due (UTC)", "Late by")
    for each in found:
        assert each.due is not None
        add_row(
            table,
            each.id,
            each.username,
            each.status,
            each.priority or "",
            f"{each.due:%Y-%m-%d %H:%M}",
            str(now.replace(microsecond=0) - each.due.replace(microsecond=0)),
        )
    show(table)


def audit(
    job: Annotated[str | None, typer.Option(help="Only about this job: 32 hex digits.")] = None,
    account: Annotated[str | None, typer.Option(help="Only by this account.")] = None,
    since: Annotated[
        datetime | None,
        typer.Option(help="Only from this moment on (UTC).", formats=["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"]),
    ] = None,
    limit: Annotated[int, typer.Option(min=1, help="Show at most this many, the newest.")] = 100,
    failed_logins: Annotated[
        bool, typer.Option("--failed-logins", help="Only failed logins, which are counted by minute.")
    ] = False,
    data_dir: DataDir = None,
) -> None:
    """Show who did what to which job, and whether it was done or refused; newest last."""
    services = read_services(data_dir)
    since = None if since is None else in_utc(since)
    found = None if account is None else services.accounts.by_username(account)
    if account is not None and found is None:
        fail(f"there is no account named {account!r}")
    if failed_logins:
        entries = services.audit.failed_logins(account=found, since=since, limit=limit)
    else:
        job_id = None if job is None else job.strip().lower().replace("-", "")
        entries = services.audit.entries(job_id=job_id, account=found, since=since, limit=limit)
    table = plain_table("At (UTC)", "Account", "From", "Call", "Job", "About", "Outcome")
    for entry in entries:
        add_row(
            table,
            f"{entry.at:%Y-%m-%d %H:%M:%S}",
            entry.username,
            entry.address,
            entry.call,
            entry.job_id,
            entry.about,
            _outcome(entry),
        )
    show(table)


def _outcome(entry: AuditEntry) -> str:
    times = f" ({entry.times} times)" if entry.times > 1 else ""
    return (entry.outcome or "cut short") + times
