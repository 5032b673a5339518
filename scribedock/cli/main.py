"""The command line. What a command needs is imported when it runs, so that `--help` is quick."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from scribedock import __version__
from scribedock.cli.accounts import account
from scribedock.cli.callbacks.group import callbacks
from scribedock.cli.captions.group import captions
from scribedock.cli.common import explained, warn_of_misspelt_settings
from scribedock.cli.demo import demo, walk
from scribedock.cli.help import CommandGroup, add_examples
from scribedock.cli.installation import doctor, settings, storage
from scribedock.cli.intake.watch import watch
from scribedock.cli.jobs.group import jobs
from scribedock.cli.keeping.api_keys import api_keys
from scribedock.cli.keeping.backup import backup, erasures, restore
from scribedock.cli.keeping.budgets import budgets
from scribedock.cli.keeping.retention import retention
from scribedock.cli.keys import keys
from scribedock.cli.models import models
from scribedock.cli.persons.group import persons
from scribedock.cli.reports.audit_log import audit_log
from scribedock.cli.reports.status import status
from scribedock.cli.serve import serve, worker
from scribedock.cli.transcribe import transcribe
from scribedock.cli.uploads import upload, uploads
from scribedock.cli.webhooks.group import webhooks

LONG_LIVED = ("serve", "worker")  # these refuse misspelt settings

cli = typer.Typer(
    name="scribedock",
    cls=CommandGroup,
    help="Self-hosted transcription and captioning that speaks the cielo24 Web Services API.",
    epilog="`scribedock COMMAND -h` explains a command, with examples. Settings are environment variables: "
    "see `scribedock settings`.",
    context_settings={"help_option_names": ["-h", "--help"]},
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


def _show_version(wanted: bool) -> None:
    if wanted:
        print(f"scribedock {__version__}")
        raise typer.Exit


@cli.callback()
def before_each_command(
    context: typer.Context,
    version: Annotated[
        bool,
        typer.Option("--version", help="Show the version and exit.", callback=_show_version, is_eager=True),
    ] = False,
) -> None:
    if context.invoked_subcommand not in LONG_LIVED:
        warn_of_misspelt_settings()


for command in (
    *(status, serve, worker, watch, demo, walk, settings, doctor, transcribe, upload),
    *(backup, restore),
):
    cli.command()(command)
for name, group in (
    ("account", account),
    ("persons", persons),
    ("jobs", jobs),
    ("callbacks", callbacks),
    ("webhooks", webhooks),
    ("uploads", uploads),
    ("keys", keys),
    ("api-keys", api_keys),
    ("audit", audit_log),
    ("erasures", erasures),
    ("retention", retention),
    ("budgets", budgets),
    ("captions", captions),
    ("models", models),
    ("storage", storage),
):
    cli.add_typer(group, name=name)
add_examples(cli)


def main() -> None:
    """Run the command that the arguments name; what an operator can mend is one line on standard error."""
    try:
        cli(prog_name="scribedock")
    except Exception as error:
        problem = explained(error)
        if problem is None:
            raise
        print(f"scribedock: {problem}", file=sys.stderr)
        sys.exit(2)
