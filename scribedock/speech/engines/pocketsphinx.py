"""PocketSphinx 5 with the US English model of its own wheel: draft quality, no download.

What it does not do: capitals, punctuation, other languages, terms (a name that is added to its dictionary
is as unlikely to it as the rarest of words: of "Quilter" and "Dashwood" neither was heard), and confidence
(its posterior probabilities tell right words from wrong ones within a recording, but say 0.5 of a hoarse
voice of whose words 0.14 are right). It holds the interpreter's lock while it decodes, so it belongs in a
process of its own.

Its settings are the model's own.  Of all that were tried, a language weight of 5 instead of 6.5 was the best:
a word error rate of 0.60 instead of 0.61 on recordings that it was not chosen on, for a third more processor
time, which a draft is not worth.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scribedock.speech.recognizer import SAMPLE_RATE, RecognizerEngine, RecognizerSpec, TimedWord

if TYPE_CHECKING:
    from scribedock.speech.recognizer import Pcm

FRAME_MS = 10
ALTERNATIVE_PRONUNCIATION = re.compile(r"\(\d+\)$")  # the second pronunciation of "the" is called the(2)
FILLER_WORD = re.compile(r"[<\[+].*|.*[>\]+]")  # <s>, <sil>, [NOISE], [SPEECH], ++NOISE++


class PocketSphinx:
    """A loaded decoder."""

    def __init__(self) -> None:
        from pocketsphinx import Decoder

        self._decoder: Any = Decoder(samprate=SAMPLE_RATE, loglevel="FATAL")

    def recognize(
        self, pcm: Pcm, offset_ms: int, language: str, terms: Sequence[str] = ()
    ) -> list[TimedWord]:
        if not len(pcm):
            return []
        decoder = self._decoder
        # Otherwise what it learnt from the last chunk's sound, perhaps another recording's, changes the
        # words of this one: of 11 chunks 7 came out differently in another order.
        decoder.reinit_feat()
        decoder.start_utt()
        # As a whole: then the cepstral mean is the chunk's own (word error rate 0.42 instead of 0.46 on
        # 11 recordings of real speakers).
        decoder.process_raw(pcm.tobytes(), full_utt=True)
        decoder.end_utt()
        length_ms = len(pcm) * 1000 // SAMPLE_RATE
        return [
            TimedWord(
                text=ALTERNATIVE_PRONUNCIATION.sub("", segment.word),
                start_ms=offset_ms + min(segment.start_frame * FRAME_MS, length_ms),
                end_ms=offset_ms + min((segment.end_frame + 1) * FRAME_MS, length_ms),
                confidence=None,
            )
            for segment in decoder.seg() or ()
            if not FILLER_WORD.fullmatch(segment.word)
        ]


def check(model: Path | None) -> None:
    """Accept any model setting: this engine's model is the wheel's own."""


def languages(spec: RecognizerSpec) -> frozenset[str]:
    return frozenset({"en"})


def load(spec: RecognizerSpec) -> PocketSphinx:
    return PocketSphinx()


JOINS_MS = 500
"""A second of speech by itself reveals too little of a voice: the eight spans of a hoarse speaker had a word
error rate of 0.90, joined to two 0.80. With pauses of 1500 ms it was no better."""

ENGINE = RecognizerEngine(
    punctuates=False,
    check=check,
    languages=languages,
    load=load,
    joins_ms=JOINS_MS,
    single_threaded=True,
    remark="English only, draft quality; for real use choose a model of `scribedock models list` and set "
    "SCRIBEDOCK_SPEECH_MODEL to its name",
)
