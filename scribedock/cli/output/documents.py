"""JSON for programs: one document on standard output, whose keys stay what they are.

Times are ISO 8601 in UTC with a Z, lengths of time in seconds, sizes in bytes; what is not known is null.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Annotated, Any

import typer

from scribedock.host.terminal import printable_json

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document (docs/commands.md).")]


def print_document(document: Mapping[str, Any]) -> None:
    """Print the document, indented, and safe for a terminal."""
    print(printable_json(json.dumps(document, ensure_ascii=False, indent=2, default=_encoded)))


def print_line(document: Mapping[str, Any]) -> None:
    """Print the document in one line, safe for a terminal, at once."""
    print(printable_json(json.dumps(document, ensure_ascii=False, default=_encoded)), flush=True)


def _encoded(value: object) -> str | float:
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%dT%H:%M:%S.%f}Z"
    if isinstance(value, timedelta):
        return value.total_seconds()
    raise TypeError(f"{type(value).__name__} has no spelling in JSON")
