"""What a recognizer must do, and which there are.

A recognizer is one module, named in MODULES, that ends with an `ENGINE`. Nothing else
knows it: without its module and its line, the recognizer is gone.  A package of somebody else's
names its module as an entry point of the group `scribedock.recognizers`.

Importing this module or a recognizer's imports nothing heavy; `RecognizerEngine.load` does.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache
from importlib import import_module
from importlib.metadata import entry_points
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, runtime_checkable

import structlog

from scribedock.settings import SettingsError
from scribedock.speech.catalogue import CatalogueModel

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Pcm = npt.NDArray[np.int16]

log = structlog.get_logger("scribedock.speech")

SAMPLE_RATE = 16_000
AUTO = "auto"
SHOWN_DIGITS = 12  # of a sum, which tell any two models apart
ENTRY_POINTS = "scribedock.recognizers"
MODULES: Mapping[str, str] = {
    "onnx": "scribedock.speech.engines.onnx",
    "pocketsphinx": "scribedock.speech.engines.pocketsphinx",
    "whisper": "scribedock.speech.engines.whisper",
}


class Origin(StrEnum):
    """The source of a word and its time."""

    RECOGNIZED = "recognized"  # both are the recognizer's
    ALIGNED = "aligned"  # the word was given, its time was found in the sound
    INTERPOLATED = "interpolated"  # the word was given, its time is estimated
    UNRECOGNIZED = "unrecognized"  # somebody speaks and is not understood: there is no text


@dataclass(frozen=True, kw_only=True, slots=True)
class TimedWord:
    """A word, in milliseconds from the start of the media.

    An engine that punctuates may leave white space before `text` and punctuation around it.
    """

    text: str
    start_ms: int
    end_ms: int
    confidence: float | None  # 0..1; None where the engine has no honest one
    origin: Origin = Origin.RECOGNIZED


def unrecognized(start_ms: int, end_ms: int) -> TimedWord:
    """Return what stands for speech that a recognizer does not understand."""
    return TimedWord(text="", start_ms=start_ms, end_ms=end_ms, confidence=None, origin=Origin.UNRECOGNIZED)


class Recognizer(Protocol):
    """A loaded engine. Used by one thread at a time."""

    def recognize(
        self, pcm: Pcm, offset_ms: int, language: str, terms: Sequence[str] = ()
    ) -> list[TimedWord]:
        """Return the words in a chunk of mono 16 kHz samples that begins offset_ms into the media, in order.

        Silence and noise give no words; speech that is not understood is `unrecognized`. language is an ISO
        639-1 code, one of `languages(spec)`. terms are names and words that are likely to be said, for an
        engine that can make use of them.
        """
        ...


@runtime_checkable
class BatchRecognizer(Protocol):
    """A recognizer that takes less time for several chunks together than one after the other."""

    def recognize_batch(
        self, chunks: Sequence[tuple[Pcm, int]], language: str, terms: Sequence[str] = ()
    ) -> list[list[TimedWord]]:
        """Return the words of each chunk as `Recognizer.recognize` does; each chunk has its offset_ms."""
        ...


@runtime_checkable
class LanguageDetector(Protocol):
    """A recognizer that can identify the language."""

    def detect(self, pcm: Pcm) -> Mapping[str, float]:
        """Return the probability of each language (ISO 639-1 codes) in at most 30 seconds."""
        ...


@runtime_checkable
class SpeechTranslator(Protocol):
    """A recognizer that can translate what is said into English."""

    def translate(self, pcm: Pcm, offset_ms: int, language: str) -> list[TimedWord]:
        """Return English words for a chunk in another language, as `Recognizer.recognize` does.

        language is one of `translated_languages(spec)`.
        """
        ...


@dataclass(frozen=True, kw_only=True)
class RecognizerSpec:
    """Which recognizer to load; made by `choose`."""

    engine: str
    model: Path | None = None  # the folder of its model; None for an engine with a model of its own
    threads: int = 0  # of one loaded recognizer; 0: the pool decides
    model_name: str = ""  # the name of a model of the catalogue, or of its folder
    model_sum: str = ""  # SHA-256 of a model that was pulled

    @property
    def title(self) -> str:
        """Return engine and model as people and `info` are told them."""
        model = [self.model_name] if self.model_name else []
        if self.model_sum:
            model.append(f"SHA-256 {self.model_sum[:SHOWN_DIGITS]}")
        return f"{self.engine} ({', '.join(model)})" if model else self.engine


@dataclass(frozen=True, kw_only=True)
class RecognizerEngine:
    """A recognizer that is not loaded yet."""

    punctuates: bool  # whether its words come with capitals and punctuation
    check: Callable[[Path | None], Path | None]  # the model it will use; raises SettingsError
    languages: Callable[[RecognizerSpec], frozenset[str]]
    load: Callable[[RecognizerSpec], Recognizer]
    owns: Callable[[Path], bool] | None = None
    """Whether files of a model of this engine are in a folder; None for an engine with a model of its own."""
    catalogue: Mapping[str, CatalogueModel] = field(default_factory=dict)
    confidence: str = ""  # what the confidence of a word means; empty where there is none
    doubt_below: float = 0.5  # the confidence below which a word is in doubt
    remark: str = ""  # what an operator who uses it must know
    detects: Callable[[RecognizerSpec], bool] = lambda spec: False  # whether it is a LanguageDetector
    translates: Callable[[RecognizerSpec], frozenset[str]] = lambda spec: frozenset()
    """The languages (ISO 639-1 codes) that it translates into English; none unless a SpeechTranslator."""
    batch: Callable[[], int] = lambda: 1  # how many chunks are worth recognizing at once on this machine
    joins_ms: int | None = None  # short spans of speech are joined across pauses up to this length
    context_ms: int = 0  # of what is before and after a chunk that it hears too
    threads: int = 1  # that are worth it for one loaded recognizer
    single_threaded: bool = False  # whether it computes in one thread, however many the spec grants
    early_ms: int | None = None
    """By how much its words begin too early; None where their times need no refining."""


@lru_cache(maxsize=1)
def engine_modules() -> Mapping[str, str]:
    """Return the module of each recognizer by its name: ours, and those of installed packages."""
    foreign = {each.name: each.value for each in entry_points(group=ENTRY_POINTS)}
    return {**foreign, **MODULES}


def engine_named(name: str) -> RecognizerEngine:
    """Return the engine of that name. Raises SettingsError for an unknown name, and for a broken package."""
    modules = engine_modules()
    if name not in modules:
        raise SettingsError(f"SCRIBEDOCK_SPEECH_ENGINE: use one of {AUTO}, {', '.join(modules)}")
    try:
        found: RecognizerEngine = import_module(modules[name]).ENGINE
    except (ImportError, AttributeError) as error:
        raise SettingsError(f"SCRIBEDOCK_SPEECH_ENGINE: {name} cannot be imported: {error}") from None
    return found


def engines() -> Mapping[str, RecognizerEngine]:
    """Return all recognizers by name, but for those of other packages that cannot be imported."""
    found = {}
    for name in engine_modules():
        try:
            found[name] = engine_named(name)
        except SettingsError as error:
            if name in MODULES:
                raise
            log.warning("a recognizer of another package is left out", engine=name, reason=str(error))
    return found


def choose(engine: str, model: Path | None) -> RecognizerSpec:
    """Return the recognizer that the settings select.

    "auto" means that of the model, and without a model one that brings its own. An engine that is asked for
    by name is never replaced by another. Raises SettingsError for an unknown engine, and for a model that it
    cannot load.
    """
    if engine == AUTO:
        engine = _engine_with_its_own_model() if model is None else engine_of(model)
    checked = engine_named(engine).check(model)
    return RecognizerSpec(engine=engine, model=checked, model_name=checked.name if checked else "")


def engine_of(folder: Path) -> str:
    """Return the engine whose model is in a folder. Raises SettingsError where it is no engine's."""
    if not folder.is_dir():
        raise SettingsError(f"SCRIBEDOCK_SPEECH_MODEL: {folder} is not a folder")
    with_models = {name: each.owns for name, each in engines().items() if each.owns is not None}
    for name, owns in with_models.items():
        if owns(folder):
            return name
    raise SettingsError(
        f"SCRIBEDOCK_SPEECH_MODEL: {folder} holds no model of {' or '.join(with_models) or 'any engine'}"
    )


def _engine_with_its_own_model() -> str:
    for name, each in engines().items():
        if each.owns is None:
            return name
    raise SettingsError("SCRIBEDOCK_SPEECH_MODEL: must be set, because no engine here brings its own model")


def detects(spec: RecognizerSpec) -> bool:
    """Return whether the recognizer can identify the language."""
    return engine_named(spec.engine).detects(spec)


def translated_languages(spec: RecognizerSpec) -> frozenset[str]:
    """Return the languages (ISO 639-1 codes) that the recognizer translates into English."""
    return engine_named(spec.engine).translates(spec)


def languages(spec: RecognizerSpec) -> frozenset[str]:
    """Return the languages (ISO 639-1 codes) that the recognizer understands."""
    return engine_named(spec.engine).languages(spec)
