"""The passes that people make over a job."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy import JSON, Boolean, Column, ForeignKey, Integer, LargeBinary, String, Table, Text

from scribedock.db.tables.columns import Id, metadata
from scribedock.db.utc_time import UtcTime

passes = Table(
    "passes",
    metadata,
    Column("id", Id, primary_key=True),
    Column("job_id", Id, ForeignKey("jobs.id"), nullable=False),
    Column("position", Integer, nullable=False),  # from 0
    Column("iwp_name", String(32), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("status", String(16), nullable=False, index=True),
    Column("account_id", Id, ForeignKey("accounts.id")),  # the account that has taken it
    Column("person_id", Id),  # who of its persons; null: the account itself
    Column("opened", UtcTime),
    Column("done", UtcTime),
    sa.UniqueConstraint("job_id", "position"),
)

drafts = Table(
    "drafts",
    metadata,
    Column("pass_id", Id, ForeignKey("passes.id"), primary_key=True),
    Column("version", UtcTime, primary_key=True),
    Column("account_id", Id, ForeignKey("accounts.id"), nullable=False),
    Column("person_id", Id),  # who of its persons saved it; null: the account itself
    Column("compressed", LargeBinary, nullable=False),  # JSON, zlib
)

realignments = Table(
    "realignments",
    metadata,
    Column("id", Id, ForeignKey("tasks.id"), primary_key=True),
    Column("pass_id", Id, ForeignKey("passes.id"), nullable=False, index=True),
    Column("version", UtcTime, nullable=False),  # of the draft
    Column("account_id", Id, ForeignKey("accounts.id"), nullable=False),
    Column("person_id", Id),  # who of its persons asked for it; null: the account itself
)

# Stretches of the recording that were recognized once more for whoever is at the pass.
span_recognitions = Table(
    "span_recognitions",
    metadata,
    Column("id", Id, ForeignKey("tasks.id"), primary_key=True),
    Column("pass_id", Id, ForeignKey("passes.id"), nullable=False, index=True),
    Column("account_id", Id, ForeignKey("accounts.id"), nullable=False),
    Column("person_id", Id),  # who of its persons asked for it; null: the account itself
    Column("start_ms", Integer, nullable=False),
    Column("end_ms", Integer, nullable=False),
    Column("language", String(16), nullable=False),  # as asked for; once recognized, that of the words
    Column("notice", Text, nullable=False),  # about the language
    Column("compressed", LargeBinary),  # an ElementList of the stretch, JSON, zlib; null: none (yet)
)

# Why a pass was rejected, or what was said at its approval: its task's `info` has the words.
review_decisions = Table(
    "review_decisions",
    metadata,
    Column("id", Id, ForeignKey("tasks.id"), primary_key=True),
    Column("pass_id", Id, ForeignKey("passes.id"), nullable=False, index=True),
    Column("account_id", Id, ForeignKey("accounts.id")),  # null: by the link in a mail
    Column("person_id", Id),  # who of its persons; null: the account itself
    Column("rejected", Boolean, nullable=False),
    Column("iwp_name", String(32), nullable=False),  # of the list that was decided on
)

# Saves of single segments, since the pass's last draft or before it; see `reviews.segments`.
segment_saves = Table(
    "segment_saves",
    metadata,
    Column("pass_id", Id, ForeignKey("passes.id"), primary_key=True),
    Column("version", UtcTime, primary_key=True),  # ascends over drafts and saves alike
    Column("account_id", Id, ForeignKey("accounts.id"), nullable=False),
    Column("person_id", Id),  # who of its persons; null: the account itself
    Column("save_id", String(64), nullable=False),  # made by the client; empty: by a realignment
    Column("spans", JSON, nullable=False),  # [first, removed, added], in the list just before it
    Column("segments", Integer, nullable=False),  # of the list just after it
    Column("compressed", LargeBinary),  # its segments as JSON, zlib; null once a later row has them
    sa.Index(None, "pass_id", "save_id"),
)
