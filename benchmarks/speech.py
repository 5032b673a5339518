"""How many words are wrong, how long it takes, and how exact the times are, on real speech.

python benchmarks/speech.py recognize FOLDER [--engine NAME] [--model FOLDER] [--half a|b] [--bare]
python benchmarks/speech.py align FOLDER [--words FOLDER] [--minutes N]

FOLDER has a manifest.json: a list of {"name", "file", "text"}; a text that is empty says that nobody speaks.
`recognize` prints a line of CSV for each recording and one for all: word error rate (jiwer, after Whisper's
English normaliser and without "um" and "uh"), seconds for each second of sound, and the peak memory of the
process. --bare runs the engine alone on the whole file, as its own documentation does. Halves are every other
recording by name: what is tuned on one is reported on the other.
`align` prints how much of each text was found, and of the text of another recording; against the word times
of another aligner (NAME.TextGrid in the short form, or NAME.json with "word", "start_sec", "end_sec", in the
folder of --words) the errors of the beginnings. --minutes makes one recording of so many minutes of them all.
"""

from __future__ import annotations

import argparse
import csv
import json
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import cycle
from pathlib import Path

import jiwer
from whisper_normalizer.english import EnglishTextNormalizer

from scribedock.captions.elementlist import ElementList
from scribedock.media.audio import decode
from scribedock.media.limits import Limits
from scribedock.speech.aligner import Aligner
from scribedock.speech.anchors import anchors
from scribedock.speech.pieces import Window, pieces
from scribedock.speech.recognizer import SAMPLE_RATE, RecognizerSpec, Word, choose, engine_named
from scribedock.speech.span import Span
from scribedock.speech.spoken import bare
from scribedock.speech.synchronized import found_words, placed, share_found, words_of
from scribedock.speech.vad import read_pcm, speech_spans
from scribedock.workflow.transcripts import transcript_of

LIMITS = Limits(max_duration_s=43_200, memory=2 * 1024**3)
FILLERS = {"um", "uh", "mm", "hmm", "mhm"}
SAMPLES_PER_MS = SAMPLE_RATE // 1000


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


def recognized(spec: RecognizerSpec, chosen: Sequence[Recording]) -> Iterator[tuple[Recording, str, float]]:
    """What our pipeline hears, and how many seconds it takes."""
    recognizer = engine_named(spec.engine).load(spec)
    for each in chosen:
        began = time.perf_counter()
        words = [
            word.text.strip()
            for span in speech_spans(each.audio)
            for word in recognizer.recognize(samples(each.audio, span), span.start_ms, "en")
        ]
        yield each, " ".join(words), time.perf_counter() - began


def recognized_bare(
    spec: RecognizerSpec, chosen: Sequence[Recording]
) -> Iterator[tuple[Recording, str, float]]:
    """What the engine hears by itself, with its own defaults."""
    if spec.engine == "whisper":
        from faster_whisper import WhisperModel

        model = WhisperModel(str(spec.model), device="cpu", compute_type="int8", local_files_only=True)
        for each in chosen:
            began = time.perf_counter()
            pcm = read_pcm(each.audio, 0, each.length_ms * SAMPLES_PER_MS)
            segments, _ = model.transcribe(pcm.astype("float32") / 32768, language="en")
            yield each, " ".join(segment.text for segment in segments), time.perf_counter() - began
    elif spec.engine == "pocketsphinx":
        from pocketsphinx import Decoder

        decoder = Decoder(samprate=SAMPLE_RATE, loglevel="FATAL")
        for each in chosen:
            began = time.perf_counter()
            decoder.start_utt()
            decoder.process_raw(each.audio.read_bytes(), full_utt=True)
            decoder.end_utt()
            heard = decoder.hyp()
            yield each, heard.hypstr if heard else "", time.perf_counter() - began
    else:
        sys.exit(f"--bare knows whisper and pocketsphinx, not {spec.engine}")


def samples(audio: Path, span: Span):  # type: ignore[no-untyped-def]
    return read_pcm(audio, span.start_ms * SAMPLES_PER_MS, (span.end_ms - span.start_ms) * SAMPLES_PER_MS)


