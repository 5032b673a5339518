"""How long accounts keep what, jobs that are exempt, and when recordings and results were erased."""

import sqlalchemy as sa
from alembic import op

revision = "retention"
down_revision = "request_ids"


def upgrade() -> None:
    op.add_column("jobs", sa.Column("protected", sa.Boolean(), nullable=False, server_default=sa.false()))
    for name in ("recording_erased", "results_erased"):
        op.add_column("jobs", sa.Column(name, sa.DateTime(), nullable=True))
    op.create_table(
        "retention_policies",
        sa.Column("account_id", sa.String(length=32), nullable=False),
        sa.Column("recordings_days", sa.Float(), nullable=True),
        sa.Column("results_days", sa.Float(), nullable=True),
        sa.Column("partials_days", sa.Float(), nullable=True),
        sa.Column("audit_days", sa.Float(), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_retention_policies_account_id")
        ),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_retention_policies")),
    )
