"""Passages: the parts of an ElementList that are searched, each with its time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from scribedock.search.tokens import tokens_of
from scribedock_captions.elementlist.model import ElementList, Segment, TokenType
from scribedock_captions.elementlist.model import Sequence as TokenSequence

MAX_SEQUENCES = 60  # words of a passage; a longer sentence is several
OVERLAP = 5  # words that both of two passages of a sentence have, for phrases
SPACELESS = ("zh", "ja", "th", "lo", "km", "my", "bo")


@dataclass(frozen=True, kw_only=True)
class Passage:
    """A sentence, or a part of a long one."""

    start_ms: int
    end_ms: int
    speaker: str
    text: str
    tokens: str


def passages_of(elementlist: ElementList) -> Iterator[Passage]:
    """Yield the passages of a list, in order; sounds are not words, and not searched."""
    names = {speaker.id: speaker.name for speaker in elementlist.speakers}
    between = "" if elementlist.language.partition("-")[0] in SPACELESS else " "
    for segment in elementlist.segments:
        name = names.get(segment.speaker_id, "") if segment.speaker_id is not None else ""
        for part in _parts(segment):
            text = between.join(filter(None, map(_shown, part)))
            tokens = " ".join(each.token for each in tokens_of(text))
            if tokens:
                yield Passage(
                    start_ms=part[0].start_time,
                    end_ms=part[-1].end_time,
                    speaker=name,
                    text=text,
                    tokens=tokens,
                )


def _parts(segment: Segment) -> Iterator[list[TokenSequence]]:
    if len(segment.sequences) <= MAX_SEQUENCES:
        if segment.sequences:
            yield list(segment.sequences)
        return
    for start in range(0, len(segment.sequences), MAX_SEQUENCES - OVERLAP):
        yield list(islice(segment.sequences, start, start + MAX_SEQUENCES))


def _shown(sequence: TokenSequence) -> str:
    return "".join(token.display_as for token in sequence.tokens if token.type is not TokenType.SOUND)
