"""Failed logins for the audit log, and proxies that are not trusted."""

import sqlalchemy as sa
from alembic import op

revision = "failed_logins"
down_revision = "work"


def upgrade() -> None:
    op.create_table(
        "failed_logins",
        sa.Column("minute", sa.DateTime(), nullable=False),
        sa.Column("username", sa.String(255), nullable=False),
        sa.Column("address", sa.String(64), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("minute", "username", "address", name=op.f("pk_failed_logins")),
    )
    op.create_table(
        "untrusted_proxies",
        sa.Column("address", sa.String(64), nullable=False),
        sa.Column("seen", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("address", name=op.f("pk_untrusted_proxies")),
    )
