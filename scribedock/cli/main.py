"""The command line. What a command needs is imported when it runs, so that `--help` is quick."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from scribedock.cli.accounts import account
from scribedock.cli.captions import captions
from scribedock.cli.common import (
    DataDir,
    PasswordStdin,
    add_row,
    audited,
    enter_data_folder,
    fail,
    load_settings,
    open_services,
    or_fail,
    read_password,
    say,
    warn_of_misspelt_settings,
)
from scribedock.cli.jobs import audit, jobs
from scribedock.cli.keys import keys
from scribedock.cli.models import models
from scribedock.cli.serve import serve, worker

cli = typer.Typer(
    name="scribedock",
    help="Self-hosted transcription and captioning that speaks the cielo24 Web Services API.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
cli.add_typer(account, name="account")
cli.add_typer(jobs, name="jobs")
cli.command()(audit)
uploads = typer.Typer(help="Uploads to pre-signed URLs.", no_args_is_help=True)
cli.add_typer(uploads, name="uploads")
cli.add_typer(keys, name="keys")
cli.add_typer(captions, name="captions")
cli.add_typer(models, name="models")
storage = typer.Typer(help="The storage of recordings.", no_args_is_help=True)
cli.add_typer(storage, name="storage")

LONG_LIVED = ("serve", "worker")  # these refuse misspelt settings


@cli.callback()
def before_each_command(context: typer.Context) -> None:
    if context.invoked_subcommand not in LONG_LIVED:
        warn_of_misspelt_settings()


cli.command()(serve)
cli.command()(worker)


@cli.command()
def demo(
    media: Annotated[Path | None, typer.Option(help="Your own recording instead of the shipped one.")] = None,
) -> None:
    """Run the main job from upload to captions over HTTP, on a temporary server of its own."""
    from scribedock.demo import main_job

    raise typer.Exit(main_job.run(media))


@cli.command("walk")
def walk_calls(
    url: Annotated[
        str | None, typer.Option(help="A running server, as https://…; default: a temporary one.")
    ] = None,
    username: Annotated[
        str, typer.Option(help="An account there; the calls are made by a new account below it.")
    ] = "admin",
    password_stdin: PasswordStdin = False,
) -> None:
    """Make every call of the API once and report whether each answers as it should."""
    from scribedock.demo import every_call

    password = read_password(password_stdin, twice=False) if url else ""
    raise typer.Exit(every_call.run(url, username, password))


@cli.command()
def settings(data_dir: DataDir = None) -> None:
    """Print every setting, with secrets hidden."""
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("Setting", no_wrap=True)
    table.add_column("Value", overflow="fold")
    table.add_column("Meaning", overflow="fold")
    for name, value, meaning in load_settings(data_dir).printable():
        add_row(table, name, value, meaning)
    Console().print(table)


@cli.command()
def doctor(data_dir: DataDir = None) -> None:
    """Report what this installation has and what is missing."""
    from scribedock.cli import doctor as checks

    raise typer.Exit(checks.report(load_settings(data_dir)))


@storage.command("check")
def check_storage(data_dir: DataDir = None) -> None:
    """Use the storage in every way that the server does, and report what is wrong with it."""
    from scribedock.storage import check

    raise typer.Exit(check.report(enter_data_folder(data_dir)))


@cli.command()
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
def list_uploads(
    job_id: Annotated[str, typer.Argument(help="The job: 32 hex digits.")], data_dir: DataDir = None
) -> None:
    """List the uploads to a job's upload URLs."""
    from rich.console import Console
    from rich.table import Table

    services = open_services(data_dir)
    job = or_fail(lambda: services.jobs.find_job(job_id))
    found = services.uploads.uploads_of_job(job.id)
    if not found:
        print("Nothing was uploaded to this job's upload URLs yet")
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in ("Upload", "Status", "Bytes", "Of", "Begun (UTC)", "Protocol"):
        table.add_column(heading, justify="right" if heading in ("Bytes", "Of") else "left", no_wrap=True)
    for each in found:
        length = f"{each.length:,}" if each.length is not None else "?"
        add_row(
            table,
            each.id,
            each.status,
            f"{each.bytes:,}",
            length,
            f"{each.created:%Y-%m-%d %H:%M:%S}",
            each.protocol,
        )
    Console().print(table)


@uploads.command("cancel")
def cancel_uploads(
    job_id: Annotated[str, typer.Argument(help="The job: 32 hex digits.")], data_dir: DataDir = None
) -> None:
    """Invalidate every upload URL of a job and discard unfinished uploads."""
    services = open_services(data_dir)
    job = or_fail(lambda: services.jobs.find_job(job_id))
    with audited(services, "uploads cancel", job.account_id, job_id=job.id):
        or_fail(lambda: services.uploads.cancel(job.id, None))
    say(f"The upload URLs of job {job_id} were cancelled")


@captions.command("describe")
def describe(
    job: Annotated[str, typer.Argument(help="Id of a job.")],
    source: Annotated[Path, typer.Argument(help="The audio description: ElementList, SRT, VTT or DFXP.")],
    data_dir: DataDir = None,
) -> None:
    """Add an audio description to a job, for audio_description=true and mixed=true of the API."""
    from scribedock.cli.captions import read_source
    from scribedock.errors import captions_errors
    from scribedock.jobs.languages import iso_code
    from scribedock_captions.elementlist.codec import to_json

    services = open_services(data_dir)

    found = or_fail(lambda: services.jobs.find_job(job.strip().lower().replace("-", "")))

    def store() -> None:
        with captions_errors():
            described = read_source(source, language=iso_code(found.language), duration=found.media_ms)
        services.elementlists.describe(found.id, to_json(described))

    try:
        with audited(services, "captions describe", found.account_id, job_id=found.id):
            or_fail(store)
    except OSError as error:
        fail(f"{source}: {error.strerror}")
    say(f"Job {job} now has an audio description")


def main() -> None:
    cli()
