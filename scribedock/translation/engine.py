"""What a translation engine must do, and which there are.

An engine is one module, named in MODULES, that ends with an `ENGINE`. Nothing else knows it: without
its module and its line, the engine is gone. Importing one imports nothing heavy; its `load` does.

Engines translate texts. Where none knows a pair, a recognizer may translate the recording itself into
English (`spoken_pairs`).
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Protocol

# The first is preferred where several know a pair.
MODULES: Mapping[str, str] = {
    "ctranslate2": "scribedock.translation.model_folder",
    "apertium": "scribedock.translation.apertium",
}
PIVOT = "en"


class TranslationFailed(Exception):
    """A text was not translated; the message says why."""


@dataclass(frozen=True, kw_only=True, order=True)
class LanguagePair:
    """From one language into another: ISO 639-1 codes where there are any."""

    source: str
    target: str

    def __str__(self) -> str:
        return f"{self.source} to {self.target}"


class Translator(Protocol):
    """Translates one pair of languages. Used by one thread at a time."""

    def translate(self, texts: Sequence[str]) -> list[str]:
        """Return each text, of one line, in the other language. Raises TranslationFailed."""
        ...


@dataclass(frozen=True, kw_only=True)
class TranslationEngine:
    """An engine that is not loaded yet. The folder is where the operator keeps models, if anywhere."""

    pairs: Callable[[Path | None], frozenset[LanguagePair]]  # raises SettingsError
    load: Callable[[Path | None, LanguagePair], Translator]


def route(source: str, target: str) -> tuple[LanguagePair, ...]:
    """Return the pairs to translate through: via English unless English is the source or target.

    Source: the API's §8.
    """
    if source == target:
        return ()
    if PIVOT in (source, target):
        return (LanguagePair(source=source, target=target),)
    return LanguagePair(source=source, target=PIVOT), LanguagePair(source=PIVOT, target=target)


def spoken_pairs(languages: Iterable[str]) -> frozenset[LanguagePair]:
    """Return the pairs of a recognizer that translates what is said in these languages into English."""
    return frozenset(LanguagePair(source=language, target=PIVOT) for language in languages)


class Translators:
    """The engines of this machine, with one translator loaded at a time."""

    def __init__(self, models: Path | None) -> None:
        """Find the engines. Raises SettingsError where the folder holds something other than models."""
        self._models = models
        self._engines = {name: _engine(module) for name, module in MODULES.items()}
        self._known = {name: engine.pairs(models) for name, engine in self._engines.items()}
        self._loaded: tuple[LanguagePair, Translator] | None = None
        self._lock = threading.Lock()

    @property
    def pairs(self) -> frozenset[LanguagePair]:
        return frozenset().union(*self._known.values())

    def engine_of(self, pair: LanguagePair) -> str | None:
        """Return the name of the engine for this pair on this machine."""
        return next((name for name, pairs in self._known.items() if pair in pairs), None)

    def translate(self, pair: LanguagePair, texts: Sequence[str]) -> list[str]:
        """Return the translated texts; empty ones stay empty.

        Raises TranslationFailed. Callable from any thread, one at a time.
        """
        wanted = [text for text in texts if text]
        with self._lock:
            done = iter(self._translator(pair).translate(wanted) if wanted else [])
        return [next(done) if text else "" for text in texts]

    def _translator(self, pair: LanguagePair) -> Translator:
        if self._loaded is None or self._loaded[0] != pair:
            name = self.engine_of(pair)
            if name is None:
                raise TranslationFailed(f"No translation engine is installed for {pair}")
            self._loaded = (pair, self._engines[name].load(self._models, pair))
        return self._loaded[1]


def _engine(module: str) -> TranslationEngine:
    found: TranslationEngine = import_module(module).ENGINE
    return found
