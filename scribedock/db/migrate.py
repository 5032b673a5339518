"""Migrates a database to the tables of this release (Alembic)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import sqlalchemy as sa

from scribedock.db.engine import Database
from scribedock.settings import SettingsError

FOLDER = Path(__file__).parent / "migrations"
REVISION = re.compile(r'^revision = "(\w+)"$', re.MULTILINE)
ADVISORY_LOCK = 0x5C21BED1


def migrate(url: str) -> None:
    """Run the missing migrations. On PostgreSQL, one process at a time does so.

    Raises SettingsError where a newer release has migrated it.
    """
    database = Database(url)
    try:
        found = _revision(database)
        if found is not None and found not in known_revisions():
            raise SettingsError(
                "the database was upgraded by a newer release, which this one does not know; start that one, "
                "or restore a backup (docs/upgrade.md)"
            )
        if found != newest_revision():
            _upgrade(database)
    finally:
        database.close()


def is_current(url: str) -> bool:
    """Return whether the database has the tables of this release."""
    with closing(Database(url)) as database:
        return _revision(database) == newest_revision()


def newest_revision() -> str:
    """Return the migration that makes this release's tables: the last file by its number."""
    return _revision_in(max(_files()))


def known_revisions() -> frozenset[str]:
    """Return all migrations that this release has."""
    return frozenset(map(_revision_in, _files()))


def _files() -> Iterator[Path]:
    return (FOLDER / "versions").glob("[0-9]*.py")


def _revision_in(file: Path) -> str:
    found = REVISION.search(file.read_text(encoding="utf-8"))
    assert found is not None, file
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
