"""A process that recognizes and aligns: one engine, loaded once, and one request at a time.

Requests come on standard input and answers go to standard output, each a JSON object in a frame.
"""

from __future__ import annotations

import contextlib
import json
import signal
import sys
from collections.abc import Callable, Mapping
from dataclasses import asdict
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from scribedock.children.frames import read_frame, write_frames
from scribedock.children.lifeline import die_with_parent, take_output
from scribedock.children.niceness import Niceness, yield_to_others
from scribedock.speech.alignment.aligner import Aligner
from scribedock.speech.diarization.diarization import turns
from scribedock.speech.diarization.embedded import embedded_turns
from scribedock.speech.diarization.embedding import Embedder
from scribedock.speech.language_id import mean_probabilities
from scribedock.speech.recognizer import (
    SAMPLE_RATE,
    BatchRecognizer,
    LanguageDetector,
    Recognizer,
    RecognizerSpec,
    SpeechTranslator,
    engine_named,
)
from scribedock.speech.span import Span
from scribedock.speech.vad import read_pcm, speech_spans

if TYPE_CHECKING:
    from scribedock.speech.recognizer import Pcm


def main() -> None:
    die_with_parent()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    answers = take_output()
    order = json.loads(sys.argv[1])
    yield_to_others(Niceness(order["niceness"]))
    model = order["model"] and Path(order["model"])
    spec = RecognizerSpec(engine=order["engine"], model=model, threads=order["threads"])
    try:
        recognizer = engine_named(spec.engine).load(spec)
    except Exception as error:
        say(answers, {"failed": describe(error)})
        sys.exit(1)
    say(answers, {"ready": True})
    work = RecognizerWork(recognizer)
    while (request := read_frame(sys.stdin.buffer)) is not None:
        say(answers, work.answer(json.loads(request)))


class RecognizerWork:
    """The operations of a child: it recognizes, and aligns given words."""

    def __init__(self, recognizer: Recognizer) -> None:
        self._recognizer = recognizer

    def answer(self, request: dict[str, Any]) -> dict[str, Any]:
        try:
            return OPERATIONS[request["operation"]](self, request)
        except Exception as error:
            return {"failed": describe(error), "machine_at_fault": is_of_machine(error)}

    def speech_spans(self, request: dict[str, Any]) -> dict[str, Any]:
        return {"spans": [asdict(span) for span in speech_spans(Path(request["audio"]))]}

    def turns(self, request: dict[str, Any]) -> dict[str, Any]:
        speech = [Span(start_ms=start, end_ms=end) for start, end in request["speech"]]
        audio, people, model = Path(request["audio"]), request["people"], request["model"]
        if model is None:
            found = turns(audio, speech, people)
        else:
            embedder = _embedder(model["path"], request["threads"])
            found = embedded_turns(audio, speech, people, embedder, model["similarity"])
        return {"turns": [asdict(turn) for turn in found]}

    def recognize(self, request: dict[str, Any]) -> dict[str, Any]:
        words = self._recognizer.recognize(
            chunk(request), request["start_ms"], request["language"], request["terms"]
        )
        return {"words": [asdict(word) for word in words]}

    def recognize_batch(self, request: dict[str, Any]) -> dict[str, Any]:
        if not isinstance(self._recognizer, BatchRecognizer):
            raise TypeError("this engine takes one chunk at a time")
        chunks = [(chunk({**request, **span}), span["start_ms"]) for span in request["spans"]]
        found = self._recognizer.recognize_batch(chunks, request["language"], request["terms"])
        return {"words": [[asdict(word) for word in words] for words in found]}

    def translate(self, request: dict[str, Any]) -> dict[str, Any]:
        if not isinstance(self._recognizer, SpeechTranslator):
            raise TypeError("this engine does not translate")
        words = self._recognizer.translate(chunk(request), request["start_ms"], request["language"])
        return {"words": [asdict(word) for word in words]}

    def detect_language(self, request: dict[str, Any]) -> dict[str, Any]:
        if not isinstance(self._recognizer, LanguageDetector):
            raise TypeError("this engine does not identify languages")
        found = [self._recognizer.detect(chunk({**request, **span})) for span in request["spans"]]
        return {"languages": mean_probabilities(found)}

    def hear(self, request: dict[str, Any]) -> dict[str, Any]:
        text = _text(request["text"])
        return {
            "heard": [asdict(each) for each in self._aligner.hear(chunk(request), request["start_ms"], text)]
        }

    def align(self, request: dict[str, Any]) -> dict[str, Any]:
        found = self._aligner.align(
            chunk(request),
            request["start_ms"],
            request["words"],
            wide=request["wide"],
            hesitations=request["hesitations"],
        )
        return {"times": [each and (each.start_ms, each.end_ms) for each in found]}

    @cached_property
    def _aligner(self) -> Aligner:
        """Return the aligner, loaded when first needed."""
        return Aligner()


OPERATIONS: Mapping[str, Callable[[RecognizerWork, dict[str, Any]], dict[str, Any]]] = {
    "speech_spans": RecognizerWork.speech_spans,
    "turns": RecognizerWork.turns,
    "recognize": RecognizerWork.recognize,
    "recognize_batch": RecognizerWork.recognize_batch,
    "translate": RecognizerWork.translate,
    "detect_language": RecognizerWork.detect_language,
    "hear": RecognizerWork.hear,
    "align": RecognizerWork.align,
}


@lru_cache(maxsize=1)
def _embedder(path: str, threads: int) -> Embedder:
    return Embedder(Path(path), threads)


@lru_cache(maxsize=1)
def _text(path: str) -> tuple[str, ...]:
    """Return the words of a text, read once only: another text has another name."""
    return tuple(json.loads(Path(path).read_text(encoding="utf-8")))


def chunk(request: dict[str, Any]) -> Pcm:
    first, after = (request[name] * SAMPLE_RATE // 1000 for name in ("start_ms", "end_ms"))
    return read_pcm(Path(request["audio"]), first, after - first)


def is_of_machine(error: Exception) -> bool:
    """Return whether the error is a lack of memory or of a file, and not due to the recording.

    Libraries for GPUs report lack of memory in the text of a RuntimeError.
    """
    return isinstance(error, MemoryError | OSError) or "out of memory" in str(error).lower()


def describe(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"


def say(answers: BinaryIO, value: dict[str, Any]) -> None:
    write_frames(answers, json.dumps(value).encode())


if __name__ == "__main__":
    with contextlib.suppress(BrokenPipeError):
        main()
