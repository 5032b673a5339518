"""Endpoints that events are posted to, and the events; work need not be about a job any more."""

import sqlalchemy as sa
from alembic import op

revision = "webhooks"
down_revision = "second_factors"


def upgrade() -> None:
    op.create_table(
        "webhook_endpoints",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("account_id", sa.String(32), sa.ForeignKey("accounts.id"), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("types", sa.JSON(), nullable=False),
        sa.Column("secret", sa.Text(), nullable=False),
        sa.Column("old_secret", sa.Text(), nullable=True),
        sa.Column("old_secret_ends", sa.DateTime(), nullable=True),
        sa.Column("created", sa.DateTime(), nullable=False),
        sa.Column("failing_since", sa.DateTime(), nullable=True),
        sa.Column("paused", sa.DateTime(), nullable=True),
        sa.Column("pause_reason", sa.Text(), nullable=False),
    )
    op.create_index("ix_webhook_endpoints_account_id", "webhook_endpoints", ["account_id"])
    op.create_table(
        "webhook_events",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("endpoint_id", sa.String(32), sa.ForeignKey("webhook_endpoints.id"), nullable=False),
        sa.Column("job_id", sa.String(32), sa.ForeignKey("jobs.id"), nullable=True),
        sa.Column("type", sa.String(32), nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("created", sa.DateTime(), nullable=False),
    )
    op.create_index("ix_webhook_events_job_id", "webhook_events", ["job_id"])
    op.create_index("ix_webhook_events_created", "webhook_events", ["created"])
    op.create_index("ix_webhook_events_endpoint_id_created", "webhook_events", ["endpoint_id", "created"])
    op.create_index(
        "ix_webhook_events_owed",
        "webhook_events",
        ["id"],
        sqlite_where=sa.text("status = 'owed'"),
        postgresql_where=sa.text("status = 'owed'"),
    )
    op.create_table(
        "webhook_tries",
        sa.Column("event_id", sa.String(32), sa.ForeignKey("webhook_events.id"), primary_key=True),
        sa.Column("number", sa.Integer(), primary_key=True),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("http_status", sa.Integer(), nullable=True),
        sa.Column("problem", sa.Text(), nullable=False),
        sa.Column("duration_ms", sa.Integer(), nullable=False),
    )
    with op.batch_alter_table("work") as work:
        work.alter_column("job_id", existing_type=sa.String(32), nullable=True)
