"""What an ElementList must keep to.

Times ascend, lie within their parent's, and do not overlap; a segment is a sentence of one known speaker; the
mark that ends a sentence is tagged so; values are in lower case.  Source: the vendor's description of the
ElementList.  Lists in the wild break these rules, and are read all the same; `normalised` mends them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from scribedock_captions.elementlist.model import (
    Annotation,
    ElementList,
    Segment,
    Sequence,
    Tag,
    TimeRange,
    Token,
    TokenType,
)
from scribedock_captions.elementlist.punctuation import SENTENCE_ENDS

Timed = ElementList | Segment | Sequence | Token | TimeRange


@dataclass(frozen=True, kw_only=True, slots=True)
class Problem:
    """A broken rule, and its place: segments[3].sequences[0].tokens[1]."""

    place: str
    message: str

    def __str__(self) -> str:
        return f"{self.place}: {self.message}"


def problems(elementlist: ElementList) -> list[Problem]:
    """Find every broken rule, in the order of the list."""
    return [Problem(place=place, message=message) for place, message in _problems(elementlist)]


def lacks_end_tag(segment: Segment) -> bool:
    """Tell whether the last token is a mark that ends a sentence and is not tagged so."""
    last = segment.sequences[-1].tokens[-1] if segment.sequences and segment.sequences[-1].tokens else None
    return (
        last is not None
        and last.type is TokenType.PUNCTUATION
        and last.display_as[:1] in SENTENCE_ENDS
        and Tag.ENDS_SENTENCE not in last.tags
    )


def _problems(elementlist: ElementList) -> Iterator[tuple[str, str]]:
    yield from _span(elementlist, "ElementList")
    yield from _speakers(elementlist)
    known = {speaker.id for speaker in elementlist.speakers}
    yield from _inside(elementlist, elementlist.segments, "segments")
    for number, segment in enumerate(elementlist.segments):
        yield from _segment(segment, f"segments[{number}]", known)
    for name in ("keywords", "topics", "entities"):
        for annotation in getattr(elementlist, name):
            yield from _annotation(annotation, f"{name}[{annotation.key!r}]", elementlist)


def _speakers(elementlist: ElementList) -> Iterator[tuple[str, str]]:
    seen: set[int] = set()
    for number, speaker in enumerate(elementlist.speakers):
        if speaker.id < 1:
            yield f"speakers[{number}].id", f"must be 1 or more, not {speaker.id}"
        if speaker.id in seen:
            yield f"speakers[{number}].id", f"{speaker.id} is an earlier speaker's"
        seen.add(speaker.id)


def _segment(segment: Segment, place: str, known: set[int]) -> Iterator[tuple[str, str]]:
    if segment.speaker_id is not None and segment.speaker_id not in known:
        yield f"{place}.speaker_id", f"no speaker has the id {segment.speaker_id}"
    if not segment.sequences:
        yield f"{place}.sequences", "must not be empty"
    yield from _inside(segment, segment.sequences, f"{place}.sequences")
    for number, sequence in enumerate(segment.sequences):
        inner = f"{place}.sequences[{number}].tokens"
        if not sequence.tokens:
            yield inner, "must not be empty"
        yield from _inside(sequence, sequence.tokens, inner)
        for index, token in enumerate(sequence.tokens):
            if token.value != token.value.lower():
                yield f"{inner}[{index}].value", f"must be in lower case, not {token.value!r}"
    if lacks_end_tag(segment):
        last = segment.sequences[-1]
        yield (
            f"{place}.sequences[{len(segment.sequences) - 1}].tokens[{len(last.tokens) - 1}].tags",
            "must have ENDS_SENTENCE",
        )


def _annotation(annotation: Annotation, place: str, elementlist: ElementList) -> Iterator[tuple[str, str]]:
    if annotation.key != annotation.key.lower():
        yield place, "the key must be in lower case"
    for number, each in enumerate(annotation.time_ranges):
        inner = f"{place}.time_ranges[{number}]"
        yield from _span(each, inner)
        if each.end_time > elementlist.end_time:
            yield f"{inner}.end_time", f"{each.end_time} is after the end of the list, {elementlist.end_time}"


def _span(timed: Timed, place: str) -> Iterator[tuple[str, str]]:
    if timed.end_time < timed.start_time:
        yield f"{place}.end_time", f"{timed.end_time} is before its start_time, {timed.start_time}"


def _inside(parent: Timed, children: Iterable[Timed], place: str) -> Iterator[tuple[str, str]]:
    """Find children that lie outside their parent's time, or begin before the one before them ends."""
    earliest, whose = parent.start_time, "its parent's start_time"
    for number, child in enumerate(children):
        inner = f"{place}[{number}]"
        yield from _span(child, inner)
        if child.start_time < earliest:
            yield f"{inner}.start_time", f"{child.start_time} is before {whose}, {earliest}"
        if child.end_time > parent.end_time:
            yield f"{inner}.end_time", f"{child.end_time} is after its parent's end_time, {parent.end_time}"
        earliest, whose = max(earliest, child.end_time), "the end_time of the one before"
