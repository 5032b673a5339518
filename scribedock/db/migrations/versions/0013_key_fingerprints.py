"""Which keys work on this database; and mails start no link with what a request's Host header said."""

import sqlalchemy as sa
from alembic import op

revision = "key_fingerprints"
down_revision = "failed_logins"


def upgrade() -> None:
    op.create_table(
        "key_fingerprints",
        sa.Column("purpose", sa.String(16), primary_key=True),
        sa.Column("fingerprint", sa.String(32), primary_key=True),
        sa.Column("seen", sa.DateTime(), nullable=False),
    )
    # It may have come from a Host header; a mail without it names the call.
    op.execute("UPDATE mails SET base_url = ''")
