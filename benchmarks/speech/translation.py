"""How good Whisper's own translations into English are, on real speech.

python -m benchmarks.speech.translation FOLDER --model FOLDER [--threads N]

FOLDER has a manifest.json: a list of {"name", "file", "language", "translation"}, the last by people. A line
of CSV for each recording: its seconds, chrF (Popović, "chrF: character n-gram F-score for automatic MT
evaluation", 2015; 0 to 100, with n-grams of up to 6 characters, recall counted twice), how many stretches
were not understood, seconds of processor time for a second of sound, and the translation. The last line is
the mean.
"""

from __future__ import annotations

import argparse
import csv
import json
import statistics
import sys
import tempfile
import time
from collections import Counter
from dataclasses import replace
from pathlib import Path

from benchmarks.speech.material import LIMITS, Recording
from benchmarks.speech.recognition import samples
from scribedock.media.audio import decode
from scribedock.speech.pauses import with_context
from scribedock.speech.pool.batches import joined_spans
from scribedock.speech.recognizer import SpeechTranslator, TimedWord, choose, engine_named
from scribedock.speech.vad import speech_spans

LONGEST_NGRAM = 6
RECALL_WEIGHT = 2


def chrf(translation: str, reference: str) -> float:
    ours, theirs = ("".join(text.lower().split()) for text in (translation, reference))
    scores = []
    for size in range(1, LONGEST_NGRAM + 1):
        found, wanted = (
            Counter(text[place : place + size] for place in range(len(text) - size + 1))
            for text in (ours, theirs)
        )
        if not wanted:
            break
        shared = (found & wanted).total()
        precision, recall = shared / max(found.total(), 1), shared / wanted.total()
        weighted = RECALL_WEIGHT**2 * precision + recall
        scores.append((1 + RECALL_WEIGHT**2) * precision * recall / weighted if weighted else 0.0)
    return 100 * statistics.mean(scores) if scores else 0.0


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--threads", type=int, default=1)
    arguments = parser.parse_args()
    spec = replace(choose("auto", arguments.model), threads=arguments.threads)
    engine = engine_named(spec.engine)
    translator = engine.load(spec)
    if not isinstance(translator, SpeechTranslator):
        sys.exit(f"{spec.title} does not translate")
    output = csv.writer(sys.stdout)
    output.writerow("recording language seconds chrf not_understood cpu_s_per_s translation".split())
    scores = []
    with tempfile.TemporaryDirectory() as scratch:
        for entry in json.loads((arguments.folder / "manifest.json").read_text()):
            audio = Path(scratch) / "audio.pcm"
            decode(arguments.folder / entry["file"], audio, LIMITS)
            each = Recording(name=entry["name"], text="", audio=audio)
            began = time.process_time()
            words: list[TimedWord] = []
            for span in with_context(
                joined_spans(speech_spans(audio), pause_ms=engine.joins_ms),
                context_ms=engine.context_ms,
                media_ms=each.length_ms,
            ):
                words += translator.translate(samples(audio, span), span.start_ms, entry["language"])
            cpu_s = time.process_time() - began
            said = "".join(word.text for word in words).strip()
            scores.append(chrf(said, entry["translation"]))
            missed = sum(not word.text for word in words)
            seconds = each.length_ms / 1000
            row = [f"{seconds:.1f}", f"{scores[-1]:.0f}", missed, f"{cpu_s / seconds:.2f}", said]
            output.writerow([entry["name"], entry["language"], *row])
            sys.stdout.flush()
    output.writerow(["all", "", "", f"{statistics.mean(scores):.0f}", "", "", ""])


if __name__ == "__main__":
    main()
