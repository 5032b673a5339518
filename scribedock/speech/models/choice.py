"""Which of the models that were pulled is used where the settings name none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from scribedock.settings import SettingsError
from scribedock.speech.models import speed
from scribedock.speech.models.installed import SPEAKERS, NamedModel, catalogue, installed
from scribedock.speech.models.speed import MOST_REAL_TIME


@dataclass(frozen=True, kw_only=True)
class Choice:
    """The best model, and the reasons against others."""

    model: NamedModel | None  # None where none can be used
    real_time: Mapping[str, float]  # by name, what the models take; see `speed.estimated`
    passed_over: Mapping[str, str]  # of the better ones that are here, why not, by name
    better: Sequence[NamedModel]  # those that are not here but quick enough, the best first

    def takes(self, name: str) -> str:
        """Return how long a model takes, in words."""
        return f"{self.real_time[name]:g} × real time" if name in self.real_time else "an unknown time"


def choose_model(models: Path) -> Choice:
    """Return the best model in the folder of models that takes at most half of the sound's length."""
    here = {name: entry for name, entry in installed(models).items() if entry.engine != SPEAKERS}
    real_time = speed.estimated(models)
    passed_over: dict[str, str] = {}
    chosen: NamedModel | None = None
    for name, entry in sorted(here.items(), key=lambda each: each[1].model.rank, reverse=True):
        reason = _reason_against(entry, models / name, real_time.get(name))
        if not reason:
            chosen = entry
            break
        passed_over[name] = reason
    rank = chosen.model.rank if chosen else -1
    better = [
        entry
        for name, entry in catalogue().items()
        if name not in here and entry.model.rank > rank and real_time.get(name, 1) <= MOST_REAL_TIME
    ]
    better.sort(key=lambda entry: entry.model.rank, reverse=True)
    return Choice(model=chosen, real_time=real_time, passed_over=passed_over, better=better)


def _reason_against(entry: NamedModel, folder: Path, real_time: float | None) -> str:
    try:
        entry.check(folder)
    except SettingsError as error:
        return str(error)
    if real_time is None:
        return "nobody knows how long it takes; pull it again to measure that"
    if real_time > MOST_REAL_TIME:
        return f"it takes {real_time:g} × real time here, and {MOST_REAL_TIME:g} at most is quick enough"
    return ""
