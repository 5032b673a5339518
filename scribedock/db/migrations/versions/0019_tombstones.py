"""Accounts of which only the name is left."""

import sqlalchemy as sa
from alembic import op

revision = "tombstones"
down_revision = "heard_language"


def upgrade() -> None:
    op.add_column("accounts", sa.Column("deleted", sa.DateTime(), nullable=True))
