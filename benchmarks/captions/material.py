"""What captions are made from in benchmarks: a text with word times that are made up, or a file.

The text has speakers (`Name: what they say`) and parts (`# name words-a-minute`).  Times are made
up the same way every time: a word lasts longer the more letters it has, a comma and the end of a
sentence make a pause, and nobody speaks evenly.
"""

from __future__ import annotations

import json
import random
import re
from dataclasses import replace
from pathlib import Path

from scribedock_captions.elementlist.codec import parse
from scribedock_captions.elementlist.model import (
    ElementList,
    Segment,
    Sequence,
    Speaker,
    Tag,
    Token,
    TokenType,
)

TEXTS = Path(__file__).parent / "texts"
ABBREVIATIONS = ("Mr.", "Mrs.", "Dr.")
LETTERS_A_WORD = 5.0
PAUSES = {",": 0.6, ";": 0.9, ":": 0.9, ".": 1.8, "?": 1.8, "!": 1.8}  # in words of average length
PART_PAUSE_MS = 2600


def from_file(path: Path) -> ElementList:
    """The ElementList of a JSON file."""
    return parse(json.loads(path.read_text()))


def varied(text: str | None = None) -> ElementList:
    """The text of `texts/varied.txt`, or another one written like it."""
    return _spoken(text if text is not None else (TEXTS / "varied.txt").read_text(), seed=4)


def hours(number: float) -> ElementList:
    """The varied text over and over, each time at other times, until it lasts so many hours."""
    text = (TEXTS / "varied.txt").read_text()
    segments: list[Segment] = []
    end = 0
    turn = 0
    while end < number * 3_600_000:
        part = _spoken(text, seed=turn)
        segments += [_shifted(segment, end) for segment in part.segments]
        end += part.end_time + PART_PAUSE_MS
        turn += 1
    kept = tuple(segment for segment in segments if segment.end_time <= number * 3_600_000)
    return ElementList(
        start_time=0,
        end_time=int(number * 3_600_000),
        language="en",
        segments=kept,
        speakers=part.speakers,
    )


def _spoken(text: str, seed: int) -> ElementList:
    dice = random.Random(seed)
    speakers: dict[str, int] = {}
    segments: list[Segment] = []
    at = 500
    pace = 160
    before = ""
    for line in text.splitlines():
        if line.startswith("#"):
            pace = int(line.split()[-1])
            at += PART_PAUSE_MS if segments else 0
            continue
        name, _, said = line.partition(": ")
        number = speakers.setdefault(name, len(speakers) + 1)
        for sentence in _sentences(said):
            segment, at = _segment(sentence, at, pace, dice)
            segments.append(replace(segment, speaker_change=name != before, speaker_id=number))
            before = name
    return ElementList(
        start_time=0,
        end_time=at,
        language="en",
        segments=tuple(segments),
        speakers=tuple(Speaker(id=number, name=name) for name, number in speakers.items()),
    )


def _sentences(text: str) -> list[list[str]]:
    sentences: list[list[str]] = [[]]
    for word in text.split():
        sentences[-1].append(word)
        if re.search(r"[.?!][\"']?$", word) and word not in ABBREVIATIONS:
            sentences.append([])
    return [sentence for sentence in sentences if sentence]


def _segment(words: list[str], at: int, pace: int, dice: random.Random) -> tuple[Segment, int]:
    average = 60_000 / pace / 1.15  # the pauses take their share
    sequences = []
    for number, word in enumerate(words):
        letters = len(re.sub(r"\W", "", word))
        length = average * (0.45 + 0.55 * letters / LETTERS_A_WORD) * dice.uniform(0.8, 1.25)
        start, end = at, at + max(60, int(length))
        sequences.append(_sequence(word, start, end, last=number == len(words) - 1))
        pause = PAUSES.get(word[-1], 0.0) if word not in ABBREVIATIONS else 0.0
        at = end + int(average * pause * dice.uniform(0.3, 1.3))
    segment = Segment(
        start_time=sequences[0].start_time, end_time=sequences[-1].end_time, sequences=tuple(sequences)
    )
    return segment, at


def _sequence(word: str, start: int, end: int, *, last: bool) -> Sequence:
    bare = word if word in ABBREVIATIONS else word.rstrip(".,;:?!")
    tokens = [Token(type=TokenType.WORD, value=bare.lower(), display_as=bare, start_time=start, end_time=end)]
    tokens += [
        Token(type=TokenType.PUNCTUATION, value=mark, display_as=mark, start_time=end, end_time=end)
        for mark in word[len(bare) :]
    ]
    if last:
        tokens[-1] = replace(tokens[-1], tags=frozenset({Tag.ENDS_SENTENCE}))
    return Sequence(start_time=start, end_time=end, tokens=tuple(tokens))


def _shifted(segment: Segment, by: int) -> Segment:
    return replace(
        segment,
        start_time=segment.start_time + by,
        end_time=segment.end_time + by,
        sequences=tuple(
            replace(
                sequence,
                start_time=sequence.start_time + by,
                end_time=sequence.end_time + by,
                tokens=tuple(
                    replace(token, start_time=token.start_time + by, end_time=token.end_time + by)
                    for token in sequence.tokens
                ),
            )
            for sequence in segment.sequences
        ),
    )
