"""`scribedock jobs list` and `jobs late`."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from scribedock.cli.common import DataDir, read_services
from scribedock.cli.output.arguments import accounts_below, read_moment
from scribedock.cli.output.documents import AsJson, print_document
from scribedock.cli.output.tables import print_table, shown_id
from scribedock.host.human import age, moment, short_age
from scribedock.jobs.job import Job, JobStatus

if TYPE_CHECKING:
    from collections.abc import Iterable


class JobStateName(StrEnum):
    """The states as the command line spells them: without blanks."""

    AUTHORIZING = "authorizing"
    PENDING = "pending"
    IN_PROCESS = "in-process"
    REVIEWING = "reviewing"
    COMPLETE = "complete"
    MEDIA_FAILURE = "media-failure"


Since = Annotated[
    datetime | None,
    typer.Option(parser=read_moment, help="Only those made since: a time (UTC) or an age, as 12h or 3d."),
]
Before = Annotated[
    datetime | None, typer.Option(parser=read_moment, help="Only those made before: a time or an age.")
]


def list_jobs(
    state: Annotated[
        JobStateName | None, typer.Option(case_sensitive=False, help="Only in this state.")
    ] = None,
    account: Annotated[
        str | None, typer.Option(help="Only of this account and all accounts below it.")
    ] = None,
    name: Annotated[str | None, typer.Option(help="Only with this name; * matches anything.")] = None,
    external_id: Annotated[str | None, typer.Option(help="Only with this external id.")] = None,
    since: Since = None,
    before: Before = None,
    limit: Annotated[int, typer.Option(min=1, help="Show at most this many.")] = 50,
    as_json: AsJson = False,
    data_dir: DataDir = None,
) -> None:
    """List jobs of every account, the newest first."""
    from scribedock.jobs.listing.filter import JobFilter

    services = read_services(data_dir)
    wanted = JobFilter(
        account_ids=accounts_below(services, account),
        status=None if state is None else JobStatus[state.name],
        name=name,
        external_id=external_id,
        dates_from={} if since is None else {"CreationDate": since},
        dates_to={} if before is None else {"CreationDate": before},
        limit=limit,
    )
    matching = services.listing.find(wanted)
    count, found = matching.total, [job for page in services.listing.read(matching) for job in page]
    if as_json:
        print_document({"count": count, "jobs": [job_document(job) for job in found]})
        return
    if not found:
        print("No jobs match")
        return
    now = services.clock.now()
    print_table(
        ("Job", "State", "Priority", "Age", "Account", "Name"),
        (
            (
                shown_id(job.id),
                state_of(job),
                job.priority or "",
                short_age(now - job.created),
                job.username,
                job.name,
            )
            for job in found
        ),
        shortened=("Account", "Name"),
        right=("Age",),
    )
    if count > len(found):
        print(f"{len(found)} of {count} jobs; --limit shows more")


def late(as_json: AsJson = False, data_dir: DataDir = None) -> None:
    """List the jobs that are past their due date and not complete, the latest first."""
    services = read_services(data_dir)
    now = services.clock.now()
    found = services.listing.late(now)
    if as_json:
        print_document({"count": len(found), "jobs": [job_document(job) for job in found]})
        return
    if not found:
        print("No jobs are late")
        return
    print_table(
        ("Job", "State", "Priority", "Due", "Late by", "Account"),
        _late_rows(found, now),
        shortened=("Account",),
    )


def _late_rows(found: Iterable[Job], now: datetime) -> Iterable[tuple[str, ...]]:
    for job in found:
        assert job.due is not None
        late_by = age(now - job.due)
        yield shown_id(job.id), job.status, job.priority or "", moment(job.due), late_by, job.username


def state_of(job: Job) -> str:
    """Return the state as a list shows it, with the progress of what runs."""
    if job.status is JobStatus.IN_PROCESS:
        return f"{job.status} {job.progress:.0%}"
    if job.status is JobStatus.PENDING and job.order_task_id is None:
        return "Not ordered"
    return job.status


def job_document(job: Job) -> dict[str, Any]:
    """Return the job's facts for a program; see docs/commands.md."""
    return {
        "id": job.id,
        "name": job.name,
        "external_id": job.external_id,
        "account": job.username,
        "state": job.status,
        "ordered": job.order_task_id is not None,
        "progress": job.progress,
        "fidelity": job.fidelity,
        "priority": job.priority,
        "language": job.language,
        "target_language": job.target_language,
        "engine": job.engine,
        "media_seconds": None if job.media_ms is None else job.media_ms / 1000,
        "failure_reason": job.failure_reason,
        "sandbox": job.sandbox,
        "created": job.created,
        "started": job.started,
        "due": job.due,
        "completed": job.completed,
        "deleted": job.deleted,
    }
