"""Each entry of the audit log has a hash, which covers that of the entry before it.

Entries of earlier releases have none: the chain begins with the first entry of this one.
"""

import sqlalchemy as sa
from alembic import op

revision = "audit_chain"
down_revision = "key_scopes"


def upgrade() -> None:
    for name in ("previous", "hash"):
        op.add_column("audit_entries", sa.Column(name, sa.String(64), nullable=True))
