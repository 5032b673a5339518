"""The recognizer and the speaker model that the settings select."""

from __future__ import annotations

import os

from scribedock.settings import Settings
from scribedock.speech.diarization.embedding import SpeakerModel, check
from scribedock.speech.models import located
from scribedock.speech.recognizer import RecognizerSpec, choose, engine_named


def recognizer(settings: Settings) -> RecognizerSpec:
    """Return the recognizer that the settings select. Raises SettingsError."""
    return choose(settings.speech_engine, located(settings.speech_model, settings.data_dir))


def speaker_model(settings: Settings) -> SpeakerModel | None:
    """Return the model for diarization; None without one. Raises SettingsError."""
    return check(settings.speaker_model, settings.speaker_similarity)


def processes(settings: Settings) -> int:
    """Return how many recognizer processes to run, so that the threads of each are worth it."""
    threads = engine_named(recognizer(settings).engine).threads
    return settings.speech_processes or max(1, (os.cpu_count() or 1) // threads)
