"""Realignments: the edited words of a reviewer's list are aligned with the recording again.

The result of a list that was saved whole is one more version of the pass; where another was saved meanwhile,
or the pass has ended, it is discarded. The result of segments that were saved is their times, where nobody
has edited them since: a person's last change takes precedence.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from scribedock.clock import format_time
from scribedock.db.engine import Database, time_of
from scribedock.db.tables import drafts, passes, realignments, segment_saves, tasks
from scribedock.errors import InvalidQuery
from scribedock.jobs.elementlists import ElementLists
from scribedock.jobs.enqueuing import enqueue_realignment
from scribedock.jobs.job import TaskStatus, TaskType
from scribedock.jobs.jobs import Jobs, add_task, set_task
from scribedock.orders.passes import PassKind
from scribedock.persons.acting import acting_as, acting_person
from scribedock.reviews.merging import BY_REALIGNMENT
from scribedock.reviews.review_pass import (
    CONFLICT,
    CURRENT_STATUSES,
    actor_of,
    check_writable,
    find_joined,
    pass_of,
)
from scribedock.reviews.segment_saves import SegmentEdit, SegmentSaves
from scribedock.reviews.working_list import saved_version, working_list
from scribedock_captions.elementlist.splicing import Splice

GIVEN_BACK = "The pass was given back or approved meanwhile; nothing was changed"
SAVED_MEANWHILE = "Another version was saved meanwhile; it stays as it is"


@dataclass(frozen=True, kw_only=True)
class Realignment:
    id: str  # of its task
    job_id: str
    before: bytes  # the list that the pass began with
    after: bytes  # the list that was saved
    is_whole: bool  # the list was saved as a whole


class Realignments:
    def __init__(
        self, database: Database, jobs: Jobs, saves: SegmentSaves, elementlists: ElementLists
    ) -> None:
        self._database = database
        self._jobs = jobs
        self._saves = saves
        self._elementlists = elementlists

    def request_realignment(
        self, job_id: str, visible_accounts: frozenset[str], kind: PassKind, account_id: str
    ) -> str:
        """Request a realignment of the last saved version; return the task's id.

        One that waits, or that is running for that version, is returned. Raises ItemNotFound, InvalidQuery
        (409) where the pass is not the caller's or nothing was saved in it.
        """
        with self._database.write() as connection:
            job = self._jobs.fetch_job(connection, job_id, visible_accounts)
            current = find_joined(connection, job, kind)
            check_writable(current, kind, account_id)
            version = saved_version(connection, current.id)
            if version is None:
                raise InvalidQuery(
                    "Nothing was saved in this pass: save first (review/save)", status=CONFLICT
                )
            waiting = sa.and_(
                tasks.c.status == TaskStatus.QUEUED.value,
                sa.func.coalesce(realignments.c.person_id, realignments.c.account_id) == actor_of(account_id),
            )
            running = sa.and_(
                tasks.c.status == TaskStatus.INPROGRESS.value, realignments.c.version == version
            )
            same = connection.execute(
                sa.select(realignments.c.id)
                .join(tasks, tasks.c.id == realignments.c.id)
                .where(realignments.c.pass_id == current.id, sa.or_(waiting, running))
            ).scalar()
            if same is not None:
                return str(same)
            task_id = add_task(connection, job_id, TaskType.JOB_REALIGN, TaskStatus.QUEUED)
            connection.execute(
                realignments.insert().values(
                    id=task_id,
                    pass_id=current.id,
                    version=version,
                    account_id=account_id,
                    person_id=acting_person(),
                )
            )
            enqueue_realignment(connection, job, task_id)
            return task_id

    def start(self, realignment_id: str) -> Realignment | None:
        """Start work on the newest version; return the realignment, or None if nothing is left to do."""
        with self._database.write() as connection:
            if not set_task(connection, realignment_id, TaskStatus.INPROGRESS):
                return None
            row = connection.execute(
                sa.select(passes)
                .join(realignments, realignments.c.pass_id == passes.c.id)
                .where(realignments.c.id == realignment_id)
            ).one()
            work = working_list(connection, self._elementlists, pass_of(row))
            connection.execute(
                realignments.update().where(realignments.c.id == realignment_id).values(version=work.version)
            )
            is_whole = connection.execute(_whole_draft(work.current.id, work.version)).first() is not None
        published = self._elementlists.versions(work.current.job_id)[-1].created
        return Realignment(
            id=realignment_id,
            job_id=work.current.job_id,
            before=self._elementlists.body(work.current.job_id, published),
            after=zlib.decompress(work.compressed),
            is_whole=is_whole,
        )

    def finish(self, asked: Realignment, body: bytes, edited: Sequence[int] = ()) -> None:
        """Save the result, unless it is too late or the job was deleted.

        body: the whole list. edited: the segments with words that were edited, from 0.
        """
        with self._database.write() as connection:
            row = connection.execute(
                sa.select(
                    realignments.c.version,
                    realignments.c.account_id.label("asker"),
                    realignments.c.person_id.label("asking_person"),
                    passes,
                )
                .join(passes, passes.c.id == realignments.c.pass_id)
                .where(realignments.c.id == asked.id)
            ).one_or_none()
            if row is None:
                return
            # Jobs are locked before their tasks everywhere.
            self._jobs.fetch_job(connection, row.job_id)
            asker = row.asking_person or row.asker
            held = (row.person_id or row.account_id) == asker or row.kind == PassKind.CORRECTION
            if row.status not in CURRENT_STATUSES or (asked.is_whole and not held):
                set_task(connection, asked.id, TaskStatus.FAILED, GIVEN_BACK)
                return
            with acting_as(row.asking_person):
                if asked.is_whole:
                    self._finish_whole(connection, row, asked, body)
                else:
                    self._finish_segments(connection, row, asked, body, edited)

    def _finish_whole(
        self, connection: Connection, row: sa.Row[Any], asked: Realignment, body: bytes
    ) -> None:
        if saved_version(connection, row.id) != row.version:
            set_task(connection, asked.id, TaskStatus.FAILED, SAVED_MEANWHILE)
            return
        version = max(time_of(connection), row.version + timedelta(microseconds=1))
        if set_task(connection, asked.id, TaskStatus.COMPLETE, f"saved as {format_time(version)}"):
            connection.execute(
                drafts.insert().values(
                    pass_id=row.id,
                    version=version,
                    account_id=row.asker,
                    person_id=row.asking_person,
                    compressed=zlib.compress(body),
                )
            )

    def _finish_segments(
        self,
        connection: Connection,
        row: sa.Row[Any],
        asked: Realignment,
        body: bytes,
        edited: Sequence[int],
    ) -> None:
        """Save the times of the segments that were edited, but for those that were edited again since."""
        old, found = json.loads(asked.after), json.loads(body)
        places = [place for place in edited if found["segments"][place] != old["segments"][place]]
        added = found | {"segments": [found["segments"][place] for place in places], "speakers": []}
        edit = SegmentEdit(
            base=row.version,
            save_id=BY_REALIGNMENT,
            splices=tuple(Splice(first=place, removed=1, added=1) for place in places),
            compressed=zlib.compress(json.dumps(added, ensure_ascii=False).encode()),
        )
        try:
            saved = self._saves.merge(connection, pass_of(row), row.asker, edit) if places else None
        except InvalidQuery:  # the list was saved as a whole
            set_task(connection, asked.id, TaskStatus.FAILED, SAVED_MEANWHILE)
            return
        told = "no time has changed" if saved is None else f"saved as {format_time(saved.version)}"
        set_task(connection, asked.id, TaskStatus.COMPLETE, told)

    def fail(self, realignment_id: str, problem: str) -> None:
        with self._database.write() as connection:
            set_task(connection, realignment_id, TaskStatus.FAILED, problem)


def _whole_draft(pass_id: str, version: datetime) -> sa.Select[Any]:
    """Select the version where it was saved as a whole, and not made from saves of segments."""
    of_saves = sa.select(segment_saves.c.version).where(segment_saves.c.pass_id == pass_id)
    return sa.select(drafts.c.version).where(
        drafts.c.pass_id == pass_id, drafts.c.version == version, drafts.c.version.not_in(of_saves)
    )
