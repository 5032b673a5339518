"""Where accounts want events to be posted, and the events."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy import JSON, Column, ForeignKey, Integer, String, Table, Text

from scribedock.db.sealed import SealedText
from scribedock.db.tables.columns import Id, metadata
from scribedock.db.utc_time import UtcTime

webhook_endpoints = Table(
    "webhook_endpoints",
    metadata,
    Column("id", Id, primary_key=True),
    Column("account_id", Id, ForeignKey("accounts.id"), nullable=False, index=True),
    Column("url", SealedText, nullable=False),
    Column("types", JSON, nullable=False),  # of the events that it gets; empty: all
    Column("secret", SealedText, nullable=False),
    Column("old_secret", SealedText),  # signs too until it ends
    Column("old_secret_ends", UtcTime),
    Column("created", UtcTime, nullable=False),
    Column("failing_since", UtcTime),  # first failure since an event was last delivered
    Column("paused", UtcTime),  # since when its events are kept back
    Column("pause_reason", Text, nullable=False, default=""),
)

# One for each endpoint that is told of it: its id is the Webhook-Id.
webhook_events = Table(
    "webhook_events",
    metadata,
    Column("id", Id, primary_key=True),
    Column("endpoint_id", Id, ForeignKey("webhook_endpoints.id"), nullable=False),
    Column("job_id", Id, ForeignKey("jobs.id"), index=True),  # null: it is about no job
    Column("type", String(32), nullable=False),
    Column("data", JSON, nullable=False),  # ids and states; no contents of a job
    Column("status", String(16), nullable=False),
    Column("created", UtcTime, nullable=False, index=True),
    sa.Index(None, "endpoint_id", "created"),
    sa.Index(
        "ix_webhook_events_owed",
        "id",
        sqlite_where=sa.text("status = 'owed'"),
        postgresql_where=sa.text("status = 'owed'"),
    ),
)

webhook_tries = Table(
    "webhook_tries",
    metadata,
    Column("event_id", Id, ForeignKey("webhook_events.id"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("at", UtcTime, nullable=False),
    Column("http_status", Integer),
    Column("problem", Text, nullable=False),
    Column("duration_ms", Integer, nullable=False),
)
