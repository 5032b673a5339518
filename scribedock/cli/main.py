"""The command line. What a command needs is imported when it runs, so that `--help` is quick."""

from __future__ import annotations

import typer

from scribedock.cli.accounts import account
from scribedock.cli.captions.group import captions
from scribedock.cli.common import warn_of_misspelt_settings
from scribedock.cli.demo import demo, walk
from scribedock.cli.installation import doctor, settings, storage
from scribedock.cli.jobs import audit, jobs
from scribedock.cli.keys import keys
from scribedock.cli.models import models
from scribedock.cli.serve import serve, worker
from scribedock.cli.uploads import upload, uploads

LONG_LIVED = ("serve", "worker")  # these refuse misspelt settings

cli = typer.Typer(
    name="scribedock",
    help="Self-hosted transcription and captioning that speaks the cielo24 Web Services API.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


@cli.callback()
def before_each_command(context: typer.Context) -> None:
    if context.invoked_subcommand not in LONG_LIVED:
        warn_of_misspelt_settings()


for command in (audit, serve, worker, demo, walk, settings, doctor, upload):
    cli.command()(command)
for name, group in (
    ("account", account),
    ("jobs", jobs),
    ("uploads", uploads),
    ("keys", keys),
    ("captions", captions),
    ("models", models),
    ("storage", storage),
):
    cli.add_typer(group, name=name)


def main() -> None:
    cli()
