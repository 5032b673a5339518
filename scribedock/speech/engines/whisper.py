"""Whisper through faster-whisper, with a model in CTranslate2's format from a folder.

What it does not do: download. A folder that is not complete is refused before faster-whisper sees
it, which takes a name that is no folder for one of a hub, and fetches a missing tokenizer.
"""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import accumulate, pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scribedock.settings import SettingsError
from scribedock.speech.engines.loops import without_loops
from scribedock.speech.engines.whisper_models import CATALOGUE, REQUIRED_FILES, VOCABULARY_FILES
from scribedock.speech.recognizer import SAMPLE_RATE, RecognizerEngine, RecognizerSpec, TimedWord

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from scribedock.speech.recognizer import Pcm

LANGUAGE_TOKEN = re.compile(r"<\|([a-z]{2,3})\|>")
MULTILINGUAL_TOKEN = ""  # CTranslate2's rule: a vocabulary with an empty token is a multilingual model's
WHISPER_CODES = {"jv": "jw"}  # ISO 639-1 to Whisper's own
ISO_CODES = {code: iso for iso, code in WHISPER_CODES.items()}
FRAMES_PER_SECOND = 100
MAX_COMPRESSION_RATIO = 2.4
MIN_NO_SPEECH_PROBABILITY = 0.6  # from which a segment is taken for silence
SURE_LOG_PROBABILITY = (
    -0.35
)  # mean log probability of words that count even if the model takes the sound for silence
MIN_LOG_PROBABILITY = (
    -1.0
)  # mean log probability below which a segment is decoded again (the paper, section 4.5)
THREADS = 4  # of one loaded model: a model for each processor would take that many times its memory
JOINS_MS = 1500
"""Across longer pauses a model invents words. It is less than `assembly.LONG_PAUSE_MS`, from which a pause
ends a sentence."""
BATCH_SPANS = 8
"""How many chunks a GPU decodes together. The processor takes as long for them together as one after the
other (whisper-base: 0.15 and 0.14 s of its time for a second of sound), and more memory."""
EARLY_MS = 60
"""The median by which whisper-base's words begin too early, against times of the Montreal Forced Aligner."""
MAX_VOCABULARY_BYTES = 64 * 1024 * 1024


