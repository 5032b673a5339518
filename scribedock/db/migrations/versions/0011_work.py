"""Work that waits for a worker is in rows of ours; every account knows its branch of the tree."""

import sqlalchemy as sa
from alembic import op

revision = "work"
down_revision = "audio_track"

WAITING = "executor_id IS NULL AND ready IS NOT NULL"


def upgrade() -> None:
    op.add_column("accounts", sa.Column("branch_id", sa.String(length=32), nullable=False, server_default=""))
    _tell_branches()
    op.create_table(
        "work",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("queue", sa.String(length=16), nullable=False),
        sa.Column("job_id", sa.String(length=32), nullable=False),
        sa.Column("branch_id", sa.String(length=32), nullable=False),
        sa.Column("host", sa.String(length=64), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("asked", sa.DateTime(), nullable=False),
        sa.Column("due", sa.DateTime(), nullable=False),
        sa.Column("ready", sa.DateTime(), nullable=True),
        sa.Column("executor_id", sa.String(length=32), nullable=True),
        sa.Column("claimed", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(["job_id"], ["jobs.id"], name=op.f("fk_work_job_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_work")),
    )
    op.create_index(op.f("ix_work_job_id"), "work", ["job_id"], unique=False)
    op.create_index(op.f("ix_work_executor_id"), "work", ["executor_id"], unique=False)
    op.create_index(
        "ix_work_waiting",
        "work",
        ["queue", "branch_id", "rank", "due", "asked", "id"],
        unique=False,
        sqlite_where=sa.text(WAITING),
        postgresql_where=sa.text(WAITING),
    )
    op.create_table(
        "turns",
        sa.Column("queue", sa.String(length=16), nullable=False),
        sa.Column("branch_id", sa.String(length=32), nullable=False),
        sa.Column("served", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("queue", "branch_id", name=op.f("pk_turns")),
    )


def _tell_branches() -> None:
    """Fill in each account's branch: its ancestor just below the root, or itself."""
    connection = op.get_bind()
    accounts = sa.table("accounts", sa.column("id"), sa.column("parent_id"), sa.column("branch_id"))
    rows = connection.execute(sa.select(accounts.c.id, accounts.c.parent_id))
    parents = {row.id: row.parent_id for row in rows}
    for account_id in parents:
        branch_id = account_id
        while parents[branch_id] is not None and parents[parents[branch_id]] is not None:
            branch_id = parents[branch_id]
        connection.execute(accounts.update().where(accounts.c.id == account_id).values(branch_id=branch_id))
