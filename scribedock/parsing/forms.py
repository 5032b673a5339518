"""Bodies that carry parameters: JSON, forms, and multipart forms."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from scribedock.errors import InvalidQuery

MAX_FIELDS = 1000
MAX_VALUES = 10_000  # in a JSON body, including nested ones
MAX_DEPTH = 32
MULTIPART = "multipart/form-data"


@dataclass(frozen=True, kw_only=True)
class Field:
    """A field of a form: a text, or a file where it has a file name, even an empty one."""

    name: str
    content: bytes
    file: str | None = None


def json_values(content: bytes) -> dict[str, Any]:
    """Return the object in a JSON body. Raises InvalidQuery, even for too many values or levels."""
    if not content.strip():
        return {}
    try:
        document = json.loads(content)
    except (ValueError, RecursionError):  # even of too many digits: the interpreter reads at most 4,300
        raise InvalidQuery("The body is not valid JSON") from None
    if not isinstance(document, dict):
        raise InvalidQuery("The JSON body must be an object with the parameters as its keys")
    check_size(document)
    return document


def check_size(document: Any) -> None:
    """Raise InvalidQuery for a document larger than any call needs, which would take long to check."""
    count = 0
    for depth, values in enumerate(_levels(document)):
        count += len(values)
        if depth > MAX_DEPTH:
            raise InvalidQuery(f"The JSON is nested deeper than {MAX_DEPTH} levels")
        if count > MAX_VALUES:
            raise InvalidQuery(f"The JSON has more than {MAX_VALUES:,} values")


def _levels(document: Any) -> Iterator[list[Any]]:
    level = [document]
    while level:
        yield level
        level = [
            each
            for value in level
            if isinstance(value, (dict, list))
            for each in (value.values() if isinstance(value, dict) else value)
        ]


def pairs(text: str) -> list[tuple[str, str]]:
    """Return the fields of a query string. Raises InvalidQuery."""
    try:
        return parse_qsl(text, keep_blank_values=True, max_num_fields=MAX_FIELDS, errors="replace")
    except ValueError:
        raise InvalidQuery(f"There are more than {MAX_FIELDS} parameters") from None


def form(content: bytes, content_type: str) -> list[Field]:
    """Return the fields of a body that is a form of either kind, or a query string. Raises InvalidQuery."""
    if content_type.partition(";")[0].strip().lower() == MULTIPART:
        return asyncio.run(multipart(content, content_type))
    try:
        text = content.decode("utf-8").strip()
    except UnicodeDecodeError:
        raise InvalidQuery("The body is neither form data nor JSON, nor text in UTF-8") from None
    return [Field(name=name, content=value.encode()) for name, value in pairs(text)]


async def multipart(content: bytes, content_type: str) -> list[Field]:
    """Return the fields of a multipart body. Raises InvalidQuery."""
    from python_multipart.exceptions import FormParserError
    from starlette.formparsers import MultiPartException
    from starlette.requests import Request

    async def receive() -> Any:
        return {"type": "http.request", "body": content, "more_body": False}

    headers = [(b"content-type", content_type.encode("latin-1", errors="replace"))]
    request = Request({"type": "http", "headers": headers}, receive)
    try:
        found = await request.form(max_fields=MAX_FIELDS, max_files=MAX_FIELDS, max_part_size=len(content))
    except (MultiPartException, FormParserError, LookupError, UnicodeError) as error:
        # also about an impossible character set or boundary
        raise InvalidQuery(f"The multipart body cannot be read: {str(error)[:200]}") from None
    fields = []
    for name, value in found.multi_items():
        if isinstance(value, str):
            fields.append(Field(name=name, content=value.encode("utf-8", errors="replace")))
        else:
            fields.append(Field(name=name, content=await value.read(), file=value.filename or ""))
    await found.close()
    return fields
