"""Names and rights of accounts, the audit log, guidelines, and indices for long lists and statistics."""

import sqlalchemy as sa
from alembic import op

revision = "0002_accounts"
down_revision = "0001"


def upgrade() -> None:
    for name in ("first_name", "last_name", "email"):
        op.add_column("accounts", sa.Column(name, sa.Text(), nullable=False, server_default=""))
    op.add_column("accounts", sa.Column("reviewer", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("accounts", sa.Column("disabled", sa.DateTime(), nullable=True))
    op.create_index(op.f("ix_jobs_account_id_returned"), "jobs", ["account_id", "returned"], unique=False)
    op.drop_index(op.f("ix_jobs_account_id_created"), "jobs")
    living = sa.text("deleted IS NULL")
    op.create_index(
        "ix_jobs_living",
        "jobs",
        ["account_id", "created", "id"],
        unique=False,
        sqlite_where=living,
        postgresql_where=living,
    )
    op.create_table(
        "guidelines",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("job_id", sa.String(length=32), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("is_html", sa.Boolean(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("added", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["job_id"], ["jobs.id"], name=op.f("fk_guidelines_job_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_guidelines")),
    )
    op.create_index(op.f("ix_guidelines_job_id"), "guidelines", ["job_id"], unique=False)
    op.create_table(
        "audit_entries",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("account_id", sa.String(length=32), nullable=False),
        sa.Column("address", sa.String(length=64), nullable=False),
        sa.Column("call", sa.String(length=64), nullable=False),
        sa.Column("job_id", sa.String(length=64), nullable=False),
        sa.Column("about", sa.Text(), nullable=False),
        sa.Column("outcome", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_audit_entries_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_entries")),
    )
    op.create_index(op.f("ix_audit_entries_at"), "audit_entries", ["at"], unique=False)
    op.create_index(op.f("ix_audit_entries_job_id"), "audit_entries", ["job_id"], unique=False)
