"""The recognizer and the speaker model that the settings select."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from scribedock.host.processors import processors
from scribedock.settings import Settings, SettingsError
from scribedock.speech.diarization.embedding import SpeakerModel, check
from scribedock.speech.models import receipt
from scribedock.speech.models.choice import choose_model
from scribedock.speech.models.installed import (
    SPEAKER_MODEL,
    SPEAKERS,
    SPEECH_MODEL,
    installed,
    located,
    models_folder,
)
from scribedock.speech.pool.pool import RecognizerPool
from scribedock.speech.recognizer import AUTO, SHOWN_DIGITS, RecognizerSpec, choose, engine_named


def chooses_itself(settings: Settings) -> bool:
    """Return whether the settings leave the choice of the model to the server."""
    return settings.speech_engine == AUTO and settings.speech_model is None


def recognizer(settings: Settings) -> RecognizerSpec:
    """Return the recognizer that the settings select; see `choice` where they name none.

    Raises SettingsError.
    """
    models = models_folder(settings)
    folder = located(settings.speech_model, models, SPEECH_MODEL)
    if chooses_itself(settings):
        best = choose_model(models).model
        folder = models / best.name if best else None
    spec = choose(settings.speech_engine, folder)
    pulled = receipt.read(spec.model) if spec.model else None
    return replace(spec, model_name=pulled.model, model_sum=pulled.sum) if pulled else spec


def speaker_model(settings: Settings) -> SpeakerModel | None:
    """Return the model for diarization: the one that the settings select, otherwise one that was pulled.

    None without any. Raises SettingsError.
    """
    models = models_folder(settings)
    folder = located(settings.speaker_model, models, SPEAKER_MODEL) or _pulled_speaker_model(models)
    return check(folder, settings.speaker_similarity)


def _pulled_speaker_model(models: Path) -> Path | None:
    """Return the folder of a model for diarization; None where there is none, or only a part of one."""
    for name, entry in installed(models).items():
        if entry.engine == SPEAKERS:
            try:
                entry.check(models / name)
            except SettingsError:
                continue
            return models / name
    return None


def title_of(model: SpeakerModel) -> str:
    """Return a speaker model's name and sum where it was pulled, otherwise its path."""
    pulled = receipt.read(model.path.parent)
    return f"{pulled.model} (SHA-256 {pulled.sum[:SHOWN_DIGITS]})" if pulled else str(model.path)


def recognizer_pool(settings: Settings) -> RecognizerPool:
    """Return a pool of the recognizer that the settings select. Raises SettingsError."""
    return RecognizerPool(
        recognizer(settings),
        processes=processes(settings),
        chunk_timeout_s=settings.speech_chunk_timeout_s,
        batch=settings.speech_batch,
        idle_s=settings.speech_idle_s,
        speaker_model=speaker_model(settings),
    )


def processes(settings: Settings) -> int:
    """Return how many recognizer processes to run, so that the threads of each are worth it."""
    threads = engine_named(recognizer(settings).engine).threads
    return settings.speech_processes or max(1, processors() // threads)
