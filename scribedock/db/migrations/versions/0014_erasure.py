"""What the erasure of deleted jobs needs, and the digest that sealed media URLs are found by."""

import sqlalchemy as sa
from alembic import op

revision = "erasure"
down_revision = "key_fingerprints"


def upgrade() -> None:
    op.add_column("jobs", sa.Column("erased", sa.DateTime(), nullable=True))
    to_erase = sa.text("deleted IS NOT NULL AND erased IS NULL")
    op.create_index("ix_jobs_to_erase", "jobs", ["id"], sqlite_where=to_erase, postgresql_where=to_erase)
    op.add_column("media", sa.Column("url_digest", sa.String(length=64), nullable=True))
    op.create_index(op.f("ix_media_url_digest"), "media", ["url_digest"], unique=False)
    op.create_table(
        "upgrades",
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("done", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_upgrades")),
    )
