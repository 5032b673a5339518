"""Opens the data folder that an earlier release left, as though its server had died just now."""

from __future__ import annotations

import json
import re
import sqlite3
import tarfile
import time
from dataclasses import fields, replace
from datetime import datetime, timedelta
from pathlib import Path

from scribedock.keys.keys import SigningKey, _signing_keys
from scribedock.uploads.grant import sign, verify
from tests.releases.keep import FOLDER, Kept

RELEASES = sorted(path.name.removesuffix(".tar.xz") for path in FOLDER.glob("*.tar.xz"))
LOCAL = re.compile(r"http://127\.0\.0\.1:\d+")
NAMES = {field.name for field in fields(Kept)}
EPOCH_COLUMNS = {("uploads", "expires")}


def opened(release: str, folder: Path, *, origin: str) -> Kept:
    """Unpacks the release's data folder as `folder/data`; returns what is in it.

    origin: base URL of the web server that takes the place of those that its jobs name. All times move
    forward, so that nothing has expired meanwhile that had not when the server died.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with tarfile.open(FOLDER / f"{release}.tar.xz") as archive:
        archive.extractall(folder, filter="data")
    said = json.loads((folder / "kept.json").read_text())
    kept = Kept(**{name: value for name, value in said.items() if name in NAMES})
    age_s = int(time.time() - kept.created)
    with sqlite3.connect(folder / "data" / "scribedock.sqlite") as database:
        _move_times(database, age_s)
        _move_origin(database, origin)
    database.close()
    kept.upload_path = _signed_later(kept.upload_path, folder / "data" / "secrets" / "upload-keys", age_s)
    return kept


def _move_times(database: sqlite3.Connection, age_s: int) -> None:
    for (table,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
        for _, column, kind, *_ in database.execute(f"PRAGMA table_info({table})").fetchall():
            if kind == "DATETIME":
                rows = database.execute(
                    f'SELECT rowid, "{column}" FROM {table} WHERE "{column}" IS NOT NULL'  # noqa: S608
                ).fetchall()
                for rowid, value in rows:
                    moved = datetime.fromisoformat(value) + timedelta(seconds=age_s)
                    text = moved.isoformat(" ", "microseconds")
                    statement = f'UPDATE {table} SET "{column}" = ? WHERE rowid = ?'  # noqa: S608
                    database.execute(statement, (text, rowid))
            elif (table, column) in EPOCH_COLUMNS:
                database.execute(f'UPDATE {table} SET "{column}" = "{column}" + ?', (age_s,))  # noqa: S608


def _move_origin(database: sqlite3.Connection, origin: str) -> None:
    for table, column in (("jobs", "callback_url"), ("callbacks", "url"), ("media", "url")):
        rows = database.execute(f"SELECT rowid, {column} FROM {table} WHERE {column} IS NOT NULL")  # noqa: S608
        for rowid, url in rows.fetchall():
            moved = LOCAL.sub(origin, url)
            database.execute(f"UPDATE {table} SET {column} = ? WHERE rowid = ?", (moved, rowid))  # noqa: S608


def _signed_later(path: str, keys: Path, age_s: int) -> str:
    """Return the path of an upload URL that expires so much later."""
    folder, _, token = path.rpartition("/")
    signing: tuple[SigningKey, ...] = _signing_keys(keys.read_text())
    grant = verify(token, signing)
    return f"{folder}/{sign(replace(grant, expires=grant.expires + age_s), signing[0])}"
