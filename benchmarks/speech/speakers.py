"""How well speakers are told apart, on conversations composed of single voices and on real ones.

python -m benchmarks.speech.speakers FOLDER [--model FILE] [--half a|b] [--people 1,2,3,4]
    [--seconds N] [--rounds N] [--levelled]

FOLDER has a manifest.json: a list of {"name", "file", "speaker"}; without "speaker", the name up to its first
underscore is the speaker's. From these conversations are composed: turns of 2 to 12 seconds with pauses of
0.1 to 0.8, all equally loud. --levelled gives all voices the same long-term spectrum, so that nobody is known
by the microphone; much of the voice itself goes with it. An entry with "rttm" instead of "speaker" is a real
conversation, with its speakers in a file in NIST's format.
Halves are every other speaker, or conversation: what is tuned on one is reported on the other.

A line of CSV for each conversation and method, with the number of people found out or given: how many there
are and how many were found, the diarization error rate (NIST's: missed, invented and confused time, 250 ms
around each border left out), and the share of the speech of single persons that is taken for somebody else's.
Then a line for each method, with the share of conversations of which the number of people is right. Methods:
- "spectra": no model; the number found out by the Bayesian information criterion is not shipped
- with a speaker-embedding network (--model, an ONNX file), "shipped", and others on the same windows, which
  `speaker_methods.py` has; "pieces" is what was shipped up to 2026-11
- "labels": who speaks according to the labels, where speech was found, and one person at a time: no method
  that finds no two people at once can be better
"""

from __future__ import annotations

import argparse
import csv
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from benchmarks.speech.speaker_methods import METHODS, PenalizedVoices, mean_voices, of_pieces
from scribedock.media.audio import decode
from scribedock.media.limits import Limits
from scribedock.settings import load
from scribedock.speech.diarization.diarization import joined_turns, turns, voice_spans
from scribedock.speech.diarization.embedded import window_directions
from scribedock.speech.diarization.embedding import Embedder
from scribedock.speech.diarization.people import voices_of_people
from scribedock.speech.diarization.turns import Turn, without_pauses
from scribedock.speech.diarization.voices import cluster_speakers
from scribedock.speech.diarization.windows import turns_of_windows, voice_windows
from scribedock.speech.recognizer import SAMPLE_RATE
from scribedock.speech.span import Span
from scribedock.speech.vad import read_pcm, speech_spans

LIMITS = Limits(max_duration_s=43_200, memory=2 * 1024**3)
FRAME_MS = 10
COLLAR_FRAMES = 25
LOUDNESS = 2000.0  # of every turn, root of the mean square
ROOM = 15.0  # the same of the noise under all of a composed conversation
TRANSFORM = 512

Samples = npt.NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Conversation:
    name: str
    audio: Path  # mono 16 kHz s16le
    turns: list[tuple[float, float, str]]  # seconds, and who

    @property
    def people(self) -> int:
        return len({who for _, _, who in self.turns})


