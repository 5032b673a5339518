"""The models of the catalogue, and the folders of those that were pulled."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from scribedock.settings import Settings, SettingsError
from scribedock.speech.catalogue import CatalogueModel
from scribedock.speech.diarization import campplus, embedding
from scribedock.speech.recognizer import engine_named, engines

FOLDER = "models"  # of the data folder
SPEAKERS = "speakers"  # in place of an engine: what the models of voices are for
SPEECH_MODEL, SPEAKER_MODEL = "SCRIBEDOCK_SPEECH_MODEL", "SCRIBEDOCK_SPEAKER_MODEL"


@dataclass(frozen=True, kw_only=True)
class NamedModel:
    """A model of the catalogue with its name."""

    name: str
    engine: str  # SPEAKERS for a speaker-embedding model
    model: CatalogueModel

    @property
    def setting(self) -> str:
        """Return the setting that selects the model."""
        return SPEAKER_MODEL if self.engine == SPEAKERS else SPEECH_MODEL

    def check(self, folder: Path) -> None:
        """Raise SettingsError unless a whole model is in the folder."""
        if self.engine == SPEAKERS:
            embedding.check(folder, 0)
        else:
            engine_named(self.engine).check(folder)


def catalogue() -> Mapping[str, NamedModel]:
    """Return all models that can be downloaded, by name: those of the recognizers, then those of voices."""
    of_engine = {engine: described.catalogue for engine, described in engines().items()}
    return {
        name: NamedModel(name=name, engine=engine, model=model)
        for engine, models in {**of_engine, SPEAKERS: campplus.CATALOGUE}.items()
        for name, model in models.items()
    }


def entry_named(name: str) -> NamedModel:
    """Return the model of that name. Raises SettingsError for a name that is not in the catalogue."""
    known = catalogue()
    if name not in known:
        raise SettingsError(f"there is no model named {name!r}; these are: {', '.join(known)}")
    return known[name]


def models_folder(settings: Settings) -> Path:
    """Return the folder of the models that are pulled."""
    return (settings.models_dir or settings.data_dir / FOLDER).resolve()


def installed(models: Path) -> Mapping[str, NamedModel]:
    """Return the models of the catalogue that are in the folder of models, by name."""
    return {name: entry for name, entry in catalogue().items() if (models / name).is_dir()}


def located(model: Path | None, models: Path, setting: str) -> Path | None:
    """Return the folder that a setting means: a folder, or the name of a model in the folder of models.

    Raises SettingsError for a model that was not pulled yet, and for one that the other setting is for.
    """
    entry = catalogue().get(str(model))
    if model is None or entry is None:
        return model
    if entry.setting != setting:
        raise SettingsError(f"{setting}: {model} is a model for {entry.setting}")
    if not (models / entry.name).is_dir():
        raise SettingsError(
            f"{setting}: {model} is not installed; download it with scribedock models pull {model}"
        )
    return models / entry.name
