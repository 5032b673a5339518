"""Mail that is to be sent."""

import sqlalchemy as sa
from alembic import op

revision = "mails"
down_revision = "reviews"


def upgrade() -> None:
    op.create_table(
        "mails",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("job_id", sa.String(length=32), nullable=False),
        sa.Column("recipient", sa.String(length=320), nullable=False),
        sa.Column("base_url", sa.Text(), nullable=False),
        sa.Column("rendition_id", sa.String(length=32), nullable=True),
        sa.Column("pass_id", sa.String(length=32), nullable=True),
        sa.ForeignKeyConstraint(["id"], ["tasks.id"], name=op.f("fk_mails_id")),
        sa.ForeignKeyConstraint(["job_id"], ["jobs.id"], name=op.f("fk_mails_job_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mails")),
        sa.UniqueConstraint("pass_id", name=op.f("uq_mails_pass_id")),
    )
    op.create_index(op.f("ix_mails_job_id"), "mails", ["job_id"], unique=False)
