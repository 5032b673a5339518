"""`scribedock models`: the speech models that there are, and those that are here."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from scribedock.settings import Settings, SettingsError, load

models = typer.Typer(help="Speech models.", no_args_is_help=True)
DataDir = Annotated[Path | None, typer.Option(help="Folder of all state (SCRIBEDOCK_DATA_DIR).")]
Name = Annotated[str, typer.Argument(help="A name that `scribedock models list` shows.")]


@models.command("list")
def list_models(data_dir: DataDir = None) -> None:
    """Show the models that can be fetched, and which of them are here."""
    from rich.console import Console
    from rich.table import Table

    from scribedock.speech.models import CATALOGUE, folder_of

    settings = _settings(data_dir)
    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in ("Model", "Engine", "MB", "Here", "Licence", "What for"):
        table.add_column(heading, justify="right" if heading == "MB" else "left", overflow="fold")
    for name, model in CATALOGUE.items():
        here = "yes" if folder_of(name, settings.data_dir).is_dir() else "no"
        table.add_row(name, model.engine, f"{model.megabytes:,}", here, model.licence, model.about)
    Console().print(table)


@models.command("pull")
def pull_model(
    name: Name,
    hub: Annotated[str | None, typer.Option(help="Another hub than https://huggingface.co.")] = None,
    data_dir: DataDir = None,
) -> None:
    """Fetch a model; goes on where an earlier try broke off."""
    from scribedock.speech.models import folder_of, pull

    settings = _settings(data_dir)
    if folder_of(name, settings.data_dir).is_dir():
        print(f"{name} is here already: {folder_of(name, settings.data_dir)}")
        return
    try:
        folder = pull(name, settings.data_dir, endpoint=hub)
    except SettingsError as error:
        _fail(str(error))
    except OSError as error:
        reason = " ".join(str(error).split())[:300]
        _fail(f"{name} could not be fetched: {reason}")
    print(f"{name} is in {folder}; set SCRIBEDOCK_SPEECH_MODEL={name}")


@models.command("path")
def model_path(name: Name, data_dir: DataDir = None) -> None:
    """Print the folder of a model that is here."""
    from scribedock.speech.models import CATALOGUE, folder_of

    settings = _settings(data_dir)
    found = folder_of(name, settings.data_dir)
    if name not in CATALOGUE or not found.is_dir():
        _fail(f"{name} is not here; fetch it with scribedock models pull {name}")
    print(found)


def _settings(data_dir: Path | None) -> Settings:
    try:
        return load(data_dir=data_dir)
    except SettingsError as error:
        _fail(str(error))


def _fail(message: str) -> NoReturn:
    print(f"scribedock: {message}", file=sys.stderr)
    raise typer.Exit(2)
