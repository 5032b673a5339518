"""`scribedock jobs` and `scribedock audit`: what an operator asks about jobs."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import typer

from scribedock.command_line import DataDir, fail, open_services, plain_table, show

jobs = typer.Typer(help="Jobs of every account.", no_args_is_help=True)


@jobs.command("late")
def late(data_dir: DataDir = None) -> None:
    """Show the jobs that were due and are not done, the latest first."""
    from scribedock.clock import utc_now

    now = utc_now()
    found = open_services(data_dir).listing.late(now)
    if not found:
        print("No job is late")
        return
    table = plain_table("Job", "Account", "State", "Priority", "Due (UTC)", "Late by")
    for each in found:
        assert each.due is not None
        table.add_row(
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
    limit: Annotated[int, typer.Option(min=1, help="At most so many, the newest.")] = 100,
    data_dir: DataDir = None,
) -> None:
    """Show who did what to which job, and whether it was done or refused; the newest last."""
    services = open_services(data_dir)
    account_id = None
    if account is not None:
        found = services.accounts.by_username(account)
        if found is None:
            fail(f"there is no account named {account!r}")
        account_id = found.id
    entries = services.audit.entries(
        job_id=None if job is None else job.strip().lower().replace("-", ""),
        account_id=account_id,
        since=since,
        limit=limit,
    )
    table = plain_table("At (UTC)", "Account", "From", "Call", "Job", "About", "Outcome")
    for entry in entries:
        table.add_row(
            f"{entry.at:%Y-%m-%d %H:%M:%S}",
            entry.username,
            entry.address,
            entry.call,
            entry.job_id,
            entry.about,
            entry.outcome or "cut short",
        )
    show(table)
