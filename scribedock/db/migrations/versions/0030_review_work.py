"""What was said when a pass was rejected or approved, and saves of single segments."""

import sqlalchemy as sa
from alembic import op

revision = "review_work"
down_revision = "budgets"


def upgrade() -> None:
    op.create_table(
        "review_decisions",
        sa.Column("id", sa.String(32), sa.ForeignKey("tasks.id"), primary_key=True),
        sa.Column("pass_id", sa.String(32), sa.ForeignKey("passes.id"), nullable=False),
        sa.Column("account_id", sa.String(32), sa.ForeignKey("accounts.id"), nullable=True),
        sa.Column("person_id", sa.String(32), nullable=True),
        sa.Column("rejected", sa.Boolean(), nullable=False),
        sa.Column("iwp_name", sa.String(32), nullable=False),
    )
    op.create_index("ix_review_decisions_pass_id", "review_decisions", ["pass_id"])
    op.create_table(
        "segment_saves",
        sa.Column("pass_id", sa.String(32), sa.ForeignKey("passes.id"), primary_key=True),
        sa.Column("version", sa.DateTime(), primary_key=True),
        sa.Column("account_id", sa.String(32), sa.ForeignKey("accounts.id"), nullable=False),
        sa.Column("person_id", sa.String(32), nullable=True),
        sa.Column("save_id", sa.String(64), nullable=False),
        sa.Column("spans", sa.JSON(), nullable=False),
        sa.Column("segments", sa.Integer(), nullable=False),
        sa.Column("compressed", sa.LargeBinary(), nullable=True),
    )
    op.create_index("ix_segment_saves_pass_id_save_id", "segment_saves", ["pass_id", "save_id"])
