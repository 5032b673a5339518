"""The models that an operator may download by name, and their folders.

The server itself never downloads one: `scribedock models pull` is the operator's permission.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from scribedock.settings import SettingsError
from scribedock.speech.recognizer import CatalogueModel, engine_named, engines

FOLDER = "models"  # of the data folder


def catalogue() -> Mapping[str, tuple[str, CatalogueModel]]:
    """Return, by name, the models that can be downloaded, each with its engine."""
    return {
        name: (engine, model)
        for engine, described in engines().items()
        for name, model in described.catalogue.items()
    }


def folder_of(name: str, data_dir: Path) -> Path:
    """Return the folder of a catalogue model that was pulled."""
    return data_dir.resolve() / FOLDER / name


def located(model: Path | None, data_dir: Path) -> Path | None:
    """Return the folder of SCRIBEDOCK_SPEECH_MODEL: a folder, or the name of a model that was pulled.

    Raises SettingsError for a catalogue model that was not pulled yet.
    """
    if model is None or str(model) not in catalogue():
        return model
    found = folder_of(str(model), data_dir)
    if not found.is_dir():
        raise SettingsError(
            f"SCRIBEDOCK_SPEECH_MODEL: {model} is not installed; "
            f"download it with scribedock models pull {model}"
        )
    return found


def pull(name: str, data_dir: Path, *, endpoint: str | None = None) -> Path:
    """Download a model with a progress bar and check it; return its folder.

    An interrupted download resumes. endpoint is a hub other than Hugging Face's. Raises SettingsError for a
    name that is not in the catalogue, and for a download that is not a model.
    """
    from huggingface_hub import snapshot_download

    known = catalogue()
    if name not in known:
        raise SettingsError(f"there is no model named {name!r}; these are: {', '.join(known)}")
    engine, model = known[name]
    partial = folder_of(name, data_dir).with_name(f".{name}.partial")
    partial.mkdir(parents=True, exist_ok=True)
    snapshot_download(
        model.repository, local_dir=partial, allow_patterns=list(model.files), token=False, endpoint=endpoint
    )
    for file, text in model.added.items():
        (partial / file).write_text(text, encoding="utf-8")
    engine_named(engine).check(partial)
    return partial.rename(folder_of(name, data_dir))
