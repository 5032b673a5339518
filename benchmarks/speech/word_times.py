"""How exact the times of recognized words are: the recognizer's own, without silence, and aligned.

python -m benchmarks.speech.word_times FOLDER --model FOLDER --words FOLDER

FOLDER has a manifest.json: a list of {"name", "file", "text", "language"}, in English without the last. The
times of reference are NAME.TextGrid or NAME.json in the folder of --words, as `recognizers.py align` takes
them; recordings without any are left out. A line of CSV for each recording and for English and the other
languages: how many words were compared; for each kind of times the median of how far the beginnings are off,
and the share within 100 ms; the same for the words that were aligned alone, their share, and the seconds of
processor time that trimming and aligning took for a second of sound.
"""

from __future__ import annotations

import argparse
import csv
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.speech.material import LIMITS
from benchmarks.speech.recognizers import errors, reference_times
from scribedock.media.audio import decode
from scribedock.speech.alignment.aligner import LANGUAGES, Aligner
from scribedock.speech.alignment.refinement import Align, aligned_words
from scribedock.speech.alignment.silences import trimmed_words
from scribedock.speech.pool.batches import joined_spans
from scribedock.speech.recognizer import Origin, TimedWord, choose, engine_named
from scribedock.speech.span import Span
from scribedock.speech.vad import SAMPLES_PER_MS, read_pcm, speech_spans

if TYPE_CHECKING:
    from scribedock.speech.recognizer import Pcm

NEAR_MS = 100


@dataclass(kw_only=True)
class Measured:
    """How far the beginnings of words are off, in ms, by kind of times."""

    own: list[float] = field(default_factory=list)
    trimmed: list[float] = field(default_factory=list)
    refined: list[float] = field(default_factory=list)
    aligned: list[float] = field(default_factory=list)
    cpu_s: float = 0.0
    sound_s: float = 0.0

    def add(self, other: Measured) -> None:
        self.own += other.own
        self.trimmed += other.trimmed
        self.refined += other.refined
        self.aligned += other.aligned
        self.cpu_s += other.cpu_s
        self.sound_s += other.sound_s

    def row(self, name: str) -> list[object]:
        found: list[object] = [name, len(self.own)]
        for off in (self.own, self.trimmed, self.refined, self.aligned):
            within = sum(each <= NEAR_MS for each in off) / len(off) if off else 0
            found += [f"{statistics.median(off):.0f}", f"{within:.3f}"] if off else ["", ""]
        share = len(self.aligned) / max(len(self.own), 1)
        return [*found, f"{share:.3f}", f"{self.cpu_s / max(self.sound_s, 1e-9):.3f}"]


def samples_of(audio: Path, span: Span) -> Pcm:
    return read_pcm(audio, span.start_ms * SAMPLES_PER_MS, (span.end_ms - span.start_ms) * SAMPLES_PER_MS)


def aligner_of(audio: Path, aligner: Aligner) -> Align:
    def align(span: Span, texts: Sequence[str]) -> list[Span | None]:
        found = aligner.align(samples_of(audio, span), span.start_ms, texts, wide=True, hesitations=True)
        return [None if each is None else Span(start_ms=each.start_ms, end_ms=each.end_ms) for each in found]

    return align


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--words", type=Path, required=True)
    arguments = parser.parse_args()
    spec = choose("auto", arguments.model)
    engine, aligner = engine_named(spec.engine), Aligner()
    recognizer = engine.load(spec)
    output = csv.writer(sys.stdout)
    kinds = [
        f"{kind}_{figure}" for kind in ("own", "trimmed", "refined", "aligned") for figure in ("ms", "near")
    ]
    output.writerow(["recording", "words", *kinds, "aligned_share", "cpu_s_per_s"])
    totals = {"English": Measured(), "other languages": Measured()}
    with tempfile.TemporaryDirectory() as scratch:
        for entry in json.loads((arguments.folder / "manifest.json").read_text()):
            reference = reference_times(arguments.words, entry["name"])
            if not reference:
                continue
            audio, language = Path(scratch) / "audio.pcm", entry.get("language", "en")
            decode(arguments.folder / entry["file"], audio, LIMITS)
            own: list[TimedWord] = []
            trimmed: list[TimedWord] = []
            refined: list[TimedWord] = []
            found = Measured(sound_s=audio.stat().st_size / (2000 * SAMPLES_PER_MS))
            for span in joined_spans(speech_spans(audio), pause_ms=engine.joins_ms):
                pcm = samples_of(audio, span)
                words = recognizer.recognize(pcm, span.start_ms, language)
                began = time.process_time()
                later = trimmed_words(words, pcm, span.start_ms, engine.early_ms or 0)
                exact = (
                    aligned_words(later, span, aligner_of(audio, aligner)) if language in LANGUAGES else later
                )
                found.cpu_s += time.process_time() - began
                own, trimmed, refined = own + words, trimmed + later, refined + exact
            found.own, found.trimmed = errors(own, reference), errors(trimmed, reference)
            found.refined = errors(refined, reference)
            found.aligned = errors([each for each in refined if each.origin is Origin.ALIGNED], reference)
            output.writerow(found.row(entry["name"]))
            sys.stdout.flush()
            totals["English" if language in LANGUAGES else "other languages"].add(found)
    for name, measured in totals.items():
        output.writerow(measured.row(f"all: {name}"))


if __name__ == "__main__":
    main()
