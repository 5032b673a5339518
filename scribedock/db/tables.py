"""Every table. Ids are UUID4 as 32 hex digits; times are in UTC."""

from __future__ import annotations

from typing import Any

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

from scribedock.db.sealed import SealedText
from scribedock.db.utc_time import UtcTime

metadata = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

Id = String(32)

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
    # Its new jobs, and those of all accounts below, are sandbox jobs.
    Column("sandbox", Boolean, nullable=False),
    Column("branch_id", Id, nullable=False),  # this account or its ancestor just below the root
)

api_keys = Table(
    "api_keys",
    metadata,
    Column("id", Id, primary_key=True),
    Column("account_id", Id, ForeignKey("accounts.id"), nullable=False, index=True),
    Column("fingerprint", String(64), nullable=False, unique=True),  # SHA-256, for looking it up
    Column("encrypted", Text, nullable=False),
    Column("created", UtcTime, nullable=False),
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

jobs = Table(
    "jobs",
    metadata,
    Column("id", Id, primary_key=True),
    Column("account_id", Id, ForeignKey("accounts.id"), nullable=False),
    Column("name", Text, nullable=False, default=""),
    Column("external_id", Text, nullable=False, default=""),
    Column("language", String(16), nullable=False),
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
    Column("reviewed", Boolean, nullable=False, default=False),  # people have worked on it
    Column("leading_id", Id, index=True),  # that of the job that this one is made from, in the end
    # Nothing is transcribed: the result is a prepared one.
    Column("sandbox", Boolean, nullable=False, default=False),
    # A list of jobs is read from this index alone, however long it is.
    sa.Index(
        "ix_jobs_living",
        "account_id",
        "created",
        "id",
        sqlite_where=sa.text("deleted IS NULL"),
        postgresql_where=sa.text("deleted IS NULL"),
    ),
    sa.Index(
        "ix_jobs_to_erase",
        "id",
        sqlite_where=sa.text("deleted IS NOT NULL AND erased IS NULL"),
        postgresql_where=sa.text("deleted IS NOT NULL AND erased IS NULL"),
    ),
    sa.Index(None, "account_id", "external_id"),
    sa.Index(None, "account_id", "returned"),
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
    Column("storage_key", String(64)),  # null until the bytes are durable
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

renditions = Table(
    "renditions",
    metadata,
    Column("id", Id, ForeignKey("tasks.id"), primary_key=True),
    Column("job_id", Id, ForeignKey("jobs.id"), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("source", String(64), nullable=False),  # digest of what it is made from
    Column("storage_key", String(64)),  # null until it is made
    Column("bytes", BigInteger),
    Column("wanted", UtcTime, nullable=False),  # when it was last requested
    sa.UniqueConstraint("job_id", "kind", "source"),
)

derivations = Table(
    "derivations",
    metadata,
    Column("id", Id, ForeignKey("tasks.id"), primary_key=True),
    Column("job_id", Id, ForeignKey("jobs.id"), nullable=False, unique=True),
    Column("source_id", Id, ForeignKey("jobs.id"), nullable=False, index=True),  # the job whose list it takes
)

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
    Column("compressed", LargeBinary, nullable=False),  # JSON, zlib
)

realignments = Table(
    "realignments",
    metadata,
    Column("id", Id, ForeignKey("tasks.id"), primary_key=True),
    Column("pass_id", Id, ForeignKey("passes.id"), nullable=False, index=True),
    Column("version", UtcTime, nullable=False),  # of the draft
    Column("account_id", Id, ForeignKey("accounts.id"), nullable=False),
)

mails = Table(
    "mails",
    metadata,
    Column("id", Id, ForeignKey("tasks.id"), primary_key=True),
    Column("job_id", Id, ForeignKey("jobs.id"), nullable=False, index=True),
    Column("recipient", String(320), nullable=False),
    Column("base_url", Text, nullable=False),  # beginning of its link: the public URL, or empty
    Column("rendition_id", Id),  # the video that the mail is about
    Column("pass_id", Id, unique=True),  # the pass that the mail is about
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

caption_urls = Table(
    "caption_urls",
    metadata,
    Column("id", String(43), primary_key=True),
    Column("job_id", Id, ForeignKey("jobs.id"), nullable=False),
    Column("digest", String(64), nullable=False),  # of version, format and options
    Column("media_type", String(64), nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("created", UtcTime, nullable=False),
    sa.UniqueConstraint("job_id", "digest"),
)

work = Table(
    "work",
    metadata,
    Column("id", String(64), primary_key=True),  # of its workflow, or its callback
    Column("queue", String(16), nullable=False),
    Column("job_id", Id, ForeignKey("jobs.id"), nullable=False, index=True),
    Column("branch_id", Id, nullable=False),
    Column("host", String(64), nullable=False),  # digest of the host that it talks to; empty: none
    Column("rank", Integer, nullable=False),
    Column("asked", UtcTime, nullable=False),
    Column("due", UtcTime, nullable=False),
    Column("ready", UtcTime),  # earliest time; null: something that it needs is missing
    Column("executor_id", Id, index=True),  # the executor that holds it
    Column("claimed", UtcTime),
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

audit_entries = Table(
    "audit_entries",
    metadata,
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
    Column("at", UtcTime, nullable=False, index=True),
    Column("account_id", Id, ForeignKey("accounts.id"), nullable=False),  # who called
    Column("address", String(64), nullable=False),
    Column("call", String(64), nullable=False),
    Column("job_id", String(64), nullable=False, index=True),  # as the call named it; it may not exist
    Column("about", Text, nullable=False),  # the other account that the call named
    Column("outcome", String(32), nullable=False),  # done, or an ErrorType; empty: cut short
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

upgrades = Table(
    "upgrades",
    metadata,
    Column("name", String(64), primary_key=True),  # name of work on the data that no migration can do
    Column("done", UtcTime, nullable=False),
)


def initial_row(table: Table) -> dict[str, Any]:
    """Return what a row of the table has in the columns for which an insert names nothing."""
    return {column.name: _default_of(column) for column in table.columns}


def _default_of(column: Column[Any]) -> Any:
    default = column.default
    if not isinstance(default, sa.ColumnDefault):
        return None
    return default.arg(None) if default.is_callable else default.arg
