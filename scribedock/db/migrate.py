"""Brings a database to the tables of this release (Alembic)."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config

from scribedock.db.engine import Database

FOLDER = Path(__file__).parent / "migrations"
ADVISORY_LOCK = 0x5C21BED1


def migrate(url: str) -> None:
    """Runs the migrations that are missing. On PostgreSQL one process at a time does."""
    database = Database(url)
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    config.set_main_option("path_separator", "os")
    try:
        with database.write() as connection:
            if not database.is_sqlite:
                connection.execute(sa.text("SELECT pg_advisory_xact_lock(:key)"), {"key": ADVISORY_LOCK})
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
    finally:
        database.close()
