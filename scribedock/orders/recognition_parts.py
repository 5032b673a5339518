"""Parts of a long recording: each is recognized by whichever worker has a slot for it.

The order's own workflow writes them down, waits for them, and puts their words together. A part that was
given up is recognized by that workflow itself, so that nothing depends on another worker.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypedDict

import sqlalchemy as sa

from scribedock.db.engine import Database, insert_once
from scribedock.db.tables import recognition_parts
from scribedock.dispatch.queues import part_id_of
from scribedock.jobs.enqueuing import enqueue_part
from scribedock.jobs.jobs import Jobs


class PartRequest(TypedDict):
    """What is recognized in a part, as it is saved."""

    language: str  # ISO 639-1
    terms: list[str]  # names that are likely to be said
    batches: list[list[tuple[int, int]]]  # spans in ms that are recognized together


@dataclass(frozen=True, kw_only=True)
class RecognitionPart:
    id: str
    task_id: str
    job_id: str
    request: PartRequest
    words: list[Any] | None  # of each span, as a step saves them; None: not done, or given up


class RecognitionParts:
    def __init__(self, database: Database, jobs: Jobs) -> None:
        self._database = database
        self._jobs = jobs

    def share(self, task_id: str, job_id: str, requests: Sequence[PartRequest]) -> list[str]:
        """Write down and enqueue the parts of an order's recording; return their ids. Harmless when repeated.

        Raises ItemNotFound where the job was deleted.
        """
        ids = []
        with self._database.write() as connection:
            job = self._jobs.fetch_job(connection, job_id)
            for number, request in enumerate(requests):
                part_id = part_id_of(task_id, number)
                insert_once(
                    connection,
                    recognition_parts,
                    id=part_id,
                    task_id=task_id,
                    job_id=job_id,
                    number=number,
                    request=request,
                    spans=sum(map(len, request["batches"])),
                )
                enqueue_part(connection, job, part_id)
                ids.append(part_id)
        return ids

    def find(self, part_id: str) -> RecognitionPart | None:
        with self._database.read() as connection:
            row = connection.execute(
                sa.select(recognition_parts).where(recognition_parts.c.id == part_id)
            ).first()
        return None if row is None else _part(row)

    def of_task(self, task_id: str) -> list[RecognitionPart]:
        """Return the parts of an order's recording, in its order."""
        of_task = recognition_parts.c.task_id == task_id
        with self._database.read() as connection:
            rows = connection.execute(
                sa.select(recognition_parts).where(of_task).order_by(recognition_parts.c.number)
            ).all()
        return [_part(row) for row in rows]

    def is_over(self, part_id: str) -> bool:
        """Return whether the part is done, given up or gone."""
        query = sa.select(recognition_parts.c.over).where(recognition_parts.c.id == part_id)
        with self._database.read() as connection:
            return connection.execute(query).scalar() is not False

    def note_span(self, part_id: str, task_id: str) -> float:
        """Count a span of a part that is done; return the share of all spans of the recording that are."""
        counted = recognition_parts.update().where(recognition_parts.c.id == part_id)
        so_far = sa.select(
            sa.func.sum(recognition_parts.c.spans_done), sa.func.sum(recognition_parts.c.spans)
        ).where(recognition_parts.c.task_id == task_id)
        with self._database.stamp() as connection:
            connection.execute(counted.values(spans_done=recognition_parts.c.spans_done + 1))
            done, every = connection.execute(so_far).one()
        return min(1.0, done / every) if every else 1.0

    def finish(self, part_id: str, words: Sequence[Any]) -> None:
        """Save the words of each span of a part."""
        compressed = zlib.compress(json.dumps(words, separators=(",", ":")).encode())
        self._end(part_id, words=compressed)

    def give_up(self, part_id: str) -> None:
        """Leave a part to its order's own workflow."""
        self._end(part_id, words=None)

    def clear(self, task_id: str) -> None:
        """Forget what was recognized and end what is under way: the order has its list, or wants none."""
        of_task = recognition_parts.update().where(recognition_parts.c.task_id == task_id)
        with self._database.write() as connection:
            connection.execute(of_task.values(over=True, words=None, request={}))

    def _end(self, part_id: str, *, words: bytes | None) -> None:
        unfinished = (recognition_parts.c.id == part_id, recognition_parts.c.over.is_(False))
        with self._database.write() as connection:
            connection.execute(recognition_parts.update().where(*unfinished).values(over=True, words=words))


def _part(row: Any) -> RecognitionPart:
    return RecognitionPart(
        id=row.id,
        task_id=row.task_id,
        job_id=row.job_id,
        request=row.request,
        words=None if row.words is None else json.loads(zlib.decompress(row.words)),
    )
