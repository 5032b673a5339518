"""The secrets that callbacks are signed with."""

import sqlalchemy as sa
from alembic import op

revision = "webhook_secrets"
down_revision = "word_times"


def upgrade() -> None:
    op.create_table(
        "webhook_secrets",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("account_id", sa.String(32), sa.ForeignKey("accounts.id"), nullable=False),
        sa.Column("secret", sa.Text(), nullable=False),
        sa.Column("created", sa.DateTime(), nullable=False),
        sa.Column("ends", sa.DateTime(), nullable=True),
    )
    op.create_index("ix_webhook_secrets_account_id", "webhook_secrets", ["account_id"])
