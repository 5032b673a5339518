"""The upgrade of rows that an older release has written."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from alembic import command
from alembic.config import Config

from scribedock.db.engine import Database
from scribedock.db.migrate import FOLDER, migrate


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
