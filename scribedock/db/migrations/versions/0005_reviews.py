"""Passes by people, and what they have saved."""

import sqlalchemy as sa
from alembic import op

revision = "reviews"
down_revision = "related_jobs"


def upgrade() -> None:
    op.add_column("jobs", sa.Column("reviewed", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_table(
        "passes",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("job_id", sa.String(length=32), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("iwp_name", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("account_id", sa.String(length=32), nullable=True),
        sa.Column("opened", sa.DateTime(), nullable=True),
        sa.Column("done", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_passes_account_id")),
        sa.ForeignKeyConstraint(["job_id"], ["jobs.id"], name=op.f("fk_passes_job_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_passes")),
        sa.UniqueConstraint("job_id", "position", name=op.f("uq_passes_job_id_position")),
    )
    op.create_index(op.f("ix_passes_status"), "passes", ["status"], unique=False)
    op.create_table(
        "drafts",
        sa.Column("pass_id", sa.String(length=32), nullable=False),
        sa.Column("version", sa.DateTime(), nullable=False),
        sa.Column("account_id", sa.String(length=32), nullable=False),
        sa.Column("compressed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_drafts_account_id")),
        sa.ForeignKeyConstraint(["pass_id"], ["passes.id"], name=op.f("fk_drafts_pass_id")),
        sa.PrimaryKeyConstraint("pass_id", "version", name=op.f("pk_drafts")),
    )
