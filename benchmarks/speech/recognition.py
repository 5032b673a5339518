"""What is recognized, beside what the engine recognizes by itself: wrong, skipped, invented, in doubt."""

from __future__ import annotations

import argparse
import csv
import re
import resource
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import jiwer
from whisper_normalizer.english import EnglishTextNormalizer

from benchmarks.speech.material import SAMPLES_PER_MS, Recording, recordings, sounds
from scribedock.speech.coverage import wordless_stretches
from scribedock.speech.pauses import with_context
from scribedock.speech.pool.batches import batches, joined_spans
from scribedock.speech.recognizer import (
    SAMPLE_RATE,
    BatchRecognizer,
    Recognizer,
    RecognizerSpec,
    TimedWord,
    choose,
    engine_named,
)
from scribedock.speech.span import Span
from scribedock.speech.timing import trim_to_speech
from scribedock.speech.vad import read_pcm, speech_spans

FILLERS = {"um", "uh", "mm", "hmm", "mhm"}
LEAST_SURE = 0.1  # the share of the words whose errors are counted
NORMALISE = EnglishTextNormalizer()


@dataclass(frozen=True, kw_only=True)
class Heard:
    words: Sequence[TimedWord]
    skipped_ms: int  # of speech that no word is near
    first_s: (
        float  # until the first chunk has its words, which a first caption needs; with nothing to hear, all
    )
    seconds: float
    cpu_seconds: float

    @property
    def text(self) -> str:
        return "".join(word.text for word in self.words).strip()


class Pipeline:
    """Hears as the workflow does, with at most so many chunks at once (0: as the engine likes it)."""

    def __init__(self, spec: RecognizerSpec, most: int) -> None:
        self.engine = engine_named(spec.engine)
        self._recognizer = self.engine.load(spec)
        self._most = most or self.engine.batch()

    def hear(self, each: Recording, terms: Sequence[str] = ()) -> Heard:
        began, began_work = time.perf_counter(), time.process_time()
        speech = speech_spans(each.audio)
        spans = with_context(
            joined_spans(speech, pause_ms=self.engine.joins_ms),
            context_ms=self.engine.context_ms,
            media_ms=each.length_ms,
        )
        found: list[tuple[Span, list[TimedWord]]] = []
        first_s = 0.0
        for batch in batches(spans, most=self._most, processes=1):
            parts = recognized(self._recognizer, each, batch, terms)
            found += zip(batch, (trim_to_speech(words, speech) for words in parts), strict=True)
            first_s = first_s or time.perf_counter() - began
        return Heard(
            words=[word for _, words in found for word in words if word.text],
            skipped_ms=sum(span.end_ms - span.start_ms for span in wordless_stretches(speech, found)),
            first_s=first_s or time.perf_counter() - began,
            seconds=time.perf_counter() - began,
            cpu_seconds=time.process_time() - began_work,
        )


def recognized(
    recognizer: Recognizer, each: Recording, batch: Sequence[Span], terms: Sequence[str]
) -> list[list[TimedWord]]:
    chunks = [(samples(each.audio, span), span.start_ms) for span in batch]
    if len(chunks) > 1 and isinstance(recognizer, BatchRecognizer):
        return recognizer.recognize_batch(chunks, "en", terms)
    return [recognizer.recognize(pcm, offset_ms, "en", terms) for pcm, offset_ms in chunks]


def bare_engine(spec: RecognizerSpec) -> Callable[[Recording], str]:
    """What hears whole files as the engine does by itself, with its own defaults."""
    if spec.engine == "whisper":
        from faster_whisper import WhisperModel

        model = WhisperModel(
            str(spec.model),
            device="cpu",
            compute_type="int8",
            cpu_threads=spec.threads,
            local_files_only=True,
        )

        def hear_by_whisper(each: Recording) -> str:
            pcm = read_pcm(each.audio, 0, each.length_ms * SAMPLES_PER_MS)
            segments, _ = model.transcribe(pcm.astype("float32") / 32768, language="en")
            return " ".join(segment.text for segment in segments)

        return hear_by_whisper
    if spec.engine != "pocketsphinx":
        sys.exit(f"only whisper and pocketsphinx are heard bare, not {spec.engine}: --alone leaves it out")
    from pocketsphinx import Decoder

    decoder = Decoder(samprate=SAMPLE_RATE, loglevel="FATAL")

    def hear_by_pocketsphinx(each: Recording) -> str:
        decoder.start_utt()
        decoder.process_raw(each.audio.read_bytes(), full_utt=True)
        decoder.end_utt()
        found = decoder.hyp()
        return found.hypstr if found else ""

    return hear_by_pocketsphinx


def samples(audio: Path, span: Span):  # type: ignore[no-untyped-def]
    return read_pcm(audio, span.start_ms * SAMPLES_PER_MS, (span.end_ms - span.start_ms) * SAMPLES_PER_MS)


def normalised(text: str) -> str:
    return " ".join(word for word in NORMALISE(text).split() if word not in FILLERS)


def wrong_words(reference: str, hypothesis: str) -> int:
    if not reference:
        return len(hypothesis.split())
    found = jiwer.process_words(reference, hypothesis or "-")
    return found.substitutions + found.deletions + found.insertions


def formatted_errors(text: str, heard: str) -> int | None:
    """Wrong words and marks, with case and punctuation; None of a text that has neither."""
    if text == text.lower():
        return None
    return wrong_words(*(" ".join(re.findall(r"[\w'’]+|[^\w\s]", each)) for each in (text, heard)))