class Whisper:
    """A loaded model: int8 on the processor, float16 on a GPU where CTranslate2 finds one."""

    def __init__(self, folder: Path, threads: int) -> None:
        import ctranslate2
        from faster_whisper import BatchedInferencePipeline, WhisperModel

        device = "cuda" if ctranslate2.get_cuda_device_count() > 0 else "cpu"
        self._model: Any = WhisperModel(
            str(folder),
            device=device,
            compute_type=compute_type(device, ctranslate2.get_supported_compute_types(device)),
            cpu_threads=threads,
            local_files_only=True,
        )
        heard, wanted = self._model.feature_extractor.mel_filters.shape[0], self._model.model.n_mels
        if heard != wanted:
            raise SettingsError(
                f"SCRIBEDOCK_SPEECH_MODEL: {folder} needs {wanted} mel bands and is given {heard}; "
                "copy the model's preprocessor_config.json into it"
            )

        self._batched: Any = BatchedInferencePipeline(self._model)

    def recognize(
        self, pcm: Pcm, offset_ms: int, language: str, terms: Sequence[str] = ()
    ) -> list[TimedWord]:
        if not len(pcm):
            return []
        segments, _ = self._model.transcribe(_floats(pcm), **_wanted(language, terms))
        return _words(segments, offset_ms)

    def recognize_batch(
        self, chunks: Sequence[tuple[Pcm, int]], language: str, terms: Sequence[str] = ()
    ) -> list[list[TimedWord]]:
        """Return the words as `recognize` does; a chunk that comes out badly is recognized again by it."""
        import numpy as np

        starts = [0, *accumulate(len(pcm) for pcm, _ in chunks)]
        clips = [
            # Half a sample more, because faster-whisper rounds down what it makes of it.
            {"start": (start + 0.5) / SAMPLE_RATE, "end": (end + 0.5) / SAMPLE_RATE}
            for start, end in pairwise(starts)
            if end > start
        ]
        if not clips:
            return [[] for _ in chunks]
        sound = np.concatenate([_floats(pcm) for pcm, _ in chunks])
        segments, _ = self._batched.transcribe(
            sound, clip_timestamps=clips, batch_size=len(clips), **_wanted(language, terms)
        )
        of_chunk: list[list[Any]] = [[] for _ in chunks]
        begins = [start * FRAMES_PER_SECOND // SAMPLE_RATE for start in starts[:-1]]
        for segment in segments:
            # It is the frame in which the chunk begins, or for the same reason the one before.
            of_chunk[bisect_right(begins, segment.seek + 1) - 1].append(segment)
        return [
            self.recognize(pcm, offset_ms, language, terms)
            if any(is_doubtful(each.avg_logprob, each.compression_ratio) for each in found)
            else _words(found, offset_ms - round(start * 1000 / SAMPLE_RATE))
            for (pcm, offset_ms), start, found in zip(chunks, starts, of_chunk, strict=False)
        ]

    def detect(self, pcm: Pcm) -> Mapping[str, float]:
        _, _, found = self._model.detect_language(_floats(pcm))
        return {ISO_CODES.get(code, code): float(probability) for code, probability in found}


def _floats(pcm: Pcm) -> npt.NDArray[np.float32]:
    import numpy as np

    return pcm.astype(np.float32) / np.float32(32768)


def _wanted(language: str, terms: Sequence[str]) -> dict[str, Any]:
    return {
        "language": WHISPER_CODES.get(language, language),
        "task": "transcribe",
        "word_timestamps": True,
        "vad_filter": False,
        "condition_on_previous_text": False,
        "hotwords": ", ".join(terms) or None,
    }


def _words(segments: Iterable[Any], offset_ms: int) -> list[TimedWord]:
    found = [
        TimedWord(
            text=word.word,
            start_ms=offset_ms + round(word.start * 1000),
            end_ms=offset_ms + round(word.end * 1000),
            confidence=min(max(float(word.probability), 0.0), 1.0),
        )
        for segment in segments
        if is_said(segment.text, segment.no_speech_prob, segment.avg_logprob, segment.compression_ratio)
        for word in segment.words or ()
    ]
    return without_loops(found)


def batch() -> int:
    import ctranslate2

    return BATCH_SPANS if ctranslate2.get_cuda_device_count() > 0 else 1


def compute_type(device: str, supported: Collection[str]) -> str:
    """Return int8 for the processor, float16 for a GPU, or the next best that the device supports."""
    wanted = ("float16", "int8_float32", "float32") if device == "cuda" else ("int8", "float32")
    return next((kind for kind in wanted if kind in supported), "default")


def is_doubtful(log_probability: float, compression_ratio: float) -> bool:
    """Return whether a segment is to be decoded again, with sampling."""
    return compression_ratio > MAX_COMPRESSION_RATIO or log_probability < MIN_LOG_PROBABILITY


def is_said(text: str, no_speech: float, log_probability: float, compression_ratio: float) -> bool:
    """Return whether a segment was said, and is no hallucination over silence or noise.

    The limits of compression and of the probability of silence are those of Whisper's paper (Radford et al.,
    2022, section 4.5); there they only cause another decoding, and the last result is taken.
    """
    return (
        any(character.isalnum() for character in text)
        and compression_ratio <= MAX_COMPRESSION_RATIO
        and (no_speech <= MIN_NO_SPEECH_PROBABILITY or log_probability >= SURE_LOG_PROBABILITY)
    )


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
    tokens = _vocabulary(spec.model)
    if MULTILINGUAL_TOKEN not in tokens:
        return frozenset({"en"})
    found = {match[1] for token in tokens if (match := LANGUAGE_TOKEN.fullmatch(token))}
    return frozenset(ISO_CODES.get(code, code) for code in found)


def detects(spec: RecognizerSpec) -> bool:
    """Return whether the model is multilingual."""
    return len(languages(spec)) > 1


def _vocabulary(folder: Path) -> list[str]:
    path = next(folder / name for name in VOCABULARY_FILES if (folder / name).is_file())
    try:
        if path.stat().st_size > MAX_VOCABULARY_BYTES:
            raise ValueError(f"it is larger than {MAX_VOCABULARY_BYTES} bytes")
        text = path.read_text(encoding="utf-8")
        tokens = json.loads(text) if path.suffix == ".json" else text.removesuffix("\n").split("\n")
        if not isinstance(tokens, list) or not all(isinstance(token, str) for token in tokens):
            raise ValueError("it is not a list of tokens")
    except (OSError, ValueError, RecursionError) as error:
        raise SettingsError(f"SCRIBEDOCK_SPEECH_MODEL: {path} cannot be read: {error}") from None
    return tokens


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
    batch=batch,
    joins_ms=JOINS_MS,
    threads=THREADS,
    early_ms=EARLY_MS,
)
