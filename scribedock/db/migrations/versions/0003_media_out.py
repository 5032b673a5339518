"""Media made of recordings."""

import sqlalchemy as sa
from alembic import op

revision = "media_out"
down_revision = "0002_accounts"


def upgrade() -> None:
    op.create_table(
        "renditions",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("job_id", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("source", sa.String(length=64), nullable=False),
        sa.Column("storage_key", sa.String(length=64), nullable=True),
        sa.Column("bytes", sa.BigInteger(), nullable=True),
        sa.Column("wanted", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["id"], ["tasks.id"], name=op.f("fk_renditions_id")),
        sa.ForeignKeyConstraint(["job_id"], ["jobs.id"], name=op.f("fk_renditions_job_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_renditions")),
        sa.UniqueConstraint("job_id", "kind", "source", name=op.f("uq_renditions_job_id_kind_source")),
    )