def misheard(reference: str, words: Sequence[TimedWord]) -> list[bool]:
    """Whether each word is wrong; a word that is missing is nobody's."""
    owners = [place for place, word in enumerate(words) for _ in normalised(word.text).split()]
    hypothesis = " ".join(normalised(word.text) for word in words).split()
    wrong = [False] * len(words)
    if reference and hypothesis:
        for chunk in jiwer.process_words(reference, " ".join(hypothesis)).alignments[0]:
            if chunk.type in ("substitute", "insert"):
                for place in range(chunk.hyp_start_idx, chunk.hyp_end_idx):
                    wrong[owners[place]] = True
    return wrong


def run_recognize(arguments: argparse.Namespace, scratch: Path) -> None:
    spec = replace(choose(arguments.engine, arguments.model), threads=arguments.threads)
    began = time.perf_counter()
    ours = Pipeline(spec, arguments.batch)
    load_s = time.perf_counter() - began
    bare = None if arguments.alone else bare_engine(spec)
    output = csv.writer(sys.stdout)
    output.writerow(
        "recording words wrong bare_wrong formatted_wrong skipped_s first_s s_per_s cpu_s_per_s "
        "bare_cpu_s_per_s runs_that_differ".split()
    )
    sums, total_s = [0.0] * 8, 0.0
    sure: list[tuple[float, bool]] = []
    for each in recordings(arguments.folder, scratch, arguments.half):
        heard = ours.hear(each)
        again = [ours.hear(each).words for _ in range(arguments.runs - 1)]
        began = time.process_time()
        by_itself = bare(each) if bare else ""
        bare_s = time.process_time() - began
        reference = normalised(each.text)
        wrong = wrong_words(reference, normalised(heard.text))
        row = [
            len(reference.split()),
            wrong,
            wrong_words(reference, normalised(by_itself)) if bare else 0,
            formatted_errors(each.text, heard.text) or 0,
            heard.skipped_ms / 1000,
            heard.seconds,
            heard.cpu_seconds,
            bare_s,
        ]
        sums = [total + value for total, value in zip(sums, row, strict=True)]
        length_s = each.length_ms / 1000
        differing = sum(words != heard.words for words in again)
        times = [f"{value / length_s:.2f}" for value in row[5:]]
        first = f"{heard.first_s:.1f}"
        output.writerow([each.name, *row[:4], f"{row[4]:.1f}", first, *times, differing])
        sys.stdout.flush()
        total_s += length_s
        sure += [
            (word.confidence, error)
            for word, error in zip(heard.words, misheard(reference, heard.words), strict=True)
            if word.confidence is not None and reference
        ]
    times = [f"{value / total_s:.2f}" for value in sums[5:]]
    output.writerow(["all", *(int(value) for value in sums[:4]), f"{sums[4]:.1f}", "", *times, ""])
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"# {spec.title}, {spec.threads} threads, loaded in {load_s:.1f} s, {memory} MB at the most")
    print(f"# {doubt(sure, ours.engine.doubt_below)}")


def doubt(sure: Sequence[tuple[float, bool]], limit: float) -> str:
    """How many of the errors the words of little confidence hold."""
    errors = sum(wrong for _, wrong in sure)
    if not errors:
        return f"{len(sure)} words with a confidence, none of them wrong"
    least = sorted(sure)[: round(LEAST_SURE * len(sure))]
    doubtful = [wrong for confidence, wrong in sure if confidence < limit]
    return (
        f"the least sure {LEAST_SURE:.0%} of {len(sure)} words hold {sum(wrong for _, wrong in least)} of "
        f"{errors} errors; below {limit} are {len(doubtful)} words with {sum(doubtful)} errors"
    )


def run_sounds(arguments: argparse.Namespace, scratch: Path) -> None:
    spec = replace(choose(arguments.engine, arguments.model), threads=arguments.threads)
    ours = Pipeline(spec, 0)
    bare = None if arguments.alone else bare_engine(spec)
    spoken = [each for each in recordings(arguments.folder, scratch, arguments.half) if each.text]
    output = csv.writer(sys.stdout)
    output.writerow("sound words_kept without_doubt bare_words cpu_s_per_s bare_cpu_s_per_s".split())
    for each in sounds(spoken, scratch):
        heard = ours.hear(each)
        certain = sum((word.confidence or 0.0) >= ours.engine.doubt_below for word in heard.words)
        began = time.process_time()
        invented = len(bare(each).split()) if bare else ""
        times = [heard.cpu_seconds, time.process_time() - began]
        row = [f"{value * 1000 / each.length_ms:.2f}" for value in times]
        output.writerow([each.name, len(heard.words), certain, invented, *row])
        sys.stdout.flush()


def run_names(arguments: argparse.Namespace, scratch: Path) -> None:
    """Each recording is heard without terms, with its own names, and with those of all other recordings."""
    spec = replace(choose(arguments.engine, arguments.model), threads=arguments.threads)
    ours = Pipeline(spec, 0)
    chosen = [each for each in recordings(arguments.folder, scratch, arguments.half) if each.text]
    own = {
        each.name: [name for name in arguments.names if normalised(name) in normalised(each.text)]
        for each in chosen
    }
    said = without = with_terms = inserted = 0
    for each in chosen:
        others = [name for name in arguments.names if name not in own[each.name]]
        heard = normalised(ours.hear(each, others).text)
        inserted += sum(normalised(name) in heard for name in others)
        if own[each.name]:
            said += len(own[each.name])
            plain, helped = (normalised(ours.hear(each, terms).text) for terms in ((), own[each.name]))
            without += sum(normalised(name) in plain for name in own[each.name])
            with_terms += sum(normalised(name) in helped for name in own[each.name])
    print(f"names said {said}, right without terms {without}, with them {with_terms}")
    print(f"inserted where they were terms and not said: {inserted}")
