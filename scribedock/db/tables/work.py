"""Work that waits or runs, and the workers that do it."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy import JSON, Boolean, Column, ForeignKey, Integer, LargeBinary, String, Table, Text

from scribedock.db.sealed import SealedText
from scribedock.db.tables.columns import Id, metadata
from scribedock.db.utc_time import UtcTime

work = Table(
    "work",
    metadata,
    Column("id", String(64), primary_key=True),  # of its workflow, or its callback
    Column("queue", String(16), nullable=False),
    Column("job_id", Id, ForeignKey("jobs.id"), index=True),  # null: it is about no job
    Column("branch_id", Id, nullable=False),
    Column("host", String(64), nullable=False),  # digest of the host that it talks to; empty: none
    Column("rank", Integer, nullable=False),
    Column("asked", UtcTime, nullable=False),
    Column("due", UtcTime, nullable=False),
    Column("ready", UtcTime),  # earliest time; null: something that it needs is missing
    Column("executor_id", Id, index=True),  # the executor that holds it
    Column("claimed", UtcTime),
    Column("request_id", String(128)),  # of the request that caused it
    Column("traceparent", String(64)),  # of its span, where it had one
    sa.Index(
        "ix_work_waiting",
        "queue",
        "branch_id",
        "rank",
        "due",
        "asked",
        "id",
        sqlite_where=sa.text("executor_id IS NULL AND ready IS NOT NULL"),
        postgresql_where=sa.text("executor_id IS NULL AND ready IS NOT NULL"),
    ),
)

# Spans of a long recording that any worker may recognize; see `orders.recognition_parts`.
recognition_parts = Table(
    "recognition_parts",
    metadata,
    Column("id", String(64), primary_key=True),  # of its workflow
    Column("task_id", Id, ForeignKey("tasks.id"), nullable=False, index=True),
    Column("job_id", Id, ForeignKey("jobs.id"), nullable=False, index=True),
    Column("number", Integer, nullable=False),
    Column("request", JSON, nullable=False),  # what to recognize
    Column("spans", Integer, nullable=False),
    Column("spans_done", Integer, nullable=False, default=0),
    Column("over", Boolean, nullable=False, default=False),  # done, or given up
    Column("words", LargeBinary),  # JSON, zlib; null: not done, given up, or needed no more
)

turns = Table(
    "turns",
    metadata,
    Column("queue", String(16), primary_key=True),
    Column("branch_id", Id, primary_key=True),
    Column("served", UtcTime, nullable=False),  # when it last got a slot
)

callbacks = Table(
    "callbacks",
    metadata,
    Column("id", Id, primary_key=True),
    Column("job_id", Id, ForeignKey("jobs.id"), nullable=False, index=True),
    Column("task_id", Id, nullable=False),
    Column("iwp_name", String(32), nullable=False),  # empty for a failure
    Column("url", SealedText, nullable=False),
    Column("status", String(16), nullable=False),
    Column("created", UtcTime, nullable=False),
    sa.UniqueConstraint("task_id", "iwp_name"),
)

callback_tries = Table(
    "callback_tries",
    metadata,
    Column("callback_id", Id, ForeignKey("callbacks.id"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("at", UtcTime, nullable=False),
    Column("http_status", Integer),
    Column("problem", Text, nullable=False),
    Column("duration_ms", Integer, nullable=False),
)

executors = Table(
    "executors",
    metadata,
    Column("id", Id, primary_key=True),
    Column("host", String(255), nullable=False),
    Column("heartbeat", UtcTime, nullable=False),
    Column("crashed", Boolean, nullable=False),  # whether it died alone, perhaps of what it was doing
)

attempts = Table(
    "attempts",
    metadata,
    Column("workflow_id", String(100), primary_key=True),
    Column("losses", Integer, nullable=False),  # executors that crashed since a step was last finished
    Column("steps", Integer, nullable=False),  # finished when the last executor crashed
)
