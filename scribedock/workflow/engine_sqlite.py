"""The engine's connections to its SQLite file, which overwrite what they delete."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from scribedock.db import sqlite_file

PRAGMAS = (sqlite_file.SECURE_DELETE, "PRAGMA busy_timeout=30000", "PRAGMA foreign_keys=ON")


def connections(url: str, *, size: int) -> sa.Engine | None:
    """Return an engine with at most `size` connections; None for PostgreSQL, where DBOS makes its own."""
    if not url.startswith("sqlite"):
        return None
    made = sa.create_engine(url, pool_size=size, max_overflow=0, pool_timeout=30, hide_parameters=True)

    @sa.event.listens_for(made, "connect")
    def prepare(connection: Any, _: Any) -> None:
        connection.isolation_level = "IMMEDIATE"
        for pragma in PRAGMAS:
            connection.execute(pragma)

    return made
