"""Whisper through faster-whisper, with a model in CTranslate2's format from a folder.

What it does not do: download. A folder that is not complete is refused before faster-whisper sees
it, which takes a name that is no folder for one of a hub, and fetches a missing tokenizer.
"""

from __future__ import annotations

import ctypes
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from scribedock.settings import SettingsError
from scribedock.speech.engines.whisper_confidence import DOUBT_BELOW
from scribedock.speech.engines.whisper_decoding import ISO_CODES, Decoder
from scribedock.speech.engines.whisper_listening import Decode, judged, listen
from scribedock.speech.engines.whisper_models import CATALOGUE, REQUIRED_FILES, VOCABULARY_FILES
from scribedock.speech.engines.whisper_translation import is_trained, translated_words
from scribedock.speech.recognizer import RecognizerEngine, RecognizerSpec, TimedWord

if TYPE_CHECKING:
    from scribedock.speech.recognizer import Pcm

LANGUAGE_TOKEN = re.compile(r"<\|([a-z]{2,3})\|>")
CUDA_DRIVER = "libcuda.so.1"
MULTILINGUAL_TOKEN = ""  # CTranslate2's rule: a vocabulary with an empty token is a multilingual model's
THREADS = 4  # of one loaded model: a model for each processor would take that many times its memory
JOINS_MS = 1500
"""Across longer pauses a model invents words. It is less than `assembly.LONG_PAUSE_MS`, from which a pause
ends a sentence."""
CONTEXT_MS = 1000
"""Cut close to the words, a chunk is understood worse."""
BATCH_SPANS = 8
"""How many chunks a GPU decodes together. The processor takes as long for them together as one after the
other (whisper-base: 0.15 and 0.14 s of its time for a second of sound), and more memory."""
EARLY_MS = 60
"""The median by which whisper-base's words begin too early, against times of the Montreal Forced Aligner."""
MAX_VOCABULARY_BYTES = 64 * 1024 * 1024


class Whisper:
    """A loaded model, and how it listens."""

    def __init__(self, folder: Path, threads: int) -> None:
        self._decoder = Decoder(folder, threads)

    def recognize(
        self, pcm: Pcm, offset_ms: int, language: str, terms: Sequence[str] = ()
    ) -> list[TimedWord]:
        return _placed(listen(self._decoding(language, terms), pcm), offset_ms)

    def recognize_batch(
        self, chunks: Sequence[tuple[Pcm, int]], language: str, terms: Sequence[str] = ()
    ) -> list[list[TimedWord]]:
        """Return the words as `recognize` does; what is doubtful is heard again by itself."""
        decode = self._decoding(language, terms)
        decoded = self._decoder.decode_batch([pcm for pcm, _ in chunks], language, terms)
        return [
            _placed(judged(decode, pcm, phrases), offset_ms)
            for (pcm, offset_ms), phrases in zip(chunks, decoded, strict=True)
        ]

    def translate(self, pcm: Pcm, offset_ms: int, language: str) -> list[TimedWord]:
        return _placed(translated_words(self._decoder.translate(pcm, language)), offset_ms)

    def detect(self, pcm: Pcm) -> Mapping[str, float]:
        return self._decoder.detect(pcm)

    def _decoding(self, language: str, terms: Sequence[str]) -> Decode:
        return lambda pcm: self._decoder.decode(pcm, language, terms)


def _placed(words: Sequence[TimedWord], offset_ms: int) -> list[TimedWord]:
    return [
        replace(word, start_ms=word.start_ms + offset_ms, end_ms=word.end_ms + offset_ms) for word in words
    ]


def batch() -> int:
    """Return how many spans to decode at once: several with CUDA, which takes a driver to have."""
    try:
        ctypes.CDLL(CUDA_DRIVER)
    except OSError:
        return 1
    import ctranslate2  # tens of megabytes

    return BATCH_SPANS if ctranslate2.get_cuda_device_count() > 0 else 1


def check(model: Path | None) -> Path:
    """Return the absolute folder. Raises SettingsError unless a whole model is in it."""
    if model is None:
        raise SettingsError(
            "SCRIBEDOCK_SPEECH_MODEL: must be the folder of a faster-whisper model for the engine whisper"
        )
    if not model.is_dir():
        raise SettingsError(f"SCRIBEDOCK_SPEECH_MODEL: {model} is not a folder")
    missing = [name for name in REQUIRED_FILES if not (model / name).is_file()]
    if not any((model / name).is_file() for name in VOCABULARY_FILES):
        missing.append(" or ".join(VOCABULARY_FILES))
    if missing:
        raise SettingsError(
            f"SCRIBEDOCK_SPEECH_MODEL: {model} is not a faster-whisper model, it lacks {', '.join(missing)}"
        )
    return model.resolve()


def languages(spec: RecognizerSpec) -> frozenset[str]:
    """Return the languages that the vocabulary has a token for; English for an English-only model.

    Raises SettingsError where the vocabulary cannot be read.
    """
    assert spec.model is not None
    found = set()
    multilingual = False
    for token in _vocabulary(spec.model):
        multilingual = multilingual or token == MULTILINGUAL_TOKEN
        if match := LANGUAGE_TOKEN.fullmatch(token):
            found.add(ISO_CODES.get(match[1], match[1]))
    return frozenset(found) if multilingual else frozenset({"en"})


def detects(spec: RecognizerSpec) -> bool:
    """Return whether the model is multilingual."""
    return len(languages(spec)) > 1


def translates(spec: RecognizerSpec) -> frozenset[str]:
    """Return all languages but English for a multilingual model that was trained to translate."""
    assert spec.model is not None
    return languages(spec) - {"en"} if is_trained(spec.model) else frozenset()


def _vocabulary(folder: Path) -> Iterator[str]:
    """Yield the tokens, without all of them in memory at once where there is one a line."""
    path = next(folder / name for name in VOCABULARY_FILES if (folder / name).is_file())
    try:
        if path.stat().st_size > MAX_VOCABULARY_BYTES:
            raise ValueError(f"it is larger than {MAX_VOCABULARY_BYTES} bytes")
        with path.open(encoding="utf-8", newline="\n") as file:
            if path.suffix != ".json":
                for line in file:
                    yield line.removesuffix("\n")
                return
            tokens = json.load(file)
        if not isinstance(tokens, list) or not all(isinstance(token, str) for token in tokens):
            raise ValueError("it is not a list of tokens")
    except (OSError, ValueError, RecursionError) as error:
        raise SettingsError(f"SCRIBEDOCK_SPEECH_MODEL: {path} cannot be read: {error}") from None
    yield from tokens


def load(spec: RecognizerSpec) -> Whisper:
    assert spec.model is not None
    return Whisper(check(spec.model), spec.threads)


def owns(folder: Path) -> bool:
    """Return whether a file of a faster-whisper model is in the folder."""
    return any((folder / name).is_file() for name in ("model.bin", *VOCABULARY_FILES))


ENGINE = RecognizerEngine(
    punctuates=True,
    check=check,
    owns=owns,
    catalogue=CATALOGUE,
    languages=languages,
    load=load,
    detects=detects,
    translates=translates,
    batch=batch,
    joins_ms=JOINS_MS,
    context_ms=CONTEXT_MS,
    threads=THREADS,
    confidence="calibrated: the share of such words that are right",
    doubt_below=DOUBT_BELOW,
    early_ms=EARLY_MS,
)
