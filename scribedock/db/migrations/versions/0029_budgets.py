"""Budgets of accounts, and what orders and uploads count for; the trace that work continues."""

import sqlalchemy as sa
from alembic import op

revision = "budgets"
down_revision = "webhooks"


def upgrade() -> None:
    op.add_column("work", sa.Column("traceparent", sa.String(64), nullable=True))
    op.create_table(
        "budgets",
        sa.Column("account_id", sa.String(32), sa.ForeignKey("accounts.id"), primary_key=True),
        sa.Column("minutes", sa.BigInteger(), nullable=True),
        sa.Column("upload_bytes", sa.BigInteger(), nullable=True),
    )
    op.create_table(
        "budget_charges",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("account_id", sa.String(32), sa.ForeignKey("accounts.id"), nullable=False),
        sa.Column("month", sa.String(7), nullable=False),
        sa.Column("minutes", sa.BigInteger(), nullable=False),
        sa.Column("upload_bytes", sa.BigInteger(), nullable=False),
    )
    op.create_index(
        "ix_budget_charges_used", "budget_charges", ["account_id", "month", "minutes", "upload_bytes"]
    )
