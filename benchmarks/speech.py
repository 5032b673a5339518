"""How many words are wrong, how long it takes, and how exact the times are, on real speech.

python benchmarks/speech.py recognize FOLDER [--engine NAME] [--model FOLDER] [--half a|b]
    [--bare] [--threads N] [--batch N]
python benchmarks/speech.py align FOLDER [--words FOLDER] [--hours N] [--processes N]

FOLDER has a manifest.json: a list of {"name", "file", "text"}; a text that is empty says that nobody speaks.
`recognize` prints a line of CSV for each recording and one for all: word error rate (jiwer, after Whisper's
English normaliser and without "um" and "uh"), seconds and seconds of processor time for each second of sound
(the latter is what to compare on a machine with other things to do), and the peak memory of the process.
--bare runs the engine alone on whole files, as its own documentation does. Halves are every other recording
by name: what is tuned on one is reported on the other.
`align` prints how much of each text was found, and of the text of another recording; against the word times
of another aligner (NAME.TextGrid in the short form, or NAME.json with "word", "start_sec", "end_sec", in the
folder of --words) the errors of the beginnings. --hours makes one recording of so many hours of them all with
its text, and says how much of it was found, and where it is said.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import random
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from itertools import islice
from pathlib import Path

import jiwer
from whisper_normalizer.english import EnglishTextNormalizer

from scribedock.media.audio import decode
from scribedock.media.limits import Limits
from scribedock.speech.alignment.anchors import anchors
from scribedock.speech.alignment.gaps import Gap, GapWindow, gaps
from scribedock.speech.alignment.given import transcript_of
from scribedock.speech.alignment.pronunciation import bare_word
from scribedock.speech.alignment.synchronized import found_words, placed_words, share_found, words_of
from scribedock.speech.pauses import with_context
from scribedock.speech.pool.batches import batches, joined_spans
from scribedock.speech.pool.pool import RecognizerPool
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
from scribedock.speech.vad import read_pcm, speech_spans
from scribedock_captions.elementlist.model import ElementList

LIMITS = Limits(max_duration_s=43_200, memory=2 * 1024**3)
FILLERS = {"um", "uh", "mm", "hmm", "mhm"}
SAMPLES_PER_MS = SAMPLE_RATE // 1000
PAUSE_MS = 500
CHUNK_TIMEOUT_S = 300.0


@dataclass(frozen=True, kw_only=True)
class Recording:
    name: str
    text: str
    audio: Path  # mono 16 kHz s16le

    @property
    def length_ms(self) -> int:
        return self.audio.stat().st_size // (2 * SAMPLES_PER_MS)


def recordings(folder: Path, scratch: Path, half: str | None) -> list[Recording]:
    entries = sorted(json.loads((folder / "manifest.json").read_text()), key=lambda entry: entry["name"])
    chosen = entries[{"a": 0, "b": 1}[half] :: 2] if half else entries
    found = []
    for entry in chosen:
        audio = scratch / f"{entry['name']}.pcm"
        decode(folder / entry["file"], audio, LIMITS)
        found.append(Recording(name=entry["name"], text=entry["text"], audio=audio))
    return found


def pipeline(spec: RecognizerSpec, most: int) -> Callable[[Recording], str]:
    """What hears as our pipeline does, with at most so many chunks at once (0: as the engine likes it)."""
    engine = engine_named(spec.engine)
    recognizer = engine.load(spec)

    def hear(each: Recording) -> str:
        speech = speech_spans(each.audio)
        joined = joined_spans(speech, pause_ms=engine.joins_ms)
        spans = with_context(joined, context_ms=engine.context_ms, media_ms=each.length_ms)
        return "".join(
            word.text
            for batch in batches(spans, most=most or engine.batch(), processes=1)
            for found in recognized(recognizer, each, batch)
            for word in found
        )

    return hear


def recognized(recognizer: Recognizer, each: Recording, batch: Sequence[Span]) -> list[list[TimedWord]]:
    chunks = [(samples(each.audio, span), span.start_ms) for span in batch]
    if len(chunks) > 1 and isinstance(recognizer, BatchRecognizer):
        return recognizer.recognize_batch(chunks, "en")
    return [recognizer.recognize(pcm, offset_ms, "en") for pcm, offset_ms in chunks]


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
        sys.exit(f"--bare knows whisper and pocketsphinx, not {spec.engine}")
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


def run_recognize(arguments: argparse.Namespace, scratch: Path) -> None:
    spec = replace(choose(arguments.engine, arguments.model), threads=arguments.threads)
    chosen = recordings(arguments.folder, scratch, arguments.half)
    normalise = EnglishTextNormalizer()
    said, heard = [], []
    output = csv.writer(sys.stdout)
    output.writerow("recording engine words wer seconds_per_second cpu_seconds_per_second heard".split())
    total = worked = length = 0.0
    hear = bare_engine(spec) if arguments.bare else pipeline(spec, arguments.batch)
    for each in chosen:
        began, began_work = time.perf_counter(), time.process_time()
        text = hear(each)
        seconds, cpu_seconds = time.perf_counter() - began, time.process_time() - began_work
        reference, hypothesis = (
            " ".join(word for word in normalise(both).split() if word not in FILLERS)
            for both in (each.text, text)
        )
        total += seconds
        worked += cpu_seconds
        length += each.length_ms / 1000
        count = len(reference.split())
        rate = f"{jiwer.wer(reference, hypothesis):.3f}" if count else f"{len(hypothesis.split())} invented"
        times = [f"{each_s * 1000 / each.length_ms:.2f}" for each_s in (seconds, cpu_seconds)]
        output.writerow([each.name, spec.engine, count, rate, *times, text[:200]])
        if count:
            said.append(reference)
            heard.append(hypothesis)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    words = sum(len(text.split()) for text in said)
    times = [f"{total / length:.2f}", f"{worked / length:.2f}"]
    output.writerow(
        ["all", spec.engine, words, f"{jiwer.wer(said, heard):.3f}", *times, f"{memory} MB at the most"]
    )


def synchronize(pool: RecognizerPool, scratch: Path, each: Recording, text: str) -> list[TimedWord]:
    """The words of a text with the times of a recording, as the workflow finds them."""
    transcript: ElementList
    transcript, _ = transcript_of(text.encode(), None, language="en", duration=each.length_ms)
    written = words_of(transcript)
    speech = pool.speech_spans(each.audio)
    with (
        ThreadPoolExecutor(pool.processes) as threads,
        tempfile.NamedTemporaryFile("w", dir=scratch, suffix=".json") as words,
    ):
        json.dump(written, words)
        words.flush()
        heard = threads.map(lambda span: pool.hear(each.audio, span, Path(words.name)), speech)
        known = anchors([bare_word(word) for word in written], [word for part in heard for word in part])
        left = gaps(len(written), known, speech)
        aligned = list(threads.map(lambda gap: align(pool, each, written, gap), left))
    found = found_words(known, [part for part in aligned if part is not None])
    return placed_words(transcript, found, speech, timed=False, media_ms=each.length_ms)


def align(
    pool: RecognizerPool, each: Recording, written: Sequence[str], gap: Gap
) -> tuple[GapWindow, list[Span | None]] | None:
    for window in gap.windows:
        spans = pool.align(each.audio, window.span, written[window.first : window.last], wide=gap.wide)
        if any(spans):
            return window, spans
    return None


def reference_times(folder: Path | None, name: str) -> list[tuple[str, float]]:
    """The words and their beginnings, in ms, as another aligner has them."""
    if folder is None:
        return []
    if (path := folder / f"{name}.json").exists():
        return [(bare_word(word["word"]), word["start_sec"] * 1000) for word in json.loads(path.read_text())]
    if not (path := folder / f"{name}.TextGrid").exists():
        return []
    lines = path.read_text().splitlines()
    first = lines.index('"words"') + 4
    found = []
    for start, text in zip(lines[first::3], lines[first + 2 :: 3], strict=False):
        if start.startswith('"'):
            break
        if text.strip('"'):
            found.append((bare_word(text.strip('"')), float(start) * 1000))
    return found


def errors(words: Sequence[TimedWord], reference: Sequence[tuple[str, float]]) -> list[float]:
    """How far the beginnings of the same words are from each other, in ms."""
    ours = [bare_word(word.text) for word in words]
    matcher = SequenceMatcher(None, ours, [word for word, _ in reference], autojunk=False)
    return [
        abs(words[block.a + step].start_ms - reference[block.b + step][1])
        for block in matcher.get_matching_blocks()
        for step in range(block.size)
    ]


def run_align(arguments: argparse.Namespace, scratch: Path) -> None:
    chosen = [each for each in recordings(arguments.folder, scratch, arguments.half) if each.text]
    pool = RecognizerPool(
        choose("pocketsphinx", None), processes=arguments.processes, chunk_timeout_s=CHUNK_TIMEOUT_S
    )
    try:
        if arguments.hours:
            align_long(pool, scratch, chosen, arguments.hours)
        else:
            align_each(pool, scratch, chosen, arguments.words)
    finally:
        pool.close()
    parent, child = (
        resource.getrusage(who).ru_maxrss // 1024 for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    print(f"# at the most {parent} MB in the worker, {child} MB in one of {pool.processes} recognizers")


def align_each(
    pool: RecognizerPool, scratch: Path, chosen: Sequence[Recording], words_of_another: Path | None
) -> None:
    output = csv.writer(sys.stdout)
    output.writerow(
        "recording words found seconds_per_second median_ms within_50ms within_100ms found_of_another".split()
    )
    for number, each in enumerate(chosen):
        began = time.perf_counter()
        words = synchronize(pool, scratch, each, each.text)
        seconds = time.perf_counter() - began
        wrong = synchronize(pool, scratch, each, chosen[number - 1].text) if len(chosen) > 1 else []
        off = errors(words, reference_times(words_of_another, each.name))
        exact = (
            [
                f"{statistics.median(off):.0f}",
                *(f"{sum(e <= limit for e in off) / len(off):.3f}" for limit in (50, 100)),
            ]
            if off
            else ["", "", ""]
        )
        output.writerow(
            [
                each.name,
                len(words),
                f"{share_found(words):.3f}",
                f"{seconds * 1000 / each.length_ms:.2f}",
                *exact,
                f"{share_found(wrong):.3f}" if wrong else "",
            ]
        )
        sys.stdout.flush()


def align_long(pool: RecognizerPool, scratch: Path, chosen: Sequence[Recording], hours: float) -> None:
    """Besides what is found: how many words have their time in the part of the recording that says them."""
    whole, parts = end_to_end(chosen, scratch, hours)
    began = time.perf_counter()
    words = synchronize(pool, scratch, whole, whole.text)
    seconds = time.perf_counter() - began
    times = iter(words)
    in_place = sum(
        part.start_ms <= word.start_ms and word.end_ms <= part.end_ms
        for part, count in parts
        for word in islice(times, count)
    )
    output = csv.writer(sys.stdout)
    output.writerow("minutes parts words found in_their_part seconds_per_second".split())
    output.writerow(
        [
            f"{whole.length_ms / 60_000:.1f}",
            len(parts),
            len(words),
            f"{share_found(words):.3f}",
            f"{in_place / len(words):.4f}",
            f"{seconds * 1000 / whole.length_ms:.2f}",
        ]
    )


def end_to_end(
    chosen: Sequence[Recording], scratch: Path, hours: float
) -> tuple[Recording, list[tuple[Span, int]]]:
    """One recording of so many hours, and the place and the number of words of each part of it.

    All recordings come in each round, in another order, with half a second of silence after each.
    """
    order = random.Random(1)
    texts: list[str] = []
    parts: list[tuple[Span, int]] = []
    length_ms = 0
    audio = scratch / "joined.pcm"
    with audio.open("wb") as file:
        while length_ms < hours * 3_600_000:
            for each in order.sample(chosen, len(chosen)):
                transcript, _ = transcript_of(
                    each.text.encode(), None, language="en", duration=each.length_ms
                )
                file.write(each.audio.read_bytes() + bytes(SAMPLE_RATE))
                texts.append(each.text)
                span = Span(start_ms=length_ms, end_ms=length_ms + each.length_ms + PAUSE_MS)
                parts.append((span, len(words_of(transcript))))
                length_ms = span.end_ms
    return Recording(name="joined", text="\n\n".join(texts), audio=audio), parts


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    commands = parser.add_subparsers(required=True)
    recognize = commands.add_parser("recognize")
    recognize.set_defaults(run=run_recognize)
    recognize.add_argument("--engine", default="auto")
    recognize.add_argument("--model", type=Path)
    recognize.add_argument("--bare", action="store_true")
    recognize.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)))
    recognize.add_argument("--batch", type=int, default=0, help="chunks at once; 0: as the engine likes it")
    align = commands.add_parser("align")
    align.set_defaults(run=run_align)
    align.add_argument("--words", type=Path)
    align.add_argument("--hours", type=float)
    align.add_argument("--processes", type=int, default=len(os.sched_getaffinity(0)))
    for command in (recognize, align):
        command.add_argument("folder", type=Path)
        command.add_argument("--half", choices=("a", "b"))
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        arguments.run(arguments, Path(scratch))


if __name__ == "__main__":
    main()
