"""The names of objects and partials: our own, so that nothing of a client's is ever part of a path."""

from __future__ import annotations

import re

NAME_PATTERN = re.compile(r"[0-9a-f]{32}\Z")


def checked_name(name: str) -> str:
    """Return the name if it is 32 hex digits. Raises ValueError."""
    if not NAME_PATTERN.match(name):
        raise ValueError(f"not a name in the store: {name!r}")
    return name
