"""What is said of a job from its beginning: whose id or media it shares, which parameters were not known."""

import sqlalchemy as sa
from alembic import op

revision = "remarks"
down_revision = "coverage"


def upgrade() -> None:
    op.add_column("jobs", sa.Column("remarks", sa.JSON(), nullable=False, server_default="{}"))
