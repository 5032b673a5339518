"""Transcripts to synchronize, and what a job's result needs to be said about."""

import sqlalchemy as sa
from alembic import op

revision = "speech_transcripts"
down_revision = "mails"


def upgrade() -> None:
    op.create_table(
        "transcripts",
        sa.Column("job_id", sa.String(length=32), nullable=False),
        sa.Column("task_id", sa.String(length=32), nullable=False),
        sa.Column("url", sa.Text(), nullable=True),
        sa.Column("format", sa.String(length=8), nullable=True),
        sa.Column("compressed", sa.LargeBinary(), nullable=True),
        sa.Column("problem", sa.Text(), nullable=True),
        sa.Column("added", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["job_id"], ["jobs.id"], name=op.f("fk_transcripts_job_id")),
        sa.ForeignKeyConstraint(["task_id"], ["tasks.id"], name=op.f("fk_transcripts_task_id")),
        sa.PrimaryKeyConstraint("job_id", name=op.f("pk_transcripts")),
    )
    op.add_column("jobs", sa.Column("notice", sa.Text(), nullable=True))
