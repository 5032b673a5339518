"""Which of several sound tracks was transcribed."""

import sqlalchemy as sa
from alembic import op

revision = "audio_track"
down_revision = "sandbox"


def upgrade() -> None:
    op.add_column("media", sa.Column("audio_track", sa.Integer(), nullable=True))
