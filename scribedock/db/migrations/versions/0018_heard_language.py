"""Whether a job's language was given or left to the recognizer, and how many of its words are in doubt.

Of existing jobs nobody knows any more: their language counts as given.
"""

import sqlalchemy as sa
from alembic import op

revision = "heard_language"
down_revision = "upload_parts"


def upgrade() -> None:
    op.add_column("jobs", sa.Column("language_given", sa.Boolean(), nullable=False, server_default=sa.true()))
    for name in ("words", "words_in_doubt"):
        op.add_column("jobs", sa.Column(name, sa.Integer(), nullable=True))
