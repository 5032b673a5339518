"""Reviewers' lists whose edited words are aligned anew."""

import sqlalchemy as sa
from alembic import op

revision = "realignments"
down_revision = "speech_transcripts"


def upgrade() -> None:
    op.create_table(
        "realignments",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("pass_id", sa.String(length=32), nullable=False),
        sa.Column("version", sa.DateTime(), nullable=False),
        sa.Column("account_id", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(["id"], ["tasks.id"], name=op.f("fk_realignments_id")),
        sa.ForeignKeyConstraint(["pass_id"], ["passes.id"], name=op.f("fk_realignments_pass_id")),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_realignments_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_realignments")),
    )
    op.create_index(op.f("ix_realignments_pass_id"), "realignments", ["pass_id"], unique=False)
