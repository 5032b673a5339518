"""What accounts may have in a month, and what they have had."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy import BigInteger, Column, ForeignKey, String, Table

from scribedock.db.tables.columns import Id, metadata

# For the account and all below it; null: no limit.
budgets = Table(
    "budgets",
    metadata,
    Column("account_id", Id, ForeignKey("accounts.id"), primary_key=True),
    Column("minutes", BigInteger),
    Column("upload_bytes", BigInteger),
)

budget_charges = Table(
    "budget_charges",
    metadata,
    Column("id", Id, primary_key=True),  # of the task of an order, or of one that brought a recording
    Column("account_id", Id, ForeignKey("accounts.id"), nullable=False),
    Column("month", String(7), nullable=False),  # as 2026-11, in UTC
    Column("minutes", BigInteger, nullable=False),
    Column("upload_bytes", BigInteger, nullable=False),
    # What is used is read from this index alone.
    sa.Index("ix_budget_charges_used", "account_id", "month", "minutes", "upload_bytes"),
)
