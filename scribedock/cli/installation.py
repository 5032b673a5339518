"""`scribedock settings`, `doctor` and `storage check`: how this installation is set up."""

from __future__ import annotations

import typer

from scribedock.cli.common import DataDir, add_row, enter_data_folder, load_settings

storage = typer.Typer(help="The storage of recordings.", no_args_is_help=True)


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


def doctor(data_dir: DataDir = None) -> None:
    """Report what this installation has and what is missing."""
    from scribedock.cli.doctor import report

    raise typer.Exit(report(load_settings(data_dir)))


@storage.command("check")
def check_storage(data_dir: DataDir = None) -> None:
    """Use the storage in every way that the server does, and report what is wrong with it."""
    from scribedock.storage.check import report

    raise typer.Exit(report(enter_data_folder(data_dir)))
