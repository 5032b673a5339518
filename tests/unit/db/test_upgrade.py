"""The upgrade of rows that an older release has written."""

from __future__ import annotations

import ast
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config

from scribedock.db.engine import Database
from scribedock.db.migrate import FOLDER, migrate
from scribedock.settings import SettingsError


def test_no_mail_starts_its_link_with_what_a_host_header_has_said(tmp_path: Path) -> None:
    path = tmp_path / "old.sqlite"
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    config.set_main_option("path_separator", "os")
    database = Database(f"sqlite:///{path}")
    with database.write() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "audio_track")
    database.close()
    with sqlite3.connect(path) as old:
        old.execute(
            "INSERT INTO mails (id, job_id, recipient, base_url, rendition_id) "
            "VALUES ('m', 'j', 'a@b.example', 'http://evil', 'r')"
        )
    migrate(f"sqlite:///{path}")
    with sqlite3.connect(path) as new:
        assert new.execute("SELECT id, recipient, base_url FROM mails").fetchall() == [
            ("m", "a@b.example", "")
        ]


ADDITIVE_SINCE = "0028"
# What would break a server of the release before, which goes on working during a rolling upgrade.
BREAKING = {"drop_table", "drop_column", "drop_constraint", "rename_table", "execute"}
# What they execute makes tables, indexes and triggers, and fills the tables.
ONLY_NEW_TABLES = {"0031_search", "0036_job_filters"}


def breaking_changes(tree: ast.Module, *, may_execute: bool) -> Iterator[str]:
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
            continue
        name = node.func.attr
        if name in BREAKING and not (may_execute and name == "execute"):
            yield name
        if name == "add_column":
            (column,) = (each for each in node.args if isinstance(each, ast.Call))
            given = {each.arg: ast.unparse(each.value) for each in column.keywords}
            if given.get("nullable") == "False" and "server_default" not in given:
                yield ast.unparse(column)


@pytest.mark.parametrize(
    "file",
    [path for path in sorted((FOLDER / "versions").glob("[0-9]*.py")) if path.name >= ADDITIVE_SINCE],
    ids=lambda path: path.stem,
)
def test_a_migration_leaves_the_release_before_it_working(file: Path) -> None:
    """New tables may be as they like; in the old ones, columns are only added, and need no value."""
    tree = ast.parse(file.read_text())
    assert list(breaking_changes(tree, may_execute=file.stem in ONLY_NEW_TABLES)) == []


def test_a_database_of_a_newer_release_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "new.sqlite"
    migrate(f"sqlite:///{path}")
    with sqlite3.connect(path) as database:
        database.execute("UPDATE alembic_version SET version_num = 'of_the_future'")
    before = path.read_bytes()
    with pytest.raises(SettingsError, match="newer release"):
        migrate(f"sqlite:///{path}")
    assert path.read_bytes() == before
