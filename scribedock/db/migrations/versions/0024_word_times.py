"""How many words have a time that was found in the sound by alignment, and how many an estimated one.

Of existing jobs nobody counted them.
"""

import sqlalchemy as sa
from alembic import op

revision = "word_times"
down_revision = "audit_chain"


def upgrade() -> None:
    for name in ("words_aligned", "words_estimated"):
        op.add_column("jobs", sa.Column(name, sa.Integer(), nullable=True))
