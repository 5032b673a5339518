"""What a parsing process can do: each operation from arguments and bytes to facts and bytes."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from scribedock.errors import InvalidQuery
from scribedock.parsing.forms import form, json_values
from scribedock.parsing.segment_edits import Facts, check_edit, fold_edits
from scribedock.speech.alignment.given import check_transcript
from scribedock_captions.elementlist.codec import parse, to_json
from scribedock_captions.elementlist.normalisation import normalised
from scribedock_captions.readers import TextFormat
from scribedock_captions.text.intelligence import annotated

MAX_LIST_BYTES = 64 * 1024 * 1024
END_MARGIN_MS = 1000  # how long a list may continue after the end of its recording

Operation = Callable[[Mapping[str, Any], bytes], tuple[Facts, bytes]]


def check_list(arguments: Mapping[str, Any], body: bytes) -> tuple[Facts, bytes]:
    """Return the ElementList as it is stored: normalised, in the job's language, compressed.

    Raises InvalidElementList, and InvalidQuery for one that is too long or too large.
    """
    given = replace(normalised(parse(body)), language=arguments["language"])
    if given.end_time > arguments["media_ms"] + END_MARGIN_MS:
        raise InvalidQuery(f"end_time: the recording ends at {arguments['media_ms']} ms")
    kept = to_json(given)
    if len(kept) > MAX_LIST_BYTES:
        raise InvalidQuery(
            f"The ElementList is larger than the limit of {MAX_LIST_BYTES:,} bytes when it is written with "
            "everything that belongs to it",
            status=413,
        )
    return {}, zlib.compress(kept)


def annotate_list(arguments: Mapping[str, Any], body: bytes) -> tuple[Facts, bytes]:
    """Return a stored list with keywords and topics, as it is stored."""
    return {}, zlib.compress(to_json(annotated(parse(zlib.decompress(body)))))


def check_given_transcript(arguments: Mapping[str, Any], body: bytes) -> tuple[Facts, bytes]:
    """Return what of a transcript is not used. Raises InvalidQuery for one that cannot be used at all."""
    format = TextFormat(arguments["format"]) if arguments["format"] else None
    return {"warnings": check_transcript(body, format)}, b""


def read_form(arguments: Mapping[str, Any], body: bytes) -> tuple[Facts, bytes]:
    """Return the fields of a form, joined, and where each begins."""
    fields = form(body, arguments["content_type"])
    facts = {"fields": [(field.name, field.file, len(field.content)) for field in fields]}
    return facts, b"".join(field.content for field in fields)


def check_json(arguments: Mapping[str, Any], body: bytes) -> tuple[Facts, bytes]:
    """Raise InvalidQuery for JSON parameters that are wrong or would take long to check."""
    json_values(body)
    return {}, b""


OPERATIONS: Mapping[str, Operation] = {
    operation.__name__: operation
    for operation in (
        check_list,
        annotate_list,
        check_edit,
        fold_edits,
        check_given_transcript,
        read_form,
        check_json,
    )
}
