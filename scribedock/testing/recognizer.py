"""A recognizer that says what it is told to, in this process."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from scribedock.children.allowance import Allowance
from scribedock.speech.pool.child import RecognizerWork
from scribedock.speech.pool.pool import RecognizerPool
from scribedock.speech.recognizer import SAMPLE_RATE, Origin, RecognizerEngine, RecognizerSpec, TimedWord

if TYPE_CHECKING:
    from scribedock.speech.recognizer import Pcm


class ScriptedRecognizer:
    """Says `text(offset_ms, length_ms)` in each chunk, its words spread evenly over it; nothing in silence.

    `faults` are raised one by one, by the next calls; None in their place lets a call succeed. `chunks` has
    the offset in ms, the language and the terms of each chunk that it was given. `confidences` has those of
    words that are not as sure as the others.
    """

    def __init__(
        self,
        text: str | Callable[[int, int], str] = "",
        *,
        languages: Mapping[str, float] | None = None,
        faults: Sequence[Exception | None] = (),
    ) -> None:
        self._text = text
        self.languages = dict(languages or {"en": 1.0})
        self.faults = list(faults)
        self.confidences: dict[str, float] = {}
        self.translation = ""  # what it translates each chunk as; empty: it translates nothing
        self.chunks: list[tuple[int, str, tuple[str, ...]]] = []

    def recognize(
        self, pcm: Pcm, offset_ms: int, language: str, terms: Sequence[str] = ()
    ) -> list[TimedWord]:
        self.chunks.append((offset_ms, language, tuple(terms)))
        fault = self.faults.pop(0) if self.faults else None
        if fault is not None:
            raise fault
        if not len(pcm) or not pcm.any():
            return []
        length_ms = len(pcm) * 1000 // SAMPLE_RATE
        text = self._text if isinstance(self._text, str) else self._text(offset_ms, length_ms)
        words = text.split()
        return [
            TimedWord(
                text=f" {word}",
                start_ms=offset_ms + place * length_ms // len(words),
                end_ms=offset_ms + (place + 1) * length_ms // len(words),
                confidence=self.confidences.get(word, 0.9),
            )
            for place, word in enumerate(words)
        ]

    def translate(self, pcm: Pcm, offset_ms: int, language: str) -> list[TimedWord]:
        said, self._text = self._text, self.translation
        try:
            words = self.recognize(pcm, offset_ms, language)
            return [replace(word, confidence=None, origin=Origin.INTERPOLATED) for word in words]
        finally:
            self._text = said

    def detect(self, pcm: Pcm) -> Mapping[str, float]:
        return self.languages


class LocalChild:
    """A recognizer process that is none: what it is asked and answers goes through the same messages."""

    def __init__(self, recognizer: ScriptedRecognizer) -> None:
        self._work = RecognizerWork(recognizer)

    def wait_until_ready(self, allowance: Allowance, check_wanted: Callable[[], None]) -> None:
        check_wanted()

    def request(
        self, request: Mapping[str, object], allowance: Allowance, check_wanted: Callable[[], None]
    ) -> dict[str, Any]:
        check_wanted()
        answer: dict[str, Any] = json.loads(json.dumps(self._work.answer(json.loads(json.dumps(request)))))
        return answer

    def resident_bytes(self) -> int:
        return 0

    def kill(self) -> None:
        """Do nothing: there is no process to end."""


def scripted_pool(
    recognizer: ScriptedRecognizer, *, punctuates: bool = True, early_ms: int | None = None
) -> RecognizerPool:
    """Return a pool whose children are in this process and recognize as they are told to.

    early_ms: by how much the words are said to begin too early; None: their times need no refining.
    """
    engine = RecognizerEngine(
        punctuates=punctuates,
        check=lambda model: None,
        languages=lambda spec: frozenset(recognizer.languages),
        load=lambda spec: recognizer,
        detects=lambda spec: len(recognizer.languages) > 1,
        translates=lambda spec: frozenset(recognizer.languages if recognizer.translation else ()),
        early_ms=early_ms,
    )
    return RecognizerPool(
        RecognizerSpec(engine="scripted"),
        processes=1,
        chunk_timeout_s=60,
        engine=engine,
        start=lambda spec, niceness: LocalChild(recognizer),
    )