def samples_of(folder: Path, file: str, scratch: Path) -> Samples:
    audio = scratch / "decoded.pcm"
    decode(folder / file, audio, LIMITS)
    return read_pcm(audio, 0, audio.stat().st_size // 2).astype(np.float64)


def voices_of(folder: Path, entries: Sequence[dict[str, str]], scratch: Path) -> dict[str, Samples]:
    found: dict[str, list[Samples]] = {}
    for entry in entries:
        if "rttm" not in entry and entry.get("text", "?"):
            speaker = entry.get("speaker") or entry["name"].partition("_")[0]
            found.setdefault(speaker, []).append(samples_of(folder, entry["file"], scratch))
    return {speaker: np.concatenate(parts) for speaker, parts in found.items()}


def levelled(voices: dict[str, Samples]) -> dict[str, Samples]:
    """The voices, filtered so that their mean spectra are the same."""
    spectra = {speaker: _spectrum(voice) for speaker, voice in voices.items()}
    common = np.mean(list(spectra.values()), axis=0)
    found = {}
    for speaker, voice in voices.items():
        gain = np.clip(np.exp((common - spectra[speaker]) / 2), 0.03, 30)
        response = np.roll(np.fft.irfft(gain), TRANSFORM // 2) * np.hanning(TRANSFORM)
        length = 1 << (len(voice) + TRANSFORM).bit_length()
        filtered = np.fft.irfft(np.fft.rfft(voice, length) * np.fft.rfft(response, length), length)
        found[speaker] = filtered[TRANSFORM // 2 : TRANSFORM // 2 + len(voice)]
    return found


def _spectrum(voice: Samples) -> Samples:
    """The mean logarithm of the power in each bin over the louder half of the frames, less its mean."""
    frames = np.lib.stride_tricks.sliding_window_view(voice, TRANSFORM)[::TRANSFORM] * np.hanning(TRANSFORM)
    power = np.square(np.abs(np.fft.rfft(frames)))
    loud = power.sum(axis=1) >= np.median(power.sum(axis=1))
    mean = np.log(power[loud] + 1).mean(axis=0)
    without_mean: Samples = mean - mean.mean()
    return without_mean


def composed(
    voices: dict[str, Samples], people: int, seed: int, seconds: float, scratch: Path
) -> Conversation:
    random = np.random.default_rng(seed)
    chosen = [str(name) for name in random.permutation(sorted(voices))[:people]]
    places = dict.fromkeys(chosen, 0)
    sound: list[Samples] = []
    said: list[tuple[float, float, str]] = []
    length, last = 0, ""
    while length < seconds * SAMPLE_RATE:
        who = str(random.choice([name for name in chosen if name != last or people == 1]))
        wanted = int(random.uniform(2, 12) * SAMPLE_RATE)
        start = places[who] if places[who] + wanted <= len(voices[who]) else 0
        part = voices[who][start : start + wanted]
        places[who] = start + len(part)
        pause = np.zeros(int(random.uniform(0.1, 0.8) * SAMPLE_RATE))
        sound += [part * (LOUDNESS / (np.sqrt(np.mean(np.square(part))) + 1)), pause]
        said.append((length / SAMPLE_RATE, (length + len(part)) / SAMPLE_RATE, who))
        length += len(part) + len(pause)
        last = who
    whole = np.concatenate(sound)
    audio = scratch / "composed.pcm"
    noisy = whole + random.normal(0, ROOM, len(whole))
    np.clip(noisy, -32768, 32767).astype("<i2").tofile(audio)
    return Conversation(name=f"{people} people, {seed}", audio=audio, turns=said)


def recorded(folder: Path, entry: dict[str, str], scratch: Path) -> Conversation:
    audio = scratch / "recorded.pcm"
    decode(folder / entry["file"], audio, LIMITS)
    lines = [line.split() for line in (folder / entry["rttm"]).read_text(encoding="utf-8").splitlines()]
    mine = [line for line in lines if line[:1] == ["SPEAKER"] and line[1] == entry["name"]]
    said = [(float(line[3]), float(line[3]) + float(line[4]), line[7]) for line in mine]
    return Conversation(name=entry["name"], audio=audio, turns=said)


def errors(conversation: Conversation, found: Sequence[Turn]) -> tuple[float, float]:
    """The diarization error rate, and the share of the speech of single persons that is somebody else's."""
    count = conversation.audio.stat().st_size * 1000 // (2 * SAMPLE_RATE) // FRAME_MS
    people = sorted({who for _, _, who in conversation.turns})
    speaks = np.zeros((len(people), count), dtype=bool)
    counts = np.ones(count, dtype=bool)
    for start, end, who in conversation.turns:
        speaks[people.index(who), round(start * 100) : round(end * 100)] = True
        for border in (round(start * 100), round(end * 100)):
            counts[max(border - COLLAR_FRAMES, 0) : border + COLLAR_FRAMES] = False
    heard = np.zeros(count, dtype=int)
    for turn in found:
        heard[turn.start_ms // FRAME_MS : turn.end_ms // FRAME_MS] = turn.speaker
    at_once = speaks.sum(axis=0)
    wrong = np.maximum(at_once, heard > 0)[counts].sum() - _agreed(speaks, heard, counts)
    alone = counts & (at_once == 1) & (heard > 0)
    return (
        float(wrong / max(at_once[counts].sum(), 1)),
        float(1 - _agreed(speaks, heard, alone) / max(alone.sum(), 1)),
    )


def _agreed(speaks: npt.NDArray[np.bool_], heard: npt.NDArray[np.int64], where: npt.NDArray[np.bool_]) -> int:
    """The frames in which both agree, when each number is one person, and each person one number."""
    numbers = sorted(set(heard[where]) - {0}, key=lambda number: -int((heard[where] == number).sum()))[:12]
    best = {0: 0}  # by the numbers that are given away, as bits
    for person in speaks:
        after = dict(best)
        for place, number in enumerate(numbers):
            shared = int((person & where & (heard == number)).sum())
            for given, frames in best.items():
                if not given >> place & 1:
                    key = given | 1 << place
                    after[key] = max(after.get(key, 0), frames + shared)
        best = after
    return max(best.values())


Found = tuple[str, str, list[Turn]]
"""A method, how it knows the number of people, and its turns."""


def by_spectra(each: Conversation, speech: Sequence[Span]) -> Iterator[Found]:
    pieces = voice_spans(each.audio, speech)
    voices = PenalizedVoices([sound for _, sound in pieces])
    spans = [span for span, _ in pieces]
    yield "spectra", "found out", joined_turns(spans, cluster_speakers(voices, within=0))
    yield "spectra", "given", turns(each.audio, speech, each.people)


def by_network(each: Conversation, speech: Sequence[Span], embedder: Embedder) -> Iterator[Found]:
    windows = voice_windows(speech)
    directions = window_directions(each.audio, windows, embedder)
    similarity = load().speaker_similarity
    pieces = [span for span, _ in voice_spans(each.audio, speech)]
    heard = list(window_directions(each.audio, pieces, embedder))
    for number, people in (("found out", None), ("given", each.people)):
        voices = voices_of_people(directions, people, similarity)
        yield "shipped", number, turns_of_windows(speech, windows, directions @ voices.T)
        for name, method in METHODS.items():
            voices = mean_voices(directions, method(directions, people))
            yield name, number, turns_of_windows(speech, windows, directions @ voices.T)
        yield "pieces", number, joined_turns(pieces, of_pieces(heard, people))


def by_labels(each: Conversation, speech: Sequence[Span]) -> Found:
    """The turns of whoever has begun to speak last, or speaks next."""
    people = {who: number for number, who in enumerate(sorted({who for _, _, who in each.turns}), start=1)}
    found = []
    for span in speech:
        for start in range(span.start_ms, span.end_ms, FRAME_MS):
            _, _, who = min(
                each.turns,
                key=lambda turn: (max(turn[0] - start / 1000, start / 1000 - turn[1], 0), -turn[0]),
            )
            found.append(Turn(start_ms=start, end_ms=start + FRAME_MS, speaker=people[who]))
    return "labels", "given", without_pauses(found)


def conversations(arguments: argparse.Namespace, scratch: Path) -> Iterator[Conversation]:
    entries = json.loads((arguments.folder / "manifest.json").read_text())
    first, step = ({"a": 0, "b": 1}[arguments.half], 2) if arguments.half else (0, 1)
    for entry in sorted((each for each in entries if "rttm" in each), key=lambda each: each["name"])[
        first::step
    ]:
        yield recorded(arguments.folder, entry, scratch)
    voices = voices_of(arguments.folder, entries, scratch)
    voices = {name: voices[name] for name in sorted(voices)[first::step]}
    if arguments.levelled:
        voices = levelled(voices)
    for people in arguments.people:
        for seed in range(arguments.rounds if people <= len(voices) else 0):
            yield composed(voices, people, seed, arguments.seconds, scratch)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--model", type=Path)
    parser.add_argument("--half", choices=("a", "b"))
    parser.add_argument(
        "--people", type=lambda text: [int(part) for part in text.split(",")], default="1,2,3,4"
    )
    parser.add_argument("--seconds", type=float, default=180)
    parser.add_argument("--rounds", type=int, default=4)
    parser.add_argument("--levelled", action="store_true")
    arguments = parser.parse_args()
    embedder = Embedder(arguments.model, 1) if arguments.model else None
    output = csv.writer(sys.stdout)
    output.writerow("conversation people method number found der confused".split(" "))
    totals: dict[tuple[str, str], list[tuple[float, float, bool]]] = {}
    began, length_s = time.process_time(), 0.0
    with tempfile.TemporaryDirectory() as folder:
        for each in conversations(arguments, Path(folder)):
            speech = speech_spans(each.audio)
            length_s += each.audio.stat().st_size / (2 * SAMPLE_RATE)
            every = [*by_spectra(each, speech), by_labels(each, speech)]
            if embedder is not None:
                every += by_network(each, speech, embedder)
            for method, number, found in every:
                der, confused = errors(each, found)
                people = len({turn.speaker for turn in found})
                totals.setdefault((method, number), []).append((der, confused, people == each.people))
                output.writerow(
                    [each.name, each.people, method, number, people, f"{der:.3f}", f"{confused:.4f}"]
                )
                sys.stdout.flush()
    for (method, number), rows in totals.items():
        der, confused, right = (statistics.mean(column) for column in zip(*rows, strict=True))
        output.writerow(
            ["all", len(rows), method, number, f"{right:.0%} right", f"{der:.3f}", f"{confused:.4f}"]
        )
    print(
        f"# {(time.process_time() - began) / length_s:.3f} s of processor time for a second, of all methods"
    )


if __name__ == "__main__":
    main()
