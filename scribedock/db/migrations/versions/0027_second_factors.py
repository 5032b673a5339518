"""Second factors of persons, their recovery codes, and sign-ins that are half done."""

import sqlalchemy as sa
from alembic import op

revision = "second_factors"
down_revision = "persons"


def upgrade() -> None:
    op.create_table(
        "second_factors",
        sa.Column("person_id", sa.String(32), sa.ForeignKey("persons.id"), primary_key=True),
        sa.Column("secret", sa.Text(), nullable=False),
        sa.Column("created", sa.DateTime(), nullable=False),
        sa.Column("confirmed", sa.DateTime(), nullable=True),
        sa.Column("last_step", sa.BigInteger(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("last_failure", sa.DateTime(), nullable=True),
    )
    op.create_table(
        "recovery_codes",
        sa.Column("person_id", sa.String(32), sa.ForeignKey("persons.id"), primary_key=True),
        sa.Column("fingerprint", sa.String(64), primary_key=True),
    )
    op.create_table(
        "sign_in_steps",
        sa.Column("fingerprint", sa.String(64), primary_key=True),
        sa.Column("person_id", sa.String(32), sa.ForeignKey("persons.id"), nullable=False),
        sa.Column("details", sa.Text(), nullable=False),
        sa.Column("ends", sa.DateTime(), nullable=False),
    )
    op.create_index("ix_sign_in_steps_person_id", "sign_in_steps", ["person_id"])
    op.add_column(
        "accounts",
        sa.Column("second_factor", sa.Boolean(), nullable=False, server_default=sa.false()),
    )
