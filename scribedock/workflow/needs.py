"""Whether a worker is needed: there is work, or something that only workers look after."""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa

from scribedock.db.engine import Database, shared_time, time_of
from scribedock.db.tables import executors, jobs, search_lists, work


class Needs:
    def __init__(self, database: Database, *, lease_s: float) -> None:
        self._database = database
        self._lease = timedelta(seconds=lease_s)

    def any(self, executor_id: str | None = None) -> bool:
        """Return whether anything is left to do, but for what other living executors do.

        executor_id: the executor that asks. What waits for its time, as the next try of a callback does, is
        not left to do yet.
        """
        with self._database.read() as connection:
            oldest = shared_time(connection) - self._lease
            ready = sa.or_(work.c.ready.is_(None), work.c.ready <= time_of(connection))
            dead = sa.or_(executors.c.crashed, executors.c.heartbeat < oldest)
            of_others = sa.exists().where(
                executors.c.id == work.c.executor_id, ~dead, executors.c.id != (executor_id or "")
            )
            return any(
                connection.execute(query.limit(1)).first() is not None
                for query in (
                    sa.select(work.c.id).where(work.c.executor_id.is_(None), ready),
                    sa.select(work.c.id).where(work.c.executor_id.is_not(None), ~of_others),
                    sa.select(executors.c.id).where(dead),
                    sa.select(jobs.c.id).where(jobs.c.deleted.is_not(None), jobs.c.erased.is_(None)),
                    sa.select(search_lists.c.job_id).where(search_lists.c.wanted.is_not(None)),
                )
            )
