"""Settings of the operator's that apply to a temporary server too: those of recognition and translation.

The others would have it write to the operator's database and storage, mail people, or listen elsewhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from scribedock.settings import Settings, load
from scribedock.speech.models.installed import SPEECH_MODEL, located, models_folder

PREFIX = "SCRIBEDOCK_"
INHERITED = (
    "speech_engine",
    "speech_model",
    "models_dir",
    "speech_processes",
    "speech_batch",
    "speech_chunk_timeout_s",
    "speech_alignment",
    "speaker_model",
    "speaker_similarity",
    "translation_models",
)


@dataclass(frozen=True, kw_only=True)
class InheritedSettings:
    used: Mapping[str, Any]
    """By the names of `Settings`, as the environment of the temporary server gets them."""
    unused: tuple[str, ...]
    """Variables that are set and have no effect on it."""

    def notice(self) -> str:
        """Return a line about both; empty where nothing is set."""
        used = ", ".join(_variable(name) for name in self.used)
        unused = ", ".join(self.unused)
        parts = (
            f"Used of your settings: {used}." if used else "",
            f"Not used, because the server is a temporary one: {unused}." if unused else "",
        )
        return " ".join(filter(None, parts))


def inherited_settings(environment: Mapping[str, str]) -> InheritedSettings:
    """Return which of the settings in the environment apply. Raises SettingsError where one is wrong."""
    given = {
        name: environment[_variable(name)]
        for name in Settings.model_fields
        if environment.get(_variable(name))
    }
    used: dict[str, Any] = {name: given[name] for name in INHERITED if name in given}
    if "speech_model" in used:
        settings = load()
        # The name of a pulled model stands for a folder among the operator's models.
        used["speech_model"] = str(located(settings.speech_model, models_folder(settings), SPEECH_MODEL))
    unused = tuple(_variable(name) for name in given if name not in used)
    return InheritedSettings(used=used, unused=unused)


def _variable(name: str) -> str:
    return f"{PREFIX}{name.upper()}"
