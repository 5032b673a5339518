"""Stretches of a recording that are recognized once more."""

import sqlalchemy as sa
from alembic import op

revision = "span_recognitions"
down_revision = "job_filters"


def upgrade() -> None:
    op.create_table(
        "span_recognitions",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("pass_id", sa.String(32), nullable=False),
        sa.Column("account_id", sa.String(32), nullable=False),
        sa.Column("person_id", sa.String(32), nullable=True),
        sa.Column("start_ms", sa.Integer(), nullable=False),
        sa.Column("end_ms", sa.Integer(), nullable=False),
        sa.Column("language", sa.String(16), nullable=False),
        sa.Column("notice", sa.Text(), nullable=False),
        sa.Column("compressed", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["id"], ["tasks.id"], name=op.f("fk_span_recognitions_id")),
        sa.ForeignKeyConstraint(["pass_id"], ["passes.id"], name=op.f("fk_span_recognitions_pass_id")),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_span_recognitions_account_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_span_recognitions")),
    )
    op.create_index(op.f("ix_span_recognitions_pass_id"), "span_recognitions", ["pass_id"])
