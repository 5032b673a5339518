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

from scribedock_captions.elementlist.encoder import emit
from scribedock_captions.elementlist.model import (
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
from scribedock_captions.errors import InvalidElementList

__all__ = ["emit", "looks_like_json", "parse", "to_json"]

Item = TypeVar("Item")

READ_VERSIONS = (2, 3)
TOKEN_TYPES: Mapping[object, TokenType] = {
    **{each.value: each for each in TokenType},
    **dict(enumerate(TokenType)),
}
TAGS: Mapping[object, Tag] = {tag.value: tag for tag in Tag}
NO_TAGS: frozenset[Tag] = frozenset()
MAX_TIME_MS = 10**10
LANGUAGE_CODE = re.compile(r"[A-Za-z]{2,3}([-_][A-Za-z0-9]+)*")
SHOWN_NAMES = 5
ELEMENTLIST_HAS = (
    "An ElementList has version, start_time, end_time, language, segments and speakers at its top"
)


JSON_OBJECT = re.compile(rb"""\A\s*\{\s*["}]""")


def looks_like_json(data: bytes) -> bool:
    """Tell whether bytes are a JSON object, rather than a format whose markup begins with a brace."""
    return JSON_OBJECT.match(data) is not None or data.strip() == b"{"


class _Invalid(Exception):
    """Says what is wrong, and where; the place is put together only for what is wrong, on the way up."""

    def __init__(self, message: str, place: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.place = place

    def inside(self, place: str) -> _Invalid:
        """Return the error with the place that its part lies in."""
        if self.place and not self.place.startswith("["):
            place += "."
        return _Invalid(self.message, place + self.place)


def parse(data: bytes | str | Mapping[str, Any]) -> ElementList:
    """Read an ElementList from JSON, or from what JSON gives.

    Raises InvalidElementList, whose message names the place that cannot be used.
    """
    if isinstance(data, (bytes, str)):
        try:
            data = json.loads(data)
        except (ValueError, RecursionError) as error:
            raise InvalidElementList(f"The ElementList is not JSON: {error}") from error
    try:
        return _elementlist(_object(data))
    except _Invalid as wrong:
        raise InvalidElementList(f"{wrong.place or 'ElementList'}: {wrong.message}") from None


def to_json(elementlist: ElementList) -> bytes:
    """Write an ElementList as JSON in UTF-8: version 2, as `parse` and the vendor's clients read it."""
    return json.dumps(emit(elementlist), ensure_ascii=False, separators=(",", ":")).encode()


def _elementlist(source: Mapping[str, Any]) -> ElementList:
    if "version" not in source:
        has = ", ".join(brief(name).strip("'") for name in list(source)[:SHOWN_NAMES])
        raise _Invalid(f"this JSON is not one. {ELEMENTLIST_HAS}; this has {has or 'nothing'}")
    if source["version"] not in READ_VERSIONS:
        raise _Invalid(f"an ElementList has version 2 or 3, not {brief(source['version'])}", "version")
    try:
        start, end = _time(source, "start_time"), _time(source, "end_time")
        language = _language(source)
    except _Invalid as wrong:
        raise wrong.inside("ElementList") from None
    return ElementList(
        start_time=start,
        end_time=end,
        language=language,
        segments=_each(source, "segments", _segment),
        speakers=_each(source, "speakers", _speaker) if source.get("speakers") else (),
        keywords=_annotations(source, "keywords"),
        topics=_annotations(source, "topics"),
        entities=_annotations(source, "entities"),
    )


def _segment(source: Mapping[str, Any]) -> Segment:
    speaker = source.get("speaker_id")
    return Segment(
        start_time=_time(source, "start_time"),
        end_time=_time(source, "end_time"),
        sequences=_each(source, "sequences", _sequence),
        speaker_change=source.get("speaker_change") is True,
        speaker_id=speaker if type(speaker) is int and speaker >= 0 else None,
        interpolated=source.get("interpolated") is True or source.get("bad_timing") is True,
        style=_style(source),
    )


def _sequence(source: Mapping[str, Any]) -> Sequence:
    score = source.get("confidence_score")
    return Sequence(
        start_time=_time(source, "start_time"),
        end_time=_time(source, "end_time"),
        tokens=_each(source, "tokens", _token),
        confidence_score=float(score) if isinstance(score, (int, float)) and 0 <= score <= 1 else None,
        interpolated=source.get("interpolated") is True,
        style=_style(source),
    )


def _token(source: Mapping[str, Any]) -> Token:
    kind = source.get("type")
    if type(kind) not in (str, int) or kind not in TOKEN_TYPES:
        raise _Invalid(f"use word, punctuation or sound, not {brief(kind)}", "type")
    shown = _text(source, "display_as")
    value = source.get("value")
    return Token(
        type=TOKEN_TYPES[kind],
        value=_encodable(value, "value") if isinstance(value, str) and value else shown.lower(),
        display_as=shown,
        start_time=_time(source, "start_time"),
        end_time=_time(source, "end_time"),
        interpolated=source.get("interpolated") is True,
        tags=_tags(source),
        style=_style(source),
    )


def _tags(source: Mapping[str, Any]) -> frozenset[Tag]:
    tags = source.get("tags", [])
    if not isinstance(tags, list):
        raise _Invalid("must be a list", "tags")
    if not tags:
        return NO_TAGS
    for tag in tags:
        if not isinstance(tag, str) or tag not in TAGS:
            raise _Invalid(f"{brief(tag)} is none of {', '.join(Tag)}", "tags")
    return frozenset(TAGS[tag] for tag in tags)


def _speaker(source: Mapping[str, Any]) -> Speaker:
    number = source.get("id")
    if type(number) is not int or number < 0:
        raise _Invalid("must be a whole number from 0", "id")
    gender = str(source.get("gender") or "").upper()
    return Speaker(
        id=number,
        name=_encodable(source.get("name") or "", "name"),
        gender=Gender(gender) if gender in Gender.__members__ else Gender.UNKNOWN,
    )


def _annotations(source: Mapping[str, Any], name: str) -> tuple[Annotation, ...]:
    found = []
    try:
        for key, value in _object(source.get(name) or {}).items():
            _encodable(key, "")
            try:
                found.append(_annotation(key, _object(value)))
            except _Invalid as wrong:
                raise wrong.inside(f"[{brief(key)}]") from None
    except _Invalid as wrong:
        raise wrong.inside(name) from None
    return tuple(found)


def _annotation(key: str, source: Mapping[str, Any]) -> Annotation:
    return Annotation(
        key=key,
        display_name=_encodable(source.get("display_name") or "", "display_name"),
        url=_encodable(source["url"], "url") if source.get("url") else None,
        time_ranges=_each(source, "time_ranges", _time_range),
    )


def _time_range(source: Mapping[str, Any]) -> TimeRange:
    return TimeRange(start_time=_time(source, "start_time"), end_time=_time(source, "end_time"))


def _object(value: object) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise _Invalid("must be a JSON object")
    return value


def _each(
    source: Mapping[str, Any], name: str, read: Callable[[Mapping[str, Any]], Item]
) -> tuple[Item, ...]:
    items = source.get(name)
    if not isinstance(items, list):
        raise _Invalid("must be a list", name)
    found = []
    try:
        for item in items:
            found.append(read(_object(item)))  # noqa: PERF401 - its length is the place of what is wrong
    except _Invalid as wrong:
        raise wrong.inside(f"{name}[{len(found)}]") from None
    return tuple(found)


def _time(source: Mapping[str, Any], name: str) -> int:
    value = source.get(name)
    if type(value) is not int or not 0 <= value <= MAX_TIME_MS:
        raise _Invalid(f"must be whole milliseconds from 0 to {MAX_TIME_MS}, not {brief(value)}", name)
    return value


def _text(source: Mapping[str, Any], name: str) -> str:
    value = source.get(name)
    if not isinstance(value, str) or not value:
        raise _Invalid("must be a text that is not empty", name)
    return _encodable(value, name)


def _style(source: Mapping[str, Any]) -> str:
    style = source.get("style")
    return _encodable(style, "style") if style and isinstance(style, str) else ""


def _encodable(value: object, place: str) -> str:
    """Return a text that UTF-8 can write: JSON may escape half of a surrogate pair."""
    text = value if isinstance(value, str) else str(value)
    if not text.isascii():
        try:
            text.encode()
        except UnicodeEncodeError:
            raise _Invalid("half of a surrogate pair is not a character", place) from None
    return text


def _language(source: Mapping[str, Any]) -> str:
    language = _text(source, "language")
    if not LANGUAGE_CODE.fullmatch(language):
        raise _Invalid(f"use a code as en or en-us, not {brief(language)}", "language")
    return language.lower().replace("_", "-")
