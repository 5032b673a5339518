"""`scribedock settings`, `doctor` and `storage check`: how this installation is set up."""

from __future__ import annotations

import typer

from scribedock.cli.common import DataDir, enter_data_folder, load_settings, say
from scribedock.cli.help import CommandGroup
from scribedock.host.terminal import wrapped

storage = typer.Typer(cls=CommandGroup, help="The storage of recordings.", no_args_is_help=True)


def settings(data_dir: DataDir = None) -> None:
    """Print every setting with its value and meaning, secrets hidden."""
    for name, value, meaning in load_settings(data_dir).printable():
        say(f"{name}={value}")
        print(wrapped(meaning, indent="    "))


def doctor(data_dir: DataDir = None) -> None:
    """Report what this installation has and what is missing."""
    from scribedock.cli.doctor import report

    raise typer.Exit(report(load_settings(data_dir)))


@storage.command("check")
def check_storage(data_dir: DataDir = None) -> None:
    """Use the storage in every way that the server does, and report what is wrong with it."""
    from scribedock.storage.check import report

    raise typer.Exit(report(enter_data_folder(data_dir)))
