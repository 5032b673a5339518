"""Migrates a database to the tables of this release (Alembic)."""

from __future__ import annotations

import re
from contextlib import closing
from pathlib import Path

import sqlalchemy as sa

from scribedock.db.engine import Database

FOLDER = Path(__file__).parent / "migrations"
REVISION = re.compile(r'^revision = "(\w+)"$', re.MULTILINE)
ADVISORY_LOCK = 0x5C21BED1


def migrate(url: str) -> None:
    """Run the missing migrations. On PostgreSQL, one process at a time does so."""
    database = Database(url)
    try:
        if _revision(database) != newest_revision():
            _upgrade(database)
    finally:
        database.close()


def is_current(url: str) -> bool:
    """Return whether the database has the tables of this release."""
    with closing(Database(url)) as database:
        return _revision(database) == newest_revision()


def newest_revision() -> str:
    """Return the migration that makes this release's tables: the last file by its number."""
    newest = max((FOLDER / "versions").glob("[0-9]*.py"))
    found = REVISION.search(newest.read_text(encoding="utf-8"))
    assert found is not None, newest
    return found[1]


def _revision(database: Database) -> str | None:
    """Return the latest migration of the database."""
    with database.read() as connection:
        if not sa.inspect(connection).has_table("alembic_version"):
            return None
        return connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar()


def _upgrade(database: Database) -> None:
    from alembic import command  # importing it takes longer than everything else in most commands
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    config.set_main_option("path_separator", "os")
    with database.write() as connection:
        if not database.is_sqlite:
            connection.execute(sa.text("SELECT pg_advisory_xact_lock(:key)"), {"key": ADVISORY_LOCK})
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
