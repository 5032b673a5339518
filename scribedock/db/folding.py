"""Text as it is searched: without regard to case, by an index."""

from __future__ import annotations

import unicodedata
from typing import Any

FOLDED_CHARS = 200
"""So much of a text is in the index: PostgreSQL takes no row of more than 2.7 kB into one."""


def fold(text: str) -> str:
    """Return the text without differences of case and of composition."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).casefold())


def folded_name(context: Any) -> str:
    """Return what the row that is being inserted has as its folded name; a default of SQLAlchemy.

    context: that of the insert; None: there is no row.
    """
    return "" if context is None else fold(context.get_current_parameters()["name"])[:FOLDED_CHARS]
