"""How many words are wrong, how long it takes, and how exact the times are, on real speech.

python -m benchmarks.speech.recognizers recognize FOLDER [--engine NAME] [--model FOLDER] [--half a|b]
    [--alone] [--threads N] [--batch N] [--runs N]
python -m benchmarks.speech.recognizers sounds FOLDER [--engine NAME] [--model FOLDER] [--alone] [--threads N]
python -m benchmarks.speech.recognizers names FOLDER NAME... [--engine NAME] [--model FOLDER] [--threads N]
python -m benchmarks.speech.recognizers align FOLDER [--words FOLDER] [--hours N] [--processes N]

FOLDER has a manifest.json: a list of {"name", "file", "text"}; a text that is empty says that nobody speaks.
`recognize` prints a line of CSV for each recording and one for all: the wrong words (jiwer, after Whisper's
English normaliser and without "um" and "uh"), beside those of the engine by itself on the whole file, as its
own documentation does it (--alone leaves that out); the errors with case and punctuation, where the text has
any; speech that no word is near; seconds until the first chunk has its words, which the first caption needs;
seconds and seconds of processor time for each second of sound (on a machine with other things to do the
latter is to be compared). Of all --runs it counts those with any other word, time or confidence than the
first. Then it says how long the model took to load, how much memory the process had at the most, and how
many of the errors the words of little confidence hold. Halves are every other recording by name: what is
tuned on one is reported on the other.
`sounds` counts the words that are kept of noises, and of the recordings played backwards. `names` counts how
many of the names are heard without terms and with them, and how many are heard where they are not said.
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
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from difflib import SequenceMatcher
from itertools import islice
from pathlib import Path

from benchmarks.speech.material import Recording, recordings
from benchmarks.speech.recognition import run_names, run_recognize, run_sounds
from scribedock.speech.alignment.anchors import anchors
from scribedock.speech.alignment.gaps import Gap, GapWindow, gaps
from scribedock.speech.alignment.given import transcript_of
from scribedock.speech.alignment.pronunciation import bare_word
from scribedock.speech.alignment.synchronized import found_words, placed_words, share_found, words_of
from scribedock.speech.pool.pool import RecognizerPool
from scribedock.speech.recognizer import SAMPLE_RATE, TimedWord, choose
from scribedock.speech.span import Span
from scribedock_captions.elementlist.model import ElementList

PAUSE_MS = 500
CHUNK_TIMEOUT_S = 300.0


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
    recognize.add_argument("--batch", type=int, default=0, help="chunks at once; 0: as the engine likes it")
    recognize.add_argument("--runs", type=int, default=1)
    of_sounds = commands.add_parser("sounds")
    of_sounds.set_defaults(run=run_sounds)
    names = commands.add_parser("names")
    names.set_defaults(run=run_names)
    for command in (recognize, of_sounds, names):
        command.add_argument("--engine", default="auto")
        command.add_argument("--model", type=Path)
        command.add_argument("--alone", action="store_true")
        command.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)))
    align = commands.add_parser("align")
    align.set_defaults(run=run_align)
    align.add_argument("--words", type=Path)
    align.add_argument("--hours", type=float)
    align.add_argument("--processes", type=int, default=len(os.sched_getaffinity(0)))
    for command in (recognize, of_sounds, names, align):
        command.add_argument("folder", type=Path)
        command.add_argument("--half", choices=("a", "b"))
    names.add_argument("names", nargs="+")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        arguments.run(arguments, Path(scratch))


if __name__ == "__main__":
    main()
