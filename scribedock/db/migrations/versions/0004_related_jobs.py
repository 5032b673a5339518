"""Jobs that are made of another job's list."""

import sqlalchemy as sa
from alembic import op

revision = "related_jobs"
down_revision = "media_out"


def upgrade() -> None:
    op.add_column("jobs", sa.Column("leading_id", sa.String(length=32), nullable=True))
    op.create_index(op.f("ix_jobs_leading_id"), "jobs", ["leading_id"], unique=False)
    op.create_table(
        "derivations",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("job_id", sa.String(length=32), nullable=False),
        sa.Column("source_id", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(["id"], ["tasks.id"], name=op.f("fk_derivations_id")),
        sa.ForeignKeyConstraint(["job_id"], ["jobs.id"], name=op.f("fk_derivations_job_id")),
        sa.ForeignKeyConstraint(["source_id"], ["jobs.id"], name=op.f("fk_derivations_source_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_derivations")),
        sa.UniqueConstraint("job_id", name=op.f("uq_derivations_job_id")),
    )
    op.create_index(op.f("ix_derivations_source_id"), "derivations", ["source_id"], unique=False)
