"""Upgrades of older releases' data that no migration can do: they take a key, or Python's rules of text."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from scribedock.db.engine import Database, insert_once, time_of
from scribedock.db.folding import FOLDED_CHARS, fold
from scribedock.db.sealed import SealedText
from scribedock.db.tables import jobs, media, metadata, upgrades
from scribedock.keys.sealing import PREFIX, Sealing

BATCH = 500  # rows of one transaction


def seal_old_rows(database: Database, sealing: Sealing) -> None:
    """Seal what older releases wrote in the clear into columns that are sealed today.

    Each batch is a transaction, so an interrupted run resumes with the rest. Several processes may do this at
    once, and rows may be written in the meantime.
    """
    with database.read() as connection:
        done = set(connection.execute(sa.select(upgrades.c.name)).scalars())
    work: dict[str, Callable[[], None]] = {
        f"sealed {column.table.name}.{column.name}": partial(_seal, database, column)
        for table in metadata.tables.values()
        for column in table.columns
        if isinstance(column.type, SealedText)
    }
    work["digested media.url"] = partial(_digest_media, database, sealing)
    for name in work.keys() - done:
        work[name]()
        with database.write() as connection:
            insert_once(connection, upgrades, name=name, done=time_of(connection))


def fold_names(database: Database) -> None:
    """Fold the names of jobs of older releases, so that they are found by them.

    At every start, because a server of an older release may go on beside one of this. Resumes as
    `seal_old_rows` does.
    """
    unfolded = (
        sa.select(jobs.c.id, jobs.c.name).where(jobs.c.folded_name == "", jobs.c.name != "").limit(BATCH)
    )
    while True:
        with database.read() as connection:
            rows = connection.execute(unfolded.limit(BATCH)).all()
        if not rows:
            return
        with database.write() as connection:
            for row in rows:
                same = sa.and_(jobs.c.id == row.id, jobs.c.name == row.name)
                folded = fold(row.name)[:FOLDED_CHARS]
                connection.execute(jobs.update().where(same).values(folded_name=folded))


def _seal(database: Database, column: sa.Column[Any]) -> None:
    table = column.table
    (key,) = table.primary_key.columns
    in_the_clear = sa.type_coerce(column, sa.Text)
    last: str | None = None
    while True:
        query = (
            sa.select(key, in_the_clear.label("text"))
            .where(in_the_clear.is_not(None), in_the_clear.not_like(f"{PREFIX}%"))
            .order_by(key)
            .limit(BATCH)
        )
        with database.write() as connection:
            rows = connection.execute(query if last is None else query.where(key > last)).all()
            for row in rows:
                _update(connection, column, key == row[0], in_the_clear == row.text, value=row.text)
        if len(rows) < BATCH:
            return
        last = rows[-1][0]


def _update(
    connection: Connection, column: sa.Column[Any], *conditions: sa.ColumnElement[bool], value: str
) -> None:
    assert isinstance(column.table, sa.Table)
    connection.execute(column.table.update().where(*conditions).values({column.name: value}))


def _digest_media(database: Database, sealing: Sealing) -> None:
    query = sa.select(media.c.job_id, media.c.url).where(
        media.c.url.is_not(None), media.c.url_digest.is_(None)
    )
    while True:
        with database.write() as connection:
            rows = connection.execute(query.limit(BATCH)).all()
            for row in rows:
                assert row.url is not None
                _update(
                    connection,
                    media.c.url_digest,
                    media.c.job_id == row.job_id,
                    value=sealing.digest(row.url),
                )
        if len(rows) < BATCH:
            return
