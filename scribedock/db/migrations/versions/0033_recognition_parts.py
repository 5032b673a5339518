"""Spans of a long recording that any worker may recognize."""

import sqlalchemy as sa
from alembic import op

revision = "recognition_parts"
down_revision = "recording_of"


def upgrade() -> None:
    op.create_table(
        "recognition_parts",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("task_id", sa.String(32), nullable=False),
        sa.Column("job_id", sa.String(32), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("request", sa.JSON(), nullable=False),
        sa.Column("spans", sa.Integer(), nullable=False),
        sa.Column("spans_done", sa.Integer(), nullable=False),
        sa.Column("over", sa.Boolean(), nullable=False),
        sa.Column("words", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["task_id"], ["tasks.id"], name=op.f("fk_recognition_parts_task_id")),
        sa.ForeignKeyConstraint(["job_id"], ["jobs.id"], name=op.f("fk_recognition_parts_job_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recognition_parts")),
    )
    for column in ("task_id", "job_id"):
        op.create_index(f"ix_recognition_parts_{column}", "recognition_parts", [column])
