"""Recordings that several jobs have: the bytes go with the last of them."""

from __future__ import annotations

from collections.abc import Collection

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from scribedock.db.tables import media


def lock_sharers(connection: Connection, job_id: str) -> None:
    """Lock the media of all jobs with this job's recording, so that two that are deleted at once take turns.

    In a write transaction that has locked the job, before its media are deleted.
    """
    keys = sa.select(media.c.storage_key).where(media.c.job_id == job_id)
    sharing = sa.select(media.c.job_id).where(media.c.storage_key.in_(keys))
    connection.execute(sharing.order_by(media.c.job_id).with_for_update()).all()


def unreferenced(connection: Connection, keys: Collection[str]) -> tuple[str, ...]:
    """Return those of the objects that no job has as its recording (any more)."""
    found = sa.select(media.c.storage_key).where(media.c.storage_key.in_(keys))
    kept = set(connection.execute(found).scalars())
    return tuple(key for key in keys if key not in kept)
