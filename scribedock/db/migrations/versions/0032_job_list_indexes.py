"""Names of jobs without regard to case, and an index for each way in which a list of jobs is asked for."""

import sqlalchemy as sa
from alembic import op

revision = "job_list_indexes"
down_revision = "search"

LIVING = {
    "ix_jobs_by_state": ["account_id", "status", "created", "id"],
    "ix_jobs_by_name": ["account_id", "folded_name", "created", "id"],
    "ix_jobs_by_external_id": ["account_id", "external_id"],
    "ix_jobs_by_start": ["account_id", "started"],
    "ix_jobs_by_due_date": ["account_id", "due"],
    "ix_jobs_by_completion": ["account_id", "completed"],
    "ix_jobs_by_return": ["account_id", "returned"],
    "ix_jobs_by_authorization": ["account_id", "authorized"],
    "ix_jobs_late": ["status", "due"],
}


def upgrade() -> None:
    by_bytes = sa.String(200).with_variant(sa.String(200, collation="C"), "postgresql")
    op.add_column("jobs", sa.Column("folded_name", by_bytes, nullable=False, server_default=""))
    op.drop_index("ix_jobs_account_id_external_id", "jobs")
    living = sa.text("deleted IS NULL")
    for name, columns in LIVING.items():
        op.create_index(name, "jobs", columns, sqlite_where=living, postgresql_where=living)
