"""Edits of single segments as clients send them, and lists that they are applied to."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from scribedock.errors import InvalidQuery
from scribedock_captions.elementlist.codec import parse, to_json
from scribedock_captions.elementlist.model import ElementList
from scribedock_captions.elementlist.normalisation import normalised
from scribedock_captions.elementlist.splicing import ListEdit, Splice, spliced

MAX_CHANGES = 1000
MAX_PLACE = 2**31 - 1
Facts = dict[str, Any]  # anything that JSON can express


def check_edit(arguments: Mapping[str, Any], body: bytes) -> tuple[Facts, bytes]:
    """Return the splices of an edit, and the segments that it adds as they are stored.

    Raises InvalidElementList for a segment, InvalidQuery for anything else that cannot be used.
    """
    changes, speakers = _read(body)
    segments = [segment for change in changes for segment in change["segments"]]
    end = arguments["media_ms"] + arguments["margin_ms"]
    listed = {"version": 2, "start_time": 0, "end_time": 0, "language": arguments["language"]}
    given = parse({**listed, "segments": segments, "speakers": speakers})
    _check_segments(given, end)
    added = replace(normalised(given), speakers=given.speakers)
    splices = [[each["first"], each["removed"], len(each["segments"])] for each in changes]
    return {"splices": splices}, zlib.compress(to_json(added))


def fold_edits(arguments: Mapping[str, Any], body: bytes) -> tuple[Facts, bytes]:
    """Return a stored list with edits applied, as it is stored; the body is all of them one after the other.

    arguments: `splices` of each edit, and `sizes`, in bytes, of the list and of each edit.
    """
    first, *sizes = arguments["sizes"]
    edits, place = [], first
    for splices, size in zip(arguments["splices"], sizes, strict=True):
        edits.append((splices, body[place : place + size]))
        place += size
    return {}, folded(body[:first], edits)


def folded(compressed: bytes, edits: Iterable[tuple[Iterable[Iterable[int]], bytes]]) -> bytes:
    """Return the stored list with the stored edits applied: of each its splices, and what it adds."""
    current = parse(zlib.decompress(compressed))
    for splices, added in edits:
        edit = ListEdit(splices=splices_of(splices), added=parse(zlib.decompress(added)))
        current = spliced(current, edit)
    return zlib.compress(to_json(normalised(current)))


def splices_of(rows: Iterable[Iterable[int]]) -> tuple[Splice, ...]:
    """Return splices from what is stored of them: first, removed and added of each."""
    return tuple(
        Splice(first=first, removed=removed, added=added) for first, removed, added in map(tuple, rows)
    )


def _read(body: bytes) -> tuple[list[dict[str, Any]], list[Any]]:
    """Return the changes, checked but for their segments, and the speakers. Raises InvalidQuery."""
    try:
        given = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise InvalidQuery(f"The body is not JSON: {error}") from None
    if not isinstance(given, dict) or not isinstance(given.get("changes"), list):
        raise InvalidQuery('The body must be {"changes": [{"first": 0, "removed": 1, "segments": […]}]}')
    changes, speakers = given["changes"], given.get("speakers") or []
    if not isinstance(speakers, list):
        raise InvalidQuery("speakers: must be a list")
    if not changes and not speakers:
        raise InvalidQuery("changes: there is nothing to save")
    if len(changes) > MAX_CHANGES:
        raise InvalidQuery(f"changes: {len(changes):,}; {MAX_CHANGES:,} are the most of one save")
    end = 0
    for number, change in enumerate(changes):
        place = f"changes[{number}]"
        if not isinstance(change, dict) or not isinstance(change.get("segments"), list):
            raise InvalidQuery(f"{place}: must have first, removed and segments, which is a list")
        first, removed = (_place(change, name, place) for name in ("first", "removed"))
        if not removed and not change["segments"]:
            raise InvalidQuery(f"{place}: removes nothing and adds nothing")
        if first < end or (number and first == end and not removed):
            raise InvalidQuery(f"{place}: changes must ascend and not touch the same segments")
        end = first + removed
    return changes, speakers


def _place(change: Mapping[str, Any], name: str, place: str) -> int:
    value = change.get(name)
    if type(value) is not int or not 0 <= value <= MAX_PLACE:
        raise InvalidQuery(f"{place}.{name}: must be a whole number from 0")
    return value


def _check_segments(given: ElementList, end: int) -> None:
    for number, segment in enumerate(given.segments):
        if not any(sequence.tokens for sequence in segment.sequences):
            raise InvalidQuery(f"segments[{number}]: has no words; remove the segment instead")
        if max(token.end_time for sequence in segment.sequences for token in sequence.tokens) > end:
            raise InvalidQuery(f"segments[{number}]: ends after the recording")
    ids = {segment.speaker_id for segment in given.segments} | {speaker.id for speaker in given.speakers}
    if 0 in ids:
        raise InvalidQuery("speaker_id: speakers are numbered from 1")
