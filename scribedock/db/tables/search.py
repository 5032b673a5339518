"""What is searched of jobs' ElementLists.

Beside it SQLite has a full-text table, and PostgreSQL an index of an expression: see the migration.
"""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy import BigInteger, Column, ForeignKey, Integer, String, Table, Text

from scribedock.db.tables.columns import Id, metadata
from scribedock.db.utc_time import UtcTime

# Which version of a job's list is searched, and whether another is to be.
search_lists = Table(
    "search_lists",
    metadata,
    Column("job_id", Id, ForeignKey("jobs.id"), primary_key=True),
    Column("version", UtcTime),  # null: none yet
    Column("iwp_name", String(32)),
    Column("wanted", UtcTime),  # since when another version is there; null: none is
    sa.Index(
        "ix_search_lists_wanted",
        "wanted",
        sqlite_where=sa.text("wanted IS NOT NULL"),
        postgresql_where=sa.text("wanted IS NOT NULL"),
    ),
)

passages = Table(
    "passages",
    metadata,
    # Of a job's passages the first has the highest, so that the newest job's first passage comes first.
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
    Column("job_id", Id, ForeignKey("jobs.id"), nullable=False, index=True),
    Column("account_id", Id, ForeignKey("accounts.id"), nullable=False),
    Column("start_ms", BigInteger, nullable=False),
    Column("end_ms", BigInteger, nullable=False),
    Column("speaker", Text, nullable=False),  # name; empty: unknown
    Column("text", Text, nullable=False),  # as it is shown
    Column("tokens", Text, nullable=False),  # as it is searched: see `search.tokens`
    sa.Index(None, "account_id", "id"),
)
