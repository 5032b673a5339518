"""API keys have a name, a scope, an end, and a last use; sessions have the scope and the end of their key."""

import sqlalchemy as sa
from alembic import op

revision = "key_scopes"
down_revision = "retention"


def upgrade() -> None:
    for table in ("api_keys", "sessions"):
        op.add_column(table, sa.Column("scope", sa.String(16), nullable=False, server_default="all"))
        op.add_column(table, sa.Column("ends", sa.DateTime(), nullable=True))
    op.add_column("api_keys", sa.Column("name", sa.Text(), nullable=False, server_default=""))
    op.add_column("api_keys", sa.Column("last_used", sa.DateTime(), nullable=True))
