"""The commands below `scribedock jobs`."""

from __future__ import annotations

import typer

from scribedock.cli.help import CommandGroup
from scribedock.cli.jobs.changes import cancel, delete, retry
from scribedock.cli.jobs.lists import late, list_jobs
from scribedock.cli.jobs.show import show_job
from scribedock.cli.jobs.watch import watch

jobs = typer.Typer(cls=CommandGroup, help="Jobs of every account.", no_args_is_help=True)
for name, command in (
    ("list", list_jobs),
    ("late", late),
    ("show", show_job),
    ("watch", watch),
    ("retry", retry),
    ("cancel", cancel),
    ("delete", delete),
):
    jobs.command(name)(command)
