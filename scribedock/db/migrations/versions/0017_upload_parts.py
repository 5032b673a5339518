"""Recordings that are put together from parts, and the answer that a finished upload has had."""

import sqlalchemy as sa
from alembic import op

revision = "upload_parts"
down_revision = "remarks"


def upgrade() -> None:
    op.add_column("uploads", sa.Column("parent_id", sa.String(32), nullable=True))
    op.add_column("uploads", sa.Column("parts", sa.Text(), nullable=True))
    op.add_column("uploads", sa.Column("etag", sa.String(64), nullable=True))
    op.create_index("ix_uploads_parent_id", "uploads", ["parent_id"])
