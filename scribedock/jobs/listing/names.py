"""Finding jobs by their names: whole, by how they begin, and by any part of three characters or more."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from scribedock.db.folding import FOLDED_CHARS, fold
from scribedock.db.tables import job_names, jobs

PART_CHARS = 3  # of the parts that are in an index
LAST_CHARACTER = "\U0010ffff"
# As its index has it. Behind so many characters a name may go on.
IS_LONG = sa.func.length(jobs.c.folded_name) == sa.literal_column(str(FOLDED_CHARS))


def folded_beginning(name: str) -> str:
    """Return what the index of names has of this name."""
    return fold(name)[:FOLDED_CHARS]


def name_is(name: str) -> Iterator[sa.ColumnElement[bool]]:
    """Yield the conditions of a job that has this name, in whatever case."""
    folded = fold(name)
    yield jobs.c.folded_name == folded[:FOLDED_CHARS]
    if len(folded) >= FOLDED_CHARS:
        yield jobs.c.name.ilike(_like(name), escape="\\")


def name_matches(pattern: str) -> Iterator[sa.ColumnElement[bool]]:
    """Yield the conditions of a job whose name matches; `*` stands for anything."""
    folded = fold(pattern)
    head, _, rest = folded.partition("*")
    if head:
        yield jobs.c.folded_name.between(head[:FOLDED_CHARS], head[:FOLDED_CHARS] + LAST_CHARACTER)
    if rest or len(head) > FOLDED_CHARS:
        # Of a row that does not match, SQLite reads the index alone: the name itself comes last.
        yield sa.or_(
            jobs.c.folded_name.like(_like(folded), escape="\\"),
            sa.and_(
                IS_LONG,
                jobs.c.name.ilike(_like(pattern), escape="\\"),
            ),
        )


def candidates(connection: Connection, pattern: str, limit: int) -> Sequence[str] | None:
    """Return jobs among which are all whose name matches, of whichever account.

    None: the pattern has no part of three characters, `limit` or more would be returned, or the SQLite that
    made the tables is older than 3.34, which cannot find parts.
    """
    parts = [part for part in fold(pattern).split("*") if len(part) >= PART_CHARS]
    if not parts or not _finds_parts(connection):
        return None
    long = sa.select(jobs.c.id).where(jobs.c.deleted.is_(None), IS_LONG).limit(limit)
    long = long.with_hint(jobs, "INDEXED BY ix_jobs_long_names", "sqlite")
    found = [
        job_id
        for query in (_with_parts(connection, parts).limit(limit), long)
        for job_id in connection.execute(query).scalars()
    ]
    return found if len(found) < limit else None


def _finds_parts(connection: Connection) -> bool:
    if connection.dialect.name != "sqlite":
        return True
    there = sa.text("SELECT 1 FROM sqlite_master WHERE name = 'job_names_fts'")
    return connection.execute(there).first() is not None


def _with_parts(connection: Connection, parts: Sequence[str]) -> sa.Select[tuple[str]]:
    query = sa.select(job_names.c.job_id)
    each = sorted(
        {part[place : place + PART_CHARS] for part in parts for place in range(len(part) - PART_CHARS + 1)}
    )
    if connection.dialect.name == "sqlite":
        fts = sa.table("job_names_fts", sa.column("rowid"), sa.column("job_names_fts"))
        quoted = " AND ".join('"{}"'.format(part.replace('"', '""')) for part in each)
        return query.select_from(fts).where(
            fts.c.rowid == job_names.c.id, fts.c.job_names_fts.op("MATCH")(quoted)
        )
    found = sa.func.job_name_parts(job_names.c.name).bool_op("@>")
    return query.where(found(sa.cast(each, sa.ARRAY(sa.Text))))


def _like(pattern: str) -> str:
    escaped = pattern.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return escaped.replace("*", "%")
