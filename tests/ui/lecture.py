"""A transcript as of a lecture: two people, words in doubt, sounds, speech that was not recognized."""

from __future__ import annotations

from dataclasses import replace

from scribedock_captions.elementlist.model import (
    UNRECOGNIZED,
    Annotation,
    ElementList,
    Gender,
    Segment,
    Sequence,
    Speaker,
    TimeRange,
)
from tests.captions.sample import sentence, talk

WORD_MS = 320
PAUSE_MS = 400
TURNS = (
    (1, "Good morning, everybody, and welcome to the third lecture on the chemistry of the cell."),
    (1, "Last week we spoke about glycolysis and what becomes of pyruvate once oxygen is short."),
    (2, "[LAUGH] Could you say again how much of it leaves the cell?"),
    (1, "Of course. About a tenth, as Ménard showed in nineteen eighty-four."),
    (1, "[INAUDIBLE] and then the citric acid cycle begins anew with oxaloacetate."),
    (2, "Thank you. That is what I had missed."),
)
IN_DOUBT = ("glycolysis", "Ménard", "oxaloacetate.")
SPEAKERS = (
    Speaker(id=1, name="Dr. Ménard", gender=Gender.FEMALE),
    Speaker(id=2, name="Student", gender=Gender.UNKNOWN),
)


def lecture(
    *,
    repeats: int = 1,
    turns: tuple[tuple[int, str], ...] = TURNS,
    in_doubt: tuple[str, ...] = IN_DOUBT,
    language: str = "en",
) -> ElementList:
    """Return the turns of speakers, again and again; in_doubt: the words that may be wrong."""
    segments: list[Segment] = []
    at, last = 1000, 0
    for _ in range(repeats):
        for speaker, text in turns:
            said = sentence(text, at, speaker=speaker, change=speaker != last, word_ms=WORD_MS)
            segments.append(
                replace(said, sequences=tuple(_marked(each, in_doubt) for each in said.sequences))
            )
            last, at = speaker, said.end_time + PAUSE_MS
    return replace(
        talk(*segments, speakers=SPEAKERS, language=language),
        keywords=(_annotation("citric acid cycle", 12_000), _annotation("pyruvate", 8_000)),
        topics=(_annotation("Chemistry of the cell", 1_000), _annotation("Lactate", 15_000)),
    )


def _marked(sequence: Sequence, in_doubt: tuple[str, ...]) -> Sequence:
    shown = "".join(token.display_as for token in sequence.tokens)
    if shown == "[INAUDIBLE]":
        [token] = sequence.tokens
        return replace(sequence, tokens=(replace(token, style=UNRECOGNIZED),))
    return replace(sequence, confidence_score=0.3) if shown in in_doubt else sequence


def _annotation(name: str, at: int) -> Annotation:
    ranges = (TimeRange(start_time=at, end_time=at + 1000),)
    return Annotation(key=name, display_name=name, url=None, time_ranges=ranges)
