"""The ElementList as it is sent: version 2, the tag SOUND as UNKNOWN, speakers numbered from 1."""

from __future__ import annotations

from collections.abc import Mapping

from scribedock_captions.elementlist.model import (
    Annotation,
    ElementList,
    Segment,
    Sequence,
    Tag,
    TimeRange,
    Token,
)

SENT_VERSION = 2


def emit(elementlist: ElementList) -> dict[str, object]:
    """Return the ElementList in plain JSON values."""
    numbers = _speaker_numbers(elementlist)
    result: dict[str, object] = {
        "version": SENT_VERSION,
        "start_time": elementlist.start_time,
        "end_time": elementlist.end_time,
        "language": elementlist.language,
        "segments": [_segment(segment, numbers) for segment in elementlist.segments],
        "speakers": [
            {"id": numbers[speaker.id], "name": speaker.name, "gender": speaker.gender.value}
            for speaker in elementlist.speakers
        ],
    }
    for name in ("keywords", "topics", "entities"):
        result[name] = {each.key: _annotation(each) for each in getattr(elementlist, name)}
    return result


def _speaker_numbers(elementlist: ElementList) -> dict[int, int]:
    """Return the number by which each speaker is sent: the id itself, unless one of them is below 1."""
    ids = {speaker.id for speaker in elementlist.speakers}
    ids |= {segment.speaker_id for segment in elementlist.segments if segment.speaker_id is not None}
    shift = max(0, 1 - min(ids, default=1))
    return {number: number + shift for number in ids}


def _times(source: Segment | Sequence | Token) -> dict[str, object]:
    result: dict[str, object] = {
        "start_time": source.start_time,
        "end_time": source.end_time,
        "interpolated": source.interpolated,
    }
    if source.style:
        result["style"] = source.style
    return result


def _segment(segment: Segment, numbers: Mapping[int, int]) -> dict[str, object]:
    result = _times(segment) | {
        "speaker_change": segment.speaker_change,
        "sequences": [_sequence(sequence) for sequence in segment.sequences],
    }
    if segment.speaker_id is not None:
        result["speaker_id"] = numbers[segment.speaker_id]
    return result


def _sequence(sequence: Sequence) -> dict[str, object]:
    result = _times(sequence)
    result["tokens"] = [_token(token) for token in sequence.tokens]
    if sequence.confidence_score is not None:
        result["confidence_score"] = sequence.confidence_score
    return result


def _token(token: Token) -> dict[str, object]:
    result = _times(token)
    result["type"] = token.type.value
    result["value"] = token.value
    result["display_as"] = token.display_as
    result["tags"] = (
        sorted({Tag.UNKNOWN if tag is Tag.SOUND else tag for tag in token.tags}) if token.tags else []
    )
    return result


def _annotation(annotation: Annotation) -> dict[str, object]:
    result: dict[str, object] = {"time_ranges": [_time_range(each) for each in annotation.time_ranges]}
    if annotation.display_name:
        result["display_name"] = annotation.display_name
    if annotation.url:
        result["url"] = annotation.url
    return result


def _time_range(each: TimeRange) -> dict[str, object]:
    return {"start_time": each.start_time, "end_time": each.end_time}
