"""Filling the search: which version of each job's list is searched.

A version that is published is noted in its own transaction (see `ElementLists.store`), and indexed soon by a
worker, the newest first. So are the lists of jobs that are older than the search. A worker that dies in
between leaves the note to the next.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

import sqlalchemy as sa
import structlog
from sqlalchemy.engine import Connection

from scribedock.db.engine import Database, time_of
from scribedock.db.tables import jobs, passages, search_lists
from scribedock.errors import ItemNotFound
from scribedock.jobs.elementlists import ElementLists, ElementListVersion
from scribedock.jobs.iwp import Iwp
from scribedock.search.passages import Passage, passages_of
from scribedock_captions.elementlist.codec import parse

log = structlog.get_logger("scribedock.worker")

BATCH_JOBS = 20
ROWS = 2000  # passages in a transaction, which makes all other writers of SQLite wait


class _Overtaken(Exception):
    """Another worker indexes the job, another version is there, or the job was erased."""


class SearchIndex:
    def __init__(self, database: Database, elementlists: ElementLists) -> None:
        self._database = database
        self._elementlists = elementlists

    def fill(self, *, budget_s: float) -> int:
        """Index lists that wait, the newest first, for about this long; return of how many jobs."""
        until = time.monotonic() + budget_s
        done = 0
        while time.monotonic() < until:
            waiting = self._waiting()
            for job_id in waiting:
                self._try(job_id)
                done += 1
                if time.monotonic() >= until:
                    break
            if len(waiting) < BATCH_JOBS:
                break
        return done

    def _waiting(self) -> Sequence[str]:
        query = (
            sa.select(search_lists.c.job_id)
            .where(search_lists.c.wanted.is_not(None))
            .order_by(search_lists.c.wanted.desc())
            .limit(BATCH_JOBS)
        )
        with self._database.read() as connection:
            return connection.execute(query).scalars().all()

    def _try(self, job_id: str) -> None:
        try:
            self._index(job_id)
        except _Overtaken:
            return
        except Exception:
            log.exception("list cannot be searched", job=job_id)
            with self._database.write() as connection:
                given_up = search_lists.update().where(search_lists.c.job_id == job_id)
                connection.execute(given_up.values(wanted=None))

    def _index(self, job_id: str) -> None:
        claim = self._claim(job_id)
        version = searched_version(self._elementlists.versions(job_id))
        found: list[Passage] = []
        if version is not None:
            try:
                body = self._elementlists.body(job_id, version.created)
            except ItemNotFound as error:
                raise _Overtaken from error
            found = list(passages_of(parse(body)))
        # Backwards, so that the first passage has the highest id, and comes first.
        for rows in _pages(found[::-1]):
            with self._database.write() as connection:
                account_id = _owner(connection, job_id, claim)
                connection.execute(passages.insert(), [_row(job_id, account_id, passage) for passage in rows])
        with self._database.write() as connection:
            _owner(connection, job_id, claim)
            connection.execute(
                search_lists.update()
                .where(search_lists.c.job_id == job_id)
                .values(
                    wanted=None,
                    version=None if version is None else version.created,
                    iwp_name=None if version is None else version.iwp_name.value,
                )
            )

    def _claim(self, job_id: str) -> datetime:
        """Make the job this worker's, and remove its passages; return what shows that it still is."""
        with self._database.write() as connection:
            seen = connection.execute(
                sa.select(search_lists.c.wanted).where(search_lists.c.job_id == job_id).with_for_update()
            ).scalar()
            if seen is None:
                raise _Overtaken
            claim: datetime = max(time_of(connection), seen + timedelta(microseconds=1))
            connection.execute(
                search_lists.update().where(search_lists.c.job_id == job_id).values(wanted=claim)
            )
            connection.execute(passages.delete().where(passages.c.job_id == job_id))
        return claim


def searched_version(versions: Sequence[ElementListVersion]) -> ElementListVersion | None:
    """Return the version that is searched: the newest FINAL, else the newest; None where there is none."""
    finals = [version for version in versions if version.iwp_name is Iwp.FINAL]
    newest = finals or versions
    return newest[-1] if newest else None


def _owner(connection: Connection, job_id: str, claim: datetime) -> str:
    """Return whose job it is. Raises _Overtaken where it is no more for this worker to index."""
    row = connection.execute(
        sa.select(jobs.c.account_id)
        .join(search_lists, search_lists.c.job_id == jobs.c.id)
        .where(search_lists.c.job_id == job_id, search_lists.c.wanted == claim, jobs.c.deleted.is_(None))
        .with_for_update(of=search_lists)
    ).first()
    if row is None:
        raise _Overtaken
    return str(row.account_id)


def _row(job_id: str, account_id: str, passage: Passage) -> dict[str, object]:
    return {
        "job_id": job_id,
        "account_id": account_id,
        "start_ms": passage.start_ms,
        "end_ms": passage.end_ms,
        "speaker": passage.speaker,
        "text": passage.text,
        "tokens": passage.tokens,
    }


def _pages(found: Sequence[Passage]) -> Iterator[Sequence[Passage]]:
    for start in range(0, len(found), ROWS):
        yield found[start : start + ROWS]
