"""Records about the installation, and of what was done."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKey, Integer, String, Table, Text

from scribedock.db.tables.columns import Id, metadata
from scribedock.db.utc_time import UtcTime

audit_entries = Table(
    "audit_entries",
    metadata,
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
    Column("at", UtcTime, nullable=False, index=True),
    Column("account_id", Id, ForeignKey("accounts.id"), nullable=False),  # who called
    Column("person_id", Id),  # who of the account's persons; null: the account itself
    Column("address", String(64), nullable=False),
    Column("call", String(64), nullable=False),
    Column("job_id", String(64), nullable=False, index=True),  # as the call named it; it may not exist
    Column("about", Text, nullable=False),  # the other account that the call named
    Column("outcome", String(32), nullable=False),  # done, or an ErrorType; empty: cut short
    # See `audit_chain`; null in entries of releases without it.
    Column("previous", String(64)),
    Column("hash", String(64)),
)

failed_logins = Table(
    "failed_logins",
    metadata,
    Column("minute", UtcTime, primary_key=True),  # in which they were tried
    Column("username", String(255), primary_key=True),  # of an account; empty: of none
    Column("address", String(64), primary_key=True),
    Column("times", Integer, nullable=False),
)

key_fingerprints = Table(
    "key_fingerprints",
    metadata,
    Column("purpose", String(16), primary_key=True),  # what the key is for
    Column("fingerprint", String(32), primary_key=True),
    Column("seen", UtcTime, nullable=False),  # when a server last had the key
)

upgrades = Table(
    "upgrades",
    metadata,
    Column("name", String(64), primary_key=True),  # name of work on the data that no migration can do
    Column("done", UtcTime, nullable=False),
)
