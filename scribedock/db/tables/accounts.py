"""Accounts, what proves who they are, and what they keep for how long."""

from __future__ import annotations

from sqlalchemy import JSON, Boolean, Column, Float, ForeignKey, Integer, String, Table, Text

from scribedock.db.sealed import SealedText
from scribedock.db.tables.columns import Id, metadata
from scribedock.db.utc_time import UtcTime

accounts = Table(
    "accounts",
    metadata,
    Column("id", Id, primary_key=True),
    Column("username", String(255), nullable=False, unique=True),
    Column("parent_id", Id, ForeignKey("accounts.id"), index=True),
    Column("password_hash", String(255), nullable=False),
    Column("settings", JSON, nullable=False),
    Column("created", UtcTime, nullable=False),
    Column("first_name", Text, nullable=False),
    Column("last_name", Text, nullable=False),
    Column("email", Text, nullable=False),
    Column("reviewer", Boolean, nullable=False),  # may review jobs
    Column("disabled", UtcTime),  # since when nobody can log in
    Column("deleted", UtcTime),  # since when only its name is left, for the audit log and the statistics
    # Its new jobs, and those of all accounts below, are sandbox jobs.
    Column("sandbox", Boolean, nullable=False),
    Column("branch_id", Id, nullable=False),  # this account or its ancestor just below the root
    # Persons who sign in with a password, here and in all accounts below, need a second factor.
    Column("second_factor", Boolean, nullable=False, default=False),
)

api_keys = Table(
    "api_keys",
    metadata,
    Column("id", Id, primary_key=True),
    Column("account_id", Id, ForeignKey("accounts.id"), nullable=False, index=True),
    Column("fingerprint", String(64), nullable=False, unique=True),  # SHA-256, for looking it up
    Column("encrypted", Text, nullable=False),
    Column("created", UtcTime, nullable=False),
    Column("name", Text, nullable=False, default=""),
    Column("scope", String(16), nullable=False, default="all"),
    Column("ends", UtcTime),  # from then on it opens no session; null: never
    Column("last_used", UtcTime),  # at a login, or in a session that it opened
    Column("person_id", Id),  # who of the account's persons made it, and with whom it ends
)

webhook_secrets = Table(
    "webhook_secrets",
    metadata,
    Column("id", Id, primary_key=True),
    Column("account_id", Id, ForeignKey("accounts.id"), nullable=False, index=True),
    Column("secret", SealedText, nullable=False),
    Column("created", UtcTime, nullable=False),
    Column("ends", UtcTime),  # when it signs no more; null: it is not replaced yet
)

sessions = Table(
    "sessions",
    metadata,
    Column("fingerprint", String(64), primary_key=True),  # SHA-256 of the token, so that a leak opens nothing
    Column("account_id", Id, ForeignKey("accounts.id"), nullable=False, index=True),
    Column("api_key_id", Id, ForeignKey("api_keys.id"), index=True),
    Column("dialect", String(16), nullable=False),
    Column("created", UtcTime, nullable=False),
    Column("last_used", UtcTime, nullable=False),
    Column("idle_s", Integer, nullable=False),
    Column("scope", String(16), nullable=False, default="all"),  # of its key
    Column("ends", UtcTime),  # with its key
)

# Days for which something is kept; null: as the account above says, 0: as long as its job or account exists.
retention_policies = Table(
    "retention_policies",
    metadata,
    Column("account_id", Id, ForeignKey("accounts.id"), primary_key=True),
    Column("recordings_days", Float),
    Column("results_days", Float),
    Column("partials_days", Float),
    Column("audit_days", Float),
)

login_failures = Table(
    "login_failures",
    metadata,
    Column("subject", String(64), primary_key=True),  # SHA-256 of the name or the address
    Column("failures", Integer, nullable=False),
    Column("last_failure", UtcTime, nullable=False),
)

untrusted_proxies = Table(
    "untrusted_proxies",
    metadata,
    Column("address", String(64), primary_key=True),  # that of a peer that names other clients
    Column("seen", UtcTime, nullable=False),
)
