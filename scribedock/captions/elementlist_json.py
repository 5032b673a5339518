"""The ElementList in JSON: accepts what is seen in the wild, emits what the schema says.

Accepted beyond the schema of what we emit: version 3, languages as `EN_US`, integer token
types, genders in any case, speaker 0, `speaker_id: false`, the tag SOUND, and fields that
nobody knows.  Source: the vendor's description and example of the ElementList.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from reprlib import repr as brief
from typing import Any, TypeVar

from scribedock.captions.elementlist import (
    Annotation,
    ElementList,
    Gender,
    Segment,
    Sequence,
    Speaker,
    Tag,
    TimeRange,
    Token,
    TokenType,
)
from scribedock.errors import InvalidQuery

Item = TypeVar("Item")

VERSION = 2
VERSIONS = (2, 3)
TYPES: Mapping[object, TokenType] = {
    **{each.value: each for each in TokenType},
    **dict(enumerate(TokenType)),
}
MAX_MS = 10**10
LANGUAGE = re.compile(r"[A-Za-z]{2,3}([-_][A-Za-z0-9]+)*")


def parse(data: bytes | str | Mapping[str, Any]) -> ElementList:
    """Reads an ElementList. Raises InvalidQuery, which names the place in it that cannot be used."""
    if isinstance(data, (bytes, str)):
        try:
            data = json.loads(data)
        except (ValueError, RecursionError) as error:
            raise InvalidQuery(f"The ElementList is not JSON: {error}") from error
    source = _object(data, "ElementList")
    if source.get("version") not in VERSIONS:
        raise InvalidQuery(f"version: an ElementList has version 2 or 3, not {brief(source.get('version'))}")
    return ElementList(
        start_time=_time(source, "start_time", "ElementList"),
        end_time=_time(source, "end_time", "ElementList"),
        language=_language(source),
        segments=_each(source, "segments", _segment),
        speakers=_each(source, "speakers", _speaker) if source.get("speakers") else (),
        keywords=_annotations(source, "keywords"),
        topics=_annotations(source, "topics"),
        entities=_annotations(source, "entities"),
    )


def emit(elementlist: ElementList) -> dict[str, object]:
    """The wire form: version 2, SOUND as UNKNOWN, speakers numbered from 1."""
    numbers = _speaker_numbers(elementlist)
    result: dict[str, object] = {
        "version": VERSION,
        "start_time": elementlist.start_time,
        "end_time": elementlist.end_time,
        "language": elementlist.language,
        "segments": [_segment_out(segment, numbers) for segment in elementlist.segments],
        "speakers": [
            {"id": numbers[speaker.id], "name": speaker.name, "gender": speaker.gender.value}
            for speaker in elementlist.speakers
        ],
    }
    for name in ("keywords", "topics", "entities"):
        result[name] = {each.key: _annotation_out(each) for each in getattr(elementlist, name)}
    return result


def to_json(elementlist: ElementList) -> bytes:
    return json.dumps(emit(elementlist), ensure_ascii=False, separators=(",", ":")).encode()


def _speaker_numbers(elementlist: ElementList) -> dict[int, int]:
    """The number of each speaker on the wire: the id itself, unless one of them is below 1."""
    ids = {speaker.id for speaker in elementlist.speakers}
    ids |= {segment.speaker_id for segment in elementlist.segments if segment.speaker_id is not None}
    shift = max(0, 1 - min(ids, default=1))
    return {number: number + shift for number in ids}


def _segment(source: Mapping[str, Any], place: str) -> Segment:
    speaker = source.get("speaker_id")
    return Segment(
        start_time=_time(source, "start_time", place),
        end_time=_time(source, "end_time", place),
        sequences=_each(source, "sequences", _sequence, place),
        speaker_change=source.get("speaker_change") is True,
        speaker_id=speaker
        if isinstance(speaker, int) and not isinstance(speaker, bool) and speaker >= 0
        else None,
        interpolated=source.get("interpolated") is True,
    )


def _sequence(source: Mapping[str, Any], place: str) -> Sequence:
    score = source.get("confidence_score")
    return Sequence(
        start_time=_time(source, "start_time", place),
        end_time=_time(source, "end_time", place),
        tokens=_each(source, "tokens", _token, place),
        confidence_score=float(score) if isinstance(score, (int, float)) and 0 <= score <= 1 else None,
        interpolated=source.get("interpolated") is True,
    )


def _token(source: Mapping[str, Any], place: str) -> Token:
    kind = source.get("type")
    if not isinstance(kind, (str, int)) or isinstance(kind, bool) or kind not in TYPES:
        raise InvalidQuery(f"{place}.type: use word, punctuation or sound, not {brief(kind)}")
    shown = _text(source, "display_as", place)
    tags = source.get("tags", [])
    if not isinstance(tags, list):
        raise InvalidQuery(f"{place}.tags: must be a list")
    value = source.get("value")
    return Token(
        type=TYPES[kind],
        value=_written(value, f"{place}.value") if isinstance(value, str) and value else shown.lower(),
        display_as=shown,
        start_time=_time(source, "start_time", place),
        end_time=_time(source, "end_time", place),
        interpolated=source.get("interpolated") is True,
        tags=frozenset(_tag(tag, place) for tag in tags),
    )


def _tag(tag: object, place: str) -> Tag:
    try:
        return Tag(str(tag))
    except ValueError:
        raise InvalidQuery(f"{place}.tags: {brief(tag)} is none of {', '.join(Tag)}") from None


def _speaker(source: Mapping[str, Any], place: str) -> Speaker:
    number = source.get("id")
    if not isinstance(number, int) or isinstance(number, bool) or number < 0:
        raise InvalidQuery(f"{place}.id: must be a whole number from 0")
    gender = str(source.get("gender") or "").upper()
    return Speaker(
        id=number,
        name=_written(source.get("name") or "", f"{place}.name"),
        gender=Gender(gender) if gender in Gender.__members__ else Gender.UNKNOWN,
    )


def _annotations(source: Mapping[str, Any], name: str) -> tuple[Annotation, ...]:
    given = _object(source.get(name) or {}, name)
    found = []
    for key, value in given.items():
        place = f"{name}[{brief(key)}]"
        body = _object(value, place)
        found.append(
            Annotation(
                key=_written(key, name),
                display_name=_written(body.get("display_name") or "", f"{place}.display_name"),
                url=_written(body["url"], f"{place}.url") if body.get("url") else None,
                time_ranges=_each(body, "time_ranges", _time_range, place),
            )
        )
    return tuple(found)


def _time_range(source: Mapping[str, Any], place: str) -> TimeRange:
    return TimeRange(start_time=_time(source, "start_time", place), end_time=_time(source, "end_time", place))


def _object(value: object, place: str) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise InvalidQuery(f"{place}: must be a JSON object")
    return value


def _each(
    source: Mapping[str, Any], name: str, read: Callable[[Mapping[str, Any], str], Item], place: str = ""
) -> tuple[Item, ...]:
    items = source.get(name)
    path = f"{place}.{name}" if place else name
    if not isinstance(items, list):
        raise InvalidQuery(f"{path}: must be a list")
    return tuple(
        read(_object(item, f"{path}[{index}]"), f"{path}[{index}]") for index, item in enumerate(items)
    )


def _time(source: Mapping[str, Any], name: str, place: str) -> int:
    value = source.get(name)
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= MAX_MS:
        raise InvalidQuery(
            f"{place}.{name}: must be whole milliseconds from 0 to {MAX_MS}, not {brief(value)}"
        )
    return value


def _text(source: Mapping[str, Any], name: str, place: str) -> str:
    value = source.get(name)
    if not isinstance(value, str) or not value:
        raise InvalidQuery(f"{place}.{name}: must be a text that is not empty")
    return _written(value, f"{place}.{name}")


def _written(value: object, place: str) -> str:
    """A text that UTF-8 can write: JSON may escape half of a surrogate pair."""
    text = value if isinstance(value, str) else str(value)
    try:
        text.encode()
    except UnicodeEncodeError:
        raise InvalidQuery(f"{place}: half of a surrogate pair is not a character") from None
    return text


def _language(source: Mapping[str, Any]) -> str:
    language = _text(source, "language", "ElementList")
    if not LANGUAGE.fullmatch(language):
        raise InvalidQuery(f"ElementList.language: use a code as en or en-us, not {brief(language)}")
    return language.lower().replace("_", "-")


def _segment_out(segment: Segment, numbers: Mapping[int, int]) -> dict[str, object]:
    result: dict[str, object] = {
        "start_time": segment.start_time,
        "end_time": segment.end_time,
        "interpolated": segment.interpolated,
        "speaker_change": segment.speaker_change,
        "sequences": [_sequence_out(sequence) for sequence in segment.sequences],
    }
    if segment.speaker_id is not None:
        result["speaker_id"] = numbers[segment.speaker_id]
    return result


def _sequence_out(sequence: Sequence) -> dict[str, object]:
    result: dict[str, object] = {
        "start_time": sequence.start_time,
        "end_time": sequence.end_time,
        "interpolated": sequence.interpolated,
        "tokens": [_token_out(token) for token in sequence.tokens],
    }
    if sequence.confidence_score is not None:
        result["confidence_score"] = sequence.confidence_score
    return result


def _token_out(token: Token) -> dict[str, object]:
    tags = {Tag.UNKNOWN if tag is Tag.SOUND else tag for tag in token.tags}
    return {
        "start_time": token.start_time,
        "end_time": token.end_time,
        "interpolated": token.interpolated,
        "type": token.type.value,
        "value": token.value,
        "display_as": token.display_as,
        "tags": sorted(tags),
    }


def _annotation_out(annotation: Annotation) -> dict[str, object]:
    result: dict[str, object] = {
        "time_ranges": [
            {"start_time": each.start_time, "end_time": each.end_time} for each in annotation.time_ranges
        ]
    }
    if annotation.display_name:
        result["display_name"] = annotation.display_name
    if annotation.url:
        result["url"] = annotation.url
    return result
