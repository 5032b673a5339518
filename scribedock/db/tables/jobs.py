"""Jobs, with what came to them and what they say."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
)

from scribedock.db.folding import FOLDED_CHARS, folded_name
from scribedock.db.sealed import SealedText
from scribedock.db.tables.columns import Id, metadata
from scribedock.db.utc_time import UtcTime


def _of_living(name: str, *columns: str) -> sa.Index:
    """Declare an index of the jobs that are not deleted."""
    living = sa.text("deleted IS NULL")
    return sa.Index(name, *columns, sqlite_where=living, postgresql_where=living)


jobs = Table(
    "jobs",
    metadata,
    Column("id", Id, primary_key=True),
    Column("account_id", Id, ForeignKey("accounts.id"), nullable=False),
    Column("name", Text, nullable=False, default=""),
    # What `name` is found by. Compared byte by byte, so that an index finds how it begins.
    Column(
        "folded_name",
        String(FOLDED_CHARS).with_variant(String(FOLDED_CHARS, collation="C"), "postgresql"),
        nullable=False,
        default=folded_name,
    ),
    Column("external_id", Text, nullable=False, default=""),
    Column("language", String(16), nullable=False),
    Column("language_given", Boolean, nullable=False, default=True),  # by the client, not by default
    Column("target_language", Text, nullable=False, default=""),
    Column("status", String(16), nullable=False),
    Column("fidelity", String(16)),
    Column("priority", String(16)),
    Column("difficulty", String(16), nullable=False, default="Unknown"),
    Column("created", UtcTime, nullable=False),
    Column("started", UtcTime),
    Column("due", UtcTime),
    Column("completed", UtcTime),
    Column("returned", UtcTime),
    Column("authorized", UtcTime),
    Column("deleted", UtcTime),
    Column("erased", UtcTime),  # when nothing of its contents was left
    Column("turnaround_hours", Integer),
    Column("media_ms", BigInteger),
    Column("failure_reason", Text),
    Column("engine", Text),
    Column("progress", Float, nullable=False, default=0.0),
    Column("upload_epoch", Integer, nullable=False, default=0),
    Column("order_task_id", Id),  # set while an order runs or is complete
    Column("callback_url", SealedText),
    Column("options", JSON, nullable=False, default=dict),
    Column("requestor", Text, nullable=False, default=""),
    Column("reference", Text, nullable=False, default=""),
    Column("expected_speakers", Integer),
    Column("notice", Text),  # what customers must know about the result
    Column("remarks", JSON, nullable=False, default=dict),  # on how it was opened and ordered, by what about
    Column("speech_ms", Integer),  # see `coverage` for this and the next two
    Column("worded_ms", Integer),
    Column("unrecognized_ms", Integer),
    Column("words", Integer),  # that were recognized; see `doubt` for the next
    Column("words_in_doubt", Integer),
    Column("words_aligned", Integer),  # whose time alignment found in the sound
    Column("words_estimated", Integer),  # whose time is a share of that of the words around
    Column("reviewed", Boolean, nullable=False, default=False),  # people have worked on it
    Column("leading_id", Id, index=True),  # that of the job that this one is made from, in the end
    Column("recording_of", Id, index=True),  # the job that had its recording first, where that is another
    # Nothing is transcribed: the result is a prepared one.
    Column("sandbox", Boolean, nullable=False, default=False),
    Column("protected", Boolean, nullable=False, default=False),  # nothing of it is erased by retention
    Column("recording_erased", UtcTime),  # by retention; until another recording is added
    Column("results_erased", UtcTime),
    # A list of jobs is read from these in its order, however long it is. So it is by its turnaround, which is
    # an expression: see the migration.
    _of_living(
        "ix_jobs_living",
        "account_id",
        "created",
        "id",
        # Of jobs that do not match the index alone is read.
        "status",
        "fidelity",
        "priority",
        "difficulty",
        "language",
        "turnaround_hours",
        "due",
    ),
    _of_living("ix_jobs_by_state", "account_id", "status", "created", "id"),
    _of_living("ix_jobs_by_name", "account_id", "folded_name", "created", "id"),
    _of_living("ix_jobs_by_fidelity", "account_id", "fidelity", "created", "id"),
    _of_living("ix_jobs_by_priority", "account_id", "priority", "created", "id"),
    _of_living("ix_jobs_by_difficulty", "account_id", "difficulty", "created", "id"),
    _of_living("ix_jobs_by_language", "account_id", "language", "created", "id"),
    # These find the few jobs of a list that is sorted afterwards.
    _of_living("ix_jobs_by_external_id", "account_id", "external_id"),
    _of_living("ix_jobs_by_start", "account_id", "started"),
    _of_living("ix_jobs_by_due_date", "account_id", "due"),
    _of_living("ix_jobs_by_completion", "account_id", "completed"),
    _of_living("ix_jobs_by_return", "account_id", "returned"),
    _of_living("ix_jobs_by_authorization", "account_id", "authorized"),
    _of_living("ix_jobs_late", "status", "due"),
    sa.Index(
        "ix_jobs_long_names",
        "id",
        sqlite_where=sa.text(f"deleted IS NULL AND length(folded_name) = {FOLDED_CHARS}"),
        postgresql_where=sa.text(f"deleted IS NULL AND length(folded_name) = {FOLDED_CHARS}"),
    ),
    sa.Index(
        "ix_jobs_to_erase",
        "id",
        sqlite_where=sa.text("deleted IS NOT NULL AND erased IS NULL"),
        postgresql_where=sa.text("deleted IS NOT NULL AND erased IS NULL"),
    ),
    sa.Index(None, "account_id", "returned"),
)

# The folded names of living jobs, which triggers of `jobs` keep; the migration has the index of their parts.
job_names = Table(
    "job_names",
    metadata,
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
    Column("job_id", Id, ForeignKey("jobs.id"), nullable=False, unique=True),
    Column("name", Text, nullable=False),
)

tasks = Table(
    "tasks",
    metadata,
    Column("id", Id, primary_key=True),
    Column("job_id", Id, ForeignKey("jobs.id"), nullable=False),
    Column("type", String(32), nullable=False),
    Column("status", String(16), nullable=False),
    Column("info", Text, nullable=False),
    Column("requested", UtcTime, nullable=False),
    sa.Index(None, "job_id", "requested"),
    sa.Index(None, "status"),
)

job_events = Table(
    "job_events",
    metadata,
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
    Column("job_id", Id, ForeignKey("jobs.id"), nullable=False, index=True),
    Column("at", UtcTime, nullable=False),
    Column("event", String(32), nullable=False),
    Column("before", String(16), nullable=False),
    Column("after", String(16), nullable=False),
)

media = Table(
    "media",
    metadata,
    Column("job_id", Id, ForeignKey("jobs.id"), primary_key=True),
    Column("source", String(16), nullable=False),
    Column("url", SealedText),  # the URL that it is fetched from
    Column("url_digest", String(64), index=True),  # a keyed digest, for finding the same URL
    Column("task_id", Id, ForeignKey("tasks.id"), nullable=False),
    Column("storage_key", String(64), index=True),  # null until the bytes are durable; jobs may share it
    Column("bytes", BigInteger),
    Column("etag", String(64)),
    Column("refused", Boolean, nullable=False),  # whether it could not be fetched or transcribed
    Column("added", UtcTime, nullable=False),
    Column("audio_track", Integer),  # the track with the speech, of several; null until it is known
)

transcripts = Table(
    "transcripts",
    metadata,
    Column("job_id", Id, ForeignKey("jobs.id"), primary_key=True),
    Column("task_id", Id, ForeignKey("tasks.id"), nullable=False),
    Column("url", SealedText),  # the URL that it is fetched from
    Column("format", String(8)),  # null: recognized by its content
    Column("compressed", LargeBinary),  # the file as it came, zlib; null until it has arrived
    Column("problem", Text),  # why it cannot be used
    Column("added", UtcTime, nullable=False),
)

uploads = Table(
    "uploads",
    metadata,
    Column("id", Id, primary_key=True),
    Column("job_id", Id, ForeignKey("jobs.id"), nullable=False, index=True),
    Column("task_id", Id, ForeignKey("tasks.id"), nullable=False),
    Column("protocol", String(8), nullable=False),
    Column("status", String(16), nullable=False, index=True),
    Column("created", UtcTime, nullable=False),
    Column("started", UtcTime, nullable=False),  # when the partial was begun
    Column("expires", BigInteger, nullable=False),  # s since 1970
    Column("length", BigInteger),  # null: not known yet
    Column("partial", Id),  # name in the store; null: no bytes are kept
    Column("bytes", BigInteger, nullable=False),  # that survive a crash of the machine
    Column("boot", String(36), nullable=False),  # the machine's boot id: bytes beyond do not outlast it
    Column("digests", Text, nullable=False),  # that the whole recording must have; has, once it is received
    Column("wants_digest", Boolean, nullable=False),
    Column("parent_id", Id, index=True),  # the upload that this is a part of; it may have no row yet
    Column("parts", Text),  # ids of the parts that the recording was put together from
    Column("etag", String(64)),  # that the client was told once the recording was whole
)

element_lists = Table(
    "element_lists",
    metadata,
    Column("job_id", Id, ForeignKey("jobs.id"), primary_key=True),
    Column("version", UtcTime, primary_key=True),
    Column("iwp_name", String(32), nullable=False),
    Column("task_id", Id, nullable=False),
    Column("compressed", LargeBinary, nullable=False),  # JSON, zlib
    Column("audio_description", Boolean, nullable=False),  # whether it is an audio description
    sa.UniqueConstraint("task_id", "iwp_name", "audio_description"),
)

derivations = Table(
    "derivations",
    metadata,
    Column("id", Id, ForeignKey("tasks.id"), primary_key=True),
    Column("job_id", Id, ForeignKey("jobs.id"), nullable=False, unique=True),
    Column("source_id", Id, ForeignKey("jobs.id"), nullable=False, index=True),  # the job whose list it takes
)

guidelines = Table(
    "guidelines",
    metadata,
    Column("id", Id, primary_key=True),
    Column("job_id", Id, ForeignKey("jobs.id"), nullable=False, index=True),
    Column("name", SealedText, nullable=False),  # of the file, or the URL
    Column("is_html", Boolean, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("added", UtcTime, nullable=False),
)
