"""The request that caused work, so that the log lines of both can be found together."""

import sqlalchemy as sa
from alembic import op

revision = "request_ids"
down_revision = "tombstones"


def upgrade() -> None:
    op.add_column("work", sa.Column("request_id", sa.String(128), nullable=True))
