"""`scribedock models`: the speech models that can be downloaded, and those that are installed."""

from __future__ import annotations

from typing import Annotated

import typer

from scribedock.cli.common import DataDir, enter_data_folder, fail, load_settings, plain_table, show
from scribedock.cli.help import CommandGroup
from scribedock.settings import SettingsError

models = typer.Typer(cls=CommandGroup, help="Speech models.", no_args_is_help=True)
Name = Annotated[str, typer.Argument(help="A name that `scribedock models list` shows.")]


@models.command("list")
def list_models(data_dir: DataDir = None) -> None:
    """List the models that can be downloaded, and which of them are installed."""
    from scribedock.speech.models import catalogue, folder_of

    settings = load_settings(data_dir)
    table = plain_table("Model", "Engine", "MB", "Here", "Licence", "What for", wrapped=("What for",))
    for name, (engine, model) in catalogue().items():
        here = "yes" if folder_of(name, settings.data_dir).is_dir() else "no"
        table.add_row(name, engine, f"{model.megabytes:,}", here, model.licence, model.about)
    show(table)


@models.command("pull")
def pull_model(
    name: Name,
    hub: Annotated[str | None, typer.Option(help="Address of a hub other than Hugging Face.")] = None,
    data_dir: DataDir = None,
) -> None:
    """Download a model; an interrupted download resumes where it broke off."""
    from scribedock.speech.models import folder_of, pull

    settings = enter_data_folder(data_dir)
    if folder_of(name, settings.data_dir).is_dir():
        print(f"{name} is already installed: {folder_of(name, settings.data_dir)}")
        return
    try:
        folder = pull(name, settings.data_dir, endpoint=hub)
    except SettingsError as error:
        fail(str(error))
    except OSError as error:
        reason = " ".join(str(error).split())[:300]
        fail(f"{name} could not be downloaded: {reason}")
    print(f"{name} is in {folder}; set SCRIBEDOCK_SPEECH_MODEL={name}")


@models.command("path")
def model_path(name: Name, data_dir: DataDir = None) -> None:
    """Print the folder of an installed model."""
    from scribedock.speech.models import catalogue, folder_of

    settings = load_settings(data_dir)
    found = folder_of(name, settings.data_dir)
    if name not in catalogue() or not found.is_dir():
        fail(f"{name} is not installed; download it with scribedock models pull {name}")
    print(found)
