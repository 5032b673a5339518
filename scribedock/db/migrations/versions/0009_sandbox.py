"""Accounts and jobs of a sandbox."""

import sqlalchemy as sa
from alembic import op

revision = "sandbox"
down_revision = "realignments"


def upgrade() -> None:
    op.add_column("accounts", sa.Column("sandbox", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("jobs", sa.Column("sandbox", sa.Boolean(), nullable=False, server_default=sa.false()))
