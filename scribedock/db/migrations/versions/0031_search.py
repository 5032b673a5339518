"""The words of ElementLists can be searched: by FTS5 on SQLite, by a tsvector on PostgreSQL.

The lists of existing jobs are indexed by the worker, bit by bit.
"""

import sqlalchemy as sa
from alembic import op

revision = "search"
down_revision = "review_work"

# Without sizes of columns, which only ranking needs: hits come in the order of their ids.
FTS = """
CREATE VIRTUAL TABLE passages_fts USING fts5(
    account_id, job_id, tokens, content='passages', content_rowid='id', columnsize=0,
    tokenize="unicode61 remove_diacritics 0 categories 'L* N* M* Co'"
)
"""
TRIGGERS = (
    """
    CREATE TRIGGER passages_added AFTER INSERT ON passages BEGIN
        INSERT INTO passages_fts (rowid, account_id, job_id, tokens)
        VALUES (new.id, new.account_id, new.job_id, new.tokens);
    END
    """,
    """
    CREATE TRIGGER passages_removed AFTER DELETE ON passages BEGIN
        INSERT INTO passages_fts (passages_fts, rowid, account_id, job_id, tokens)
        VALUES ('delete', old.id, old.account_id, old.job_id, old.tokens);
    END
    """,
)


def upgrade() -> None:
    op.create_table(
        "search_lists",
        sa.Column("job_id", sa.String(32), sa.ForeignKey("jobs.id"), primary_key=True),
        sa.Column("version", sa.DateTime(), nullable=True),
        sa.Column("iwp_name", sa.String(32), nullable=True),
        sa.Column("wanted", sa.DateTime(), nullable=True),
    )
    op.create_index(
        "ix_search_lists_wanted",
        "search_lists",
        ["wanted"],
        sqlite_where=sa.text("wanted IS NOT NULL"),
        postgresql_where=sa.text("wanted IS NOT NULL"),
    )
    op.create_table(
        "passages",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            primary_key=True,
            autoincrement=True,
        ),
        sa.Column("job_id", sa.String(32), sa.ForeignKey("jobs.id"), nullable=False),
        sa.Column("account_id", sa.String(32), sa.ForeignKey("accounts.id"), nullable=False),
        sa.Column("start_ms", sa.BigInteger(), nullable=False),
        sa.Column("end_ms", sa.BigInteger(), nullable=False),
        sa.Column("speaker", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("tokens", sa.Text(), nullable=False),
    )
    op.create_index("ix_passages_job_id", "passages", ["job_id"])
    op.create_index("ix_passages_account_id_id", "passages", ["account_id", "id"])
    if op.get_bind().dialect.name == "sqlite":
        op.execute(FTS)
        for trigger in TRIGGERS:
            op.execute(trigger)
    else:
        op.execute("CREATE INDEX ix_passages_tokens ON passages USING gin (to_tsvector('simple', tokens))")
    op.execute(
        "INSERT INTO search_lists (job_id, wanted) "
        "SELECT job_id, max(version) FROM element_lists WHERE NOT audio_description GROUP BY job_id"
    )
