"""What is known of media made from a recording, and when that changed last."""

import sqlalchemy as sa
from alembic import op

revision = "playback"
down_revision = "recognition_parts"


def upgrade() -> None:
    op.add_column("renditions", sa.Column("details", sa.JSON(), nullable=True))
    op.add_column("renditions", sa.Column("changed", sa.DateTime(), nullable=True))
    op.create_index("ix_renditions_changed", "renditions", ["changed"])
