"""What is made from a job beside its ElementLists."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy import BigInteger, Column, ForeignKey, LargeBinary, String, Table, Text

from scribedock.db.sealed import SealedText
from scribedock.db.tables.columns import Id, metadata
from scribedock.db.utc_time import UtcTime

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
    Column("details", sa.JSON),  # what its readers need to know of it; null where that is nothing
    Column("changed", UtcTime, index=True),  # when it was made, or was found to be impossible
    sa.UniqueConstraint("job_id", "kind", "source"),
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

# Links to one job for people without an account, with a secret of which only the SHA-256 is here.
shares = Table(
    "shares",
    metadata,
    Column("id", Id, primary_key=True),
    Column("job_id", Id, ForeignKey("jobs.id"), nullable=False, index=True),
    Column("purpose", String(16), nullable=False),
    Column("fingerprint", String(64), nullable=False, unique=True),
    Column("label", SealedText, nullable=False),  # whom it is for
    Column("pass_id", Id),  # that may be approved by it
    Column("account_id", Id),  # of whoever made it; null: this server mailed it
    Column("person_id", Id),
    Column("created", UtcTime, nullable=False),
    Column("ends", UtcTime, nullable=False),
    Column("last_used", UtcTime),
    Column("revoked", UtcTime),
)
