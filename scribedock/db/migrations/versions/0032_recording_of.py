"""Jobs that have the recording of another job."""

import sqlalchemy as sa
from alembic import op

revision = "recording_of"
down_revision = "job_list_indexes"


def upgrade() -> None:
    op.add_column("jobs", sa.Column("recording_of", sa.String(32), nullable=True))
    op.create_index("ix_jobs_recording_of", "jobs", ["recording_of"])
    op.create_index("ix_media_storage_key", "media", ["storage_key"])