def run_recognize(arguments: argparse.Namespace, scratch: Path) -> None:
    spec = choose(arguments.engine, arguments.model)
    chosen = recordings(arguments.folder, scratch, arguments.half)
    normalise = EnglishTextNormalizer()
    said, heard = [], []
    output = csv.writer(sys.stdout)
    output.writerow(["recording", "engine", "words", "wer", "seconds_per_second", "heard"])
    total = length = 0.0
    for each, text, seconds in (recognized_bare if arguments.bare else recognized)(spec, chosen):
        reference, hypothesis = (
            " ".join(word for word in normalise(both).split() if word not in FILLERS)
            for both in (each.text, text)
        )
        total += seconds
        length += each.length_ms / 1000
        count = len(reference.split())
        rate = f"{jiwer.wer(reference, hypothesis):.3f}" if count else f"{len(hypothesis.split())} invented"
        output.writerow(
            [each.name, spec.engine, count, rate, f"{seconds * 1000 / each.length_ms:.2f}", text[:200]]
        )
        if count:
            said.append(reference)
            heard.append(hypothesis)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    everything = f"{jiwer.wer(said, heard):.3f}"
    words = sum(len(text.split()) for text in said)
    output.writerow(
        ["all", spec.engine, words, everything, f"{total / length:.2f}", f"{memory} MB at the most"]
    )


def synchronize(aligner: Aligner, each: Recording, text: str) -> list[Word]:
    """The words of a text with the times of a recording, as the workflow finds them."""
    transcript: ElementList
    transcript, _ = transcript_of(text.encode(), None, language="en", duration=each.length_ms)
    written = words_of(transcript)
    speech = speech_spans(each.audio)
    heard = [
        word for span in speech for word in aligner.hear(samples(each.audio, span), span.start_ms, written)
    ]
    known = anchors([bare(word) for word in written], heard)
    aligned: list[tuple[Window, list[Span | None]]] = []
    for piece in pieces(len(written), known, speech):
        for window in piece.windows:
            times = aligner.align(
                samples(each.audio, window.span),
                window.span.start_ms,
                written[window.first : window.last],
                wide=piece.wide,
            )
            if any(times):
                spans = [time and Span(start_ms=time.start_ms, end_ms=time.end_ms) for time in times]
                aligned.append((window, spans))
                break
    found = found_words(known, aligned)
    return placed(transcript, found, speech, timed=False, media_ms=each.length_ms)


def reference_times(folder: Path | None, name: str) -> list[tuple[str, float]]:
    """The words and their beginnings, in ms, as another aligner has them."""
    if folder is None:
        return []
    if (path := folder / f"{name}.json").exists():
        return [(bare(word["word"]), word["start_sec"] * 1000) for word in json.loads(path.read_text())]
    if not (path := folder / f"{name}.TextGrid").exists():
        return []
    lines = path.read_text().splitlines()
    first = lines.index('"words"') + 4
    found = []
    for start, text in zip(lines[first::3], lines[first + 2 :: 3], strict=False):
        if start.startswith('"'):
            break
        if text.strip('"'):
            found.append((bare(text.strip('"')), float(start) * 1000))
    return found


def errors(words: Sequence[Word], reference: Sequence[tuple[str, float]]) -> list[float]:
    """How far the beginnings of the same words are from each other, in ms."""
    ours = [bare(word.text) for word in words]
    matcher = SequenceMatcher(None, ours, [word for word, _ in reference], autojunk=False)
    return [
        abs(words[block.a + step].start_ms - reference[block.b + step][1])
        for block in matcher.get_matching_blocks()
        for step in range(block.size)
    ]


def run_align(arguments: argparse.Namespace, scratch: Path) -> None:
    chosen = [each for each in recordings(arguments.folder, scratch, arguments.half) if each.text]
    if arguments.minutes:
        chosen = [joined(chosen, scratch, arguments.minutes)]
    aligner = Aligner()
    output = csv.writer(sys.stdout)
    output.writerow(
        "recording words found seconds_per_second median_ms within_50ms within_100ms found_of_another".split()
    )
    for number, each in enumerate(chosen):
        began = time.perf_counter()
        words = synchronize(aligner, each, each.text)
        seconds = time.perf_counter() - began
        wrong = synchronize(aligner, each, chosen[number - 1].text) if len(chosen) > 1 else []
        off = errors(words, reference_times(arguments.words, each.name))
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


def joined(chosen: Sequence[Recording], scratch: Path, minutes: float) -> Recording:
    """One recording after the other until it is so long, with half a second of silence between them."""
    texts = []
    length_ms = 0
    audio = scratch / "joined.pcm"
    with audio.open("wb") as file:
        for each in cycle(chosen):
            file.write(each.audio.read_bytes() + bytes(SAMPLE_RATE))
            texts.append(each.text)
            length_ms += each.length_ms + 500
            if length_ms >= minutes * 60_000:
                break
    return Recording(name="joined", text="\n\n".join(texts), audio=audio)


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
    align = commands.add_parser("align")
    align.set_defaults(run=run_align)
    align.add_argument("--words", type=Path)
    align.add_argument("--minutes", type=float)
    for command in (recognize, align):
        command.add_argument("folder", type=Path)
        command.add_argument("--half", choices=("a", "b"))
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        arguments.run(arguments, Path(scratch))


if __name__ == "__main__":
    main()
