"""An index for every filter of a list of jobs, and names found by any part of them.

The parts are of three characters. SQLite has them in a table of FTS5, PostgreSQL in an index of an
expression.
"""

import sqlite3

import sqlalchemy as sa
from alembic import op

revision = "job_filters"
down_revision = "shares"

IN_ORDER = {
    "ix_jobs_by_fidelity": ["account_id", "fidelity", "created", "id"],
    "ix_jobs_by_priority": ["account_id", "priority", "created", "id"],
    "ix_jobs_by_difficulty": ["account_id", "difficulty", "created", "id"],
    "ix_jobs_by_language": ["account_id", "language", "created", "id"],
}
# With what else jobs are chosen by, so that of those that do not match the index alone is read.
NEWEST = ["account_id", "created", "id", "status", "fidelity", "priority", "difficulty", "language"]
TURNAROUND = """
CREATE INDEX ix_jobs_by_turnaround ON jobs (
    (coalesce(turnaround_hours, CASE priority WHEN 'ECONOMY' THEN 96 WHEN 'STANDARD' THEN 48
        WHEN 'HIGH' THEN 36 WHEN 'PRIORITY' THEN 24 WHEN 'CRITICAL' THEN 12 END)),
    account_id, created, id
) WHERE deleted IS NULL
"""
TRIGRAMS_SINCE = (3, 34)
SQLITE_PARTS = (
    """
    CREATE VIRTUAL TABLE job_names_fts USING fts5(
        name, content='job_names', content_rowid='id', columnsize=0, detail=none,
        tokenize='trigram case_sensitive 1'
    )
    """,
    """
    CREATE TRIGGER job_names_added AFTER INSERT ON job_names BEGIN
        INSERT INTO job_names_fts (rowid, name) VALUES (new.id, new.name);
    END
    """,
    """
    CREATE TRIGGER job_names_removed AFTER DELETE ON job_names BEGIN
        INSERT INTO job_names_fts (job_names_fts, rowid, name) VALUES ('delete', old.id, old.name);
    END
    """,
)
SQLITE = (
    """
    CREATE TRIGGER jobs_named AFTER INSERT ON jobs WHEN new.folded_name <> '' AND new.deleted IS NULL BEGIN
        INSERT INTO job_names (job_id, name) VALUES (new.id, new.folded_name);
    END
    """,
    """
    CREATE TRIGGER jobs_renamed AFTER UPDATE OF folded_name ON jobs
    WHEN new.folded_name <> old.folded_name BEGIN
        DELETE FROM job_names WHERE job_id = new.id;
        INSERT INTO job_names (job_id, name)
        SELECT new.id, new.folded_name WHERE new.folded_name <> '' AND new.deleted IS NULL;
    END
    """,
)
POSTGRESQL = (
    """
    CREATE FUNCTION job_name_parts(name text) RETURNS text[] LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
        SELECT coalesce(array_agg(DISTINCT substr(name, place, 3)), '{}')
        FROM generate_series(1, length(name) - 2) AS place
    $$
    """,
    "CREATE INDEX ix_jobs_by_digits ON jobs (id varchar_pattern_ops)",  # for LIKE, in whatever locale
    "CREATE INDEX ix_job_names_parts ON job_names USING gin (job_name_parts(name))",
    """
    CREATE FUNCTION note_job_name() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        IF TG_OP = 'UPDATE' THEN
            DELETE FROM job_names WHERE job_id = new.id;
        END IF;
        IF new.folded_name <> '' AND new.deleted IS NULL THEN
            INSERT INTO job_names (job_id, name) VALUES (new.id, new.folded_name);
        END IF;
        RETURN NULL;
    END $$
    """,
    "CREATE TRIGGER jobs_named AFTER INSERT ON jobs FOR EACH ROW EXECUTE FUNCTION note_job_name()",
    """
    CREATE TRIGGER jobs_renamed AFTER UPDATE OF folded_name ON jobs FOR EACH ROW
    WHEN (new.folded_name <> old.folded_name) EXECUTE FUNCTION note_job_name()
    """,
)


def upgrade() -> None:
    living = sa.text("deleted IS NULL")
    op.drop_index("ix_jobs_living", "jobs")
    for name, columns in {"ix_jobs_living": [*NEWEST, "turnaround_hours", "due"], **IN_ORDER}.items():
        op.create_index(name, "jobs", columns, sqlite_where=living, postgresql_where=living)
    long = sa.text("deleted IS NULL AND length(folded_name) = 200")
    op.create_index("ix_jobs_long_names", "jobs", ["id"], sqlite_where=long, postgresql_where=long)
    op.execute(TURNAROUND)
    op.create_table(
        "job_names",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            primary_key=True,
            autoincrement=True,
        ),
        sa.Column("job_id", sa.String(32), sa.ForeignKey("jobs.id"), nullable=False, unique=True),
        sa.Column("name", sa.Text(), nullable=False),
    )
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    if is_sqlite and sqlite3.sqlite_version_info >= TRIGRAMS_SINCE:
        statements: tuple[str, ...] = (*SQLITE_PARTS, *SQLITE)
    else:  # an older SQLite has no index for parts, and reads that of the names
        statements = SQLITE if is_sqlite else POSTGRESQL
    for statement in statements:
        op.execute(statement)
    op.execute(
        "INSERT INTO job_names (job_id, name) "
        "SELECT id, folded_name FROM jobs WHERE folded_name <> '' AND deleted IS NULL ORDER BY created"
    )
