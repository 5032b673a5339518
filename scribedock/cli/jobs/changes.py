"""`scribedock jobs retry`, `cancel` and `delete`: what the operator does to a job."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from scribedock.cli.common import DataDir, audited, or_fail, say, services_in_use
from scribedock.cli.output.arguments import JobIds, Yes, confirm, find_living_job
from scribedock.cli.output.documents import AsJson, print_document
from scribedock.host.terminal import printable

if TYPE_CHECKING:
    from collections.abc import Callable

    from scribedock.app import Services
    from scribedock.jobs.job import Job

CANCELLED_REASON = "The operator cancelled the order"


def retry(
    job_ids: JobIds,
    refused_media: Annotated[
        bool,
        typer.Option("--refused-media", help="Also where the recording was found to be unusable."),
    ] = False,
    as_json: AsJson = False,
    data_dir: DataDir = None,
) -> None:
    """Order failed jobs again, on the terms of the orders that failed."""
    from scribedock.ordering.capabilities import configured_capabilities
    from scribedock.ordering.retry_order import retry_order

    services = services_in_use(data_dir)
    capabilities = configured_capabilities(services.settings)
    _change(
        services,
        _jobs(services, job_ids),
        "jobs retry",
        lambda job: retry_order(services, capabilities, job.id, refused_media=refused_media),
        said="was ordered again",
        as_json=as_json,
    )


def cancel(
    job_ids: JobIds,
    reason: Annotated[str, typer.Option(help="What the customer is told.")] = CANCELLED_REASON,
    as_json: AsJson = False,
    data_dir: DataDir = None,
) -> None:
    """End the orders of jobs: they become Media Failure with a callback, and may be ordered again."""
    services = services_in_use(data_dir)
    _change(
        services,
        _jobs(services, job_ids),
        "jobs cancel",
        lambda job: services.orders.cancel(job.id, reason),
        said="was cancelled",
        as_json=as_json,
    )


def delete(job_ids: JobIds, yes: Yes = False, as_json: AsJson = False, data_dir: DataDir = None) -> None:
    """Delete jobs with their recordings and results; running work ends."""
    from scribedock.ordering.delete_job import delete_job

    services = services_in_use(data_dir)
    found = _jobs(services, job_ids)
    for job in found:
        if not yes:
            say(f"Job {job.id} of {job.username}, {job.status}: {job.name or '(no name)'}")
    confirm(f"Delete {'this job' if len(found) == 1 else f'these {len(found)} jobs'} for good?", yes=yes)
    _change(
        services,
        found,
        "jobs delete",
        lambda job: delete_job(services, job.id, None),
        said="was deleted",
        as_json=as_json,
    )


def _jobs(services: Services, given: list[str]) -> list[Job]:
    """Return the jobs, each once; end the command before anything is done where one is none."""
    found = (find_living_job(services, each) for each in given)
    return list({job.id: job for job in found}.values())


def _change(
    services: Services,
    found: list[Job],
    command: str,
    action: Callable[[Job], str],
    *,
    said: str,
    as_json: bool,
) -> None:
    """Do something to each job, each with its entry in the audit log; say which are done, which not."""
    done: list[dict[str, Any]] = []
    for job in found:
        try:
            with audited(services, command, job.account_id, job_id=job.id):
                task_id = or_fail(lambda: action(job))  # noqa: B023 - it is called at once
        except typer.Exit:  # standard error says why
            continue
        done.append({"id": job.id, "task_id": task_id})
        if not as_json:
            print(f"Job {job.id} {said}; task {printable(task_id)}")
    if as_json:
        print_document({"jobs": done})
    if len(done) < len(found):
        raise typer.Exit(2)
