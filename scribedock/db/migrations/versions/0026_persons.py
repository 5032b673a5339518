"""Persons of accounts, the sessions of their browsers, links that are mailed to them, and what they did."""

import sqlalchemy as sa
from alembic import op

revision = "persons"
down_revision = "webhook_secrets"


def upgrade() -> None:
    op.create_table(
        "persons",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("account_id", sa.String(32), sa.ForeignKey("accounts.id"), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("login", sa.String(254), nullable=True),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("reads_contents", sa.Boolean(), nullable=False),
        sa.Column("password_hash", sa.String(255), nullable=True),
        sa.Column("issuer", sa.String(512), nullable=True),
        sa.Column("subject", sa.String(255), nullable=True),
        sa.Column("created", sa.DateTime(), nullable=False),
        sa.Column("last_sign_in", sa.DateTime(), nullable=True),
        sa.Column("disabled", sa.DateTime(), nullable=True),
        sa.Column("deleted", sa.DateTime(), nullable=True),
        sa.UniqueConstraint("login", name="uq_persons_login"),
        sa.UniqueConstraint("issuer", "subject", name="uq_persons_issuer_subject"),
    )
    op.create_index("ix_persons_account_id", "persons", ["account_id"])
    op.create_table(
        "web_sessions",
        sa.Column("fingerprint", sa.String(64), primary_key=True),
        sa.Column("person_id", sa.String(32), sa.ForeignKey("persons.id"), nullable=False),
        sa.Column("created", sa.DateTime(), nullable=False),
        sa.Column("last_used", sa.DateTime(), nullable=False),
        sa.Column("idle_s", sa.Integer(), nullable=False),
        sa.Column("ends", sa.DateTime(), nullable=False),
    )
    op.create_index("ix_web_sessions_person_id", "web_sessions", ["person_id"])
    op.create_table(
        "person_links",
        sa.Column("fingerprint", sa.String(64), primary_key=True),
        sa.Column("purpose", sa.String(16), nullable=False),
        sa.Column("account_id", sa.String(32), sa.ForeignKey("accounts.id"), nullable=False),
        sa.Column("person_id", sa.String(32), sa.ForeignKey("persons.id"), nullable=True),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("reads_contents", sa.Boolean(), nullable=False),
        sa.Column("created", sa.DateTime(), nullable=False),
        sa.Column("ends", sa.DateTime(), nullable=False),
    )
    op.create_index("ix_person_links_account_id", "person_links", ["account_id"])
    op.create_index("ix_person_links_person_id", "person_links", ["person_id"])
    for table in ("audit_entries", "passes", "drafts", "realignments", "api_keys"):
        op.add_column(table, sa.Column("person_id", sa.String(32), nullable=True))
