"""What the log says about a call's parameters: nothing that might be a secret, however it was sent.

This allows what is harmless instead of hiding what is secret. Of a parameter that the call knows, the log
has the value if its type leaves no room for a secret (a number, a boolean, a date, a member of an
enumeration, an id), else its length; of any other, not even the name, which may be a misplaced value.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any

from scribedock.api.registry import Call, parameter_names, spellings
from scribedock.api.schema.parameters import Parameters, Raw, UploadedFile
from scribedock.clock import format_time

IDENTIFIERS = ("job_id", "task_id")
IDENTIFIER = re.compile(r"[0-9a-f]{32}\Z")
UNKNOWN_NAMES = "(unknown)"


def names_only(call: Call[Any], raw: Raw) -> dict[str, str]:
    """Return the known names and the lengths of parameters that were not, or cannot be, validated."""
    known = parameter_names(call.path)
    found = {name: _length(values) for name, values in raw.items() if name in known}
    unknown = len(raw) - len(found)
    return {**found, UNKNOWN_NAMES: _count(unknown, "parameter")} if unknown else found


def read_ones(call: Call[Any], raw: Raw, parameters: Parameters) -> dict[str, str]:
    """Return the names of validated parameters, with the values that are harmless."""
    found = names_only(call, raw)
    for name, field in call.model.model_fields.items():
        value = _harmless(name, getattr(parameters, name, None))
        given = next((each for each in spellings(name, field) if each in found), None)
        if given is not None and value is not None:
            found[given] = value
    return found


def _harmless(name: str, value: object) -> str | None:
    """Return the value as it may be logged; None where it may hold anything."""
    if isinstance(value, (bool, int, float, StrEnum)):
        return str(value).lower() if isinstance(value, bool) else str(value)
    if isinstance(value, datetime):
        return format_time(value)
    if name in IDENTIFIERS and isinstance(value, str) and IDENTIFIER.match(value):
        return value
    return None


def _length(values: Sequence[object]) -> str:
    if len(values) != 1:
        return _count(len(values), "value")
    value = values[0]
    if isinstance(value, UploadedFile):
        return _count(len(value.content), "byte")
    if isinstance(value, (Mapping, list)):
        return _count(len(value), "item")
    return _count(len(str(value)), "character")


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
