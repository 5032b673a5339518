"""`scribedock upload` and `scribedock uploads`: uploads to pre-signed URLs."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from scribedock.cli.common import (
    DataDir,
    audited,
    open_services,
    or_fail,
    read_services,
    say,
)
from scribedock.cli.help import CommandGroup
from scribedock.cli.output.tables import print_table, shown_id

uploads = typer.Typer(cls=CommandGroup, help="Uploads to pre-signed URLs.", no_args_is_help=True)

JobId = Annotated[str, typer.Argument(help="The job: 32 hex digits.")]


def upload(
    url: Annotated[
        str, typer.Argument(help="The URL that request_upload_url returned; - reads it from stdin.")
    ],
    file: Annotated[Path, typer.Argument(help="The recording.", exists=True, dir_okay=False, readable=True)],
    no_digest: Annotated[
        bool,
        typer.Option("--no-digest", help="Do not ask the server to verify the SHA-256 of the recording."),
    ] = False,
    retries: Annotated[
        int, typer.Option(min=0, help="Retries after a failure, counted afresh whenever bytes get through.")
    ] = 8,
) -> None:
    """Upload a recording to a pre-signed URL; an interrupted upload resumes where it broke off."""
    from scribedock.cli.upload import run

    target = sys.stdin.readline().strip() if url == "-" else url
    raise typer.Exit(run(target, file, digest=not no_digest, retries=retries))


@uploads.command("list")
def list_uploads(job_id: JobId, data_dir: DataDir = None) -> None:
    """List the uploads to a job's upload URLs."""
    services = read_services(data_dir)
    job = or_fail(lambda: services.jobs.find_job(job_id))
    found = services.uploads.uploads_of_job(job.id)
    if not found:
        print("Nothing was uploaded to this job's upload URLs yet")
        return
    print_table(
        ("Upload", "Status", "Bytes", "Of", "Begun (UTC)", "Protocol"),
        [
            (
                shown_id(each.id),
                each.status,
                f"{each.bytes:,}",
                f"{each.length:,}" if each.length is not None else "?",
                f"{each.created:%Y-%m-%d %H:%M:%S}",
                each.protocol,
            )
            for each in found
        ],
        right=("Bytes", "Of"),
    )


@uploads.command("cancel")
def cancel_uploads(job_id: JobId, data_dir: DataDir = None) -> None:
    """Invalidate every upload URL of a job and discard unfinished uploads."""
    services = open_services(data_dir)
    job = or_fail(lambda: services.jobs.find_job(job_id))
    with audited(services, "uploads cancel", job.account_id, job_id=job.id):
        or_fail(lambda: services.uploads.cancel(job.id, None))
    say(f"The upload URLs of job {job_id} were cancelled")
