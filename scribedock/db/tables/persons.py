"""Persons, what proves who they are, and the sessions of their browsers."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Integer, String, Table, Text

from scribedock.db.sealed import SealedText
from scribedock.db.tables.columns import Id, metadata
from scribedock.db.utc_time import UtcTime

persons = Table(
    "persons",
    metadata,
    # That of the account for whoever signs in with the account's own name and password.
    Column("id", Id, primary_key=True),
    Column("account_id", Id, ForeignKey("accounts.id"), nullable=False, index=True),
    Column("name", Text, nullable=False),
    Column("email", Text, nullable=False),
    # The address in lower case, where it and a password sign in. Whoever signs in through a provider has
    # none: what that says about an address proves nothing here.
    Column("login", String(254), unique=True),
    Column("role", String(16), nullable=False),
    Column("reads_contents", Boolean, nullable=False),  # granted beyond what the role allows
    Column("password_hash", String(255)),
    Column("issuer", String(512)),  # of OpenID Connect
    Column("subject", String(255)),  # the person's id there
    Column("created", UtcTime, nullable=False),
    Column("last_sign_in", UtcTime),
    Column("disabled", UtcTime),  # since when the person cannot sign in
    Column("deleted", UtcTime),  # since when only the name is left, for the audit log
    sa.UniqueConstraint("issuer", "subject"),
)

web_sessions = Table(
    "web_sessions",
    metadata,
    Column("fingerprint", String(64), primary_key=True),  # SHA-256 of the token, so that a leak opens nothing
    Column("person_id", Id, ForeignKey("persons.id"), nullable=False, index=True),
    Column("created", UtcTime, nullable=False),
    Column("last_used", UtcTime, nullable=False),
    Column("idle_s", Integer, nullable=False),
    Column("ends", UtcTime, nullable=False),  # however much it is used
)

# What is mailed to people: a link that makes them a person of an account, or gives one a new password.
person_links = Table(
    "person_links",
    metadata,
    Column("fingerprint", String(64), primary_key=True),  # SHA-256 of the secret in the link
    Column("purpose", String(16), nullable=False),
    Column("account_id", Id, ForeignKey("accounts.id"), nullable=False, index=True),
    Column("person_id", Id, ForeignKey("persons.id"), index=True),  # whose password it sets
    Column("email", Text, nullable=False),  # that it was sent to
    Column("name", Text, nullable=False),
    Column("role", String(16), nullable=False),
    Column("reads_contents", Boolean, nullable=False),
    Column("created", UtcTime, nullable=False),
    Column("ends", UtcTime, nullable=False),
)

# A second factor by time-based one-time passwords (RFC 6238).
second_factors = Table(
    "second_factors",
    metadata,
    Column("person_id", Id, ForeignKey("persons.id"), primary_key=True),
    Column("secret", SealedText, nullable=False),
    Column("created", UtcTime, nullable=False),
    Column("confirmed", UtcTime),  # since when it is asked for; null: it is being set up
    Column("last_step", BigInteger, nullable=False),  # of the code that was used last: none is good twice
    Column("failures", Integer, nullable=False),  # wrong codes since the last right one
    Column("last_failure", UtcTime),
)

recovery_codes = Table(
    "recovery_codes",
    metadata,
    Column("person_id", Id, ForeignKey("persons.id"), primary_key=True),
    Column("fingerprint", String(64), primary_key=True),  # SHA-256; each code is good once
)

# Sign-ins between the password and the second factor.
sign_in_steps = Table(
    "sign_in_steps",
    metadata,
    Column("fingerprint", String(64), primary_key=True),  # SHA-256 of the token in the browser's cookie
    Column("person_id", Id, ForeignKey("persons.id"), nullable=False, index=True),
    Column("details", SealedText, nullable=False),  # JSON
    Column("ends", UtcTime, nullable=False),
)
