"""A column whose texts are encrypted in the database and plain through `Database`.

No two sealed texts are equal, so such a column cannot be compared; store a digest beside it.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Dialect, Engine

from scribedock.keys.sealing import Sealing

_ATTRIBUTE = "scribedock_sealing"


class SealedText(sa.types.TypeDecorator[str]):
    """Text sealed with the key of the engine that it passes through (see `give_key`)."""

    impl = sa.Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        return None if value is None else _sealing(dialect).seal(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> str | None:
        return None if value is None else _sealing(dialect).unseal(value)


def give_key(engine: Engine, sealing: Sealing) -> None:
    """Let the engine read and write sealed columns."""
    setattr(engine.dialect, _ATTRIBUTE, sealing)


def _sealing(dialect: Dialect) -> Sealing:
    found = getattr(dialect, _ATTRIBUTE, None)
    if not isinstance(found, Sealing):
        raise RuntimeError("this database was opened without the key of its sealed columns")
    return found
