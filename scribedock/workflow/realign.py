"""An edited ElementList with the times of its recording: only what was edited is aligned anew.

Words that stayed keep their times, and are the anchors between which the edited ones are sought.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from scribedock.captions.elementlist import ElementList
from scribedock.speech.aligner import LANGUAGES
from scribedock.speech.anchors import Heard
from scribedock.speech.pieces import Window, pieces
from scribedock.speech.pool import RecognitionFailed, RecognizerPool
from scribedock.speech.span import Span
from scribedock.speech.synchronized import found_words, placed, synchronized, unchanged, words_of


def realigned(pool: RecognizerPool, audio: Path, before: ElementList, after: ElementList) -> ElementList:
    """`after` with sound times: of the words that are in `before`, in the same order, their times there.

    audio is the recording as mono 16 kHz s16le. New words are aligned where the language has an acoustic
    model; what is not found shares the time between its neighbours, and counts as interpolated.
    """
    known = unchanged(before, after)
    words = words_of(after)
    media_ms = max(before.end_time, 1)
    whole = [Span(start_ms=0, end_ms=media_ms)]
    aligned: list[tuple[Window, list[Span | None]]] = []
    if after.language.partition("-")[0] in LANGUAGES:
        for piece in pieces(len(words), known, whole):
            for window in piece.windows:
                try:
                    spans = pool.align(audio, window.span, words[window.first : window.last], wide=piece.wide)
                except RecognitionFailed:
                    continue
                if any(spans):
                    new = [_new(span, window.first + step, known) for step, span in enumerate(spans)]
                    aligned.append((window, new))
                    break
    result = placed(after, found_words(known, aligned), whole, timed=False, media_ms=media_ms)
    return synchronized(after, result, media_ms=media_ms)


def _new(span: Span | None, place: int, known: Mapping[int, Heard]) -> Span | None:
    """The time of a new word, as far as those beside it leave it any; None for one that keeps its own."""
    if span is None or place in known:
        return None
    start = max(span.start_ms, known[place - 1].end_ms if place - 1 in known else 0)
    end = min(span.end_ms, known[place + 1].start_ms if place + 1 in known else span.end_ms)
    return Span(start_ms=start, end_ms=end) if start < end else None
