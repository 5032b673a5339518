"""How much of what is said in a job's recording became words."""

import sqlalchemy as sa
from alembic import op

revision = "coverage"
down_revision = "erasure"


def upgrade() -> None:
    for name in ("speech_ms", "worded_ms", "unrecognized_ms"):
        op.add_column("jobs", sa.Column(name, sa.Integer(), nullable=True))
