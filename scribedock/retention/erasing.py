"""What goes with a job's recording, and what with its results. The job, its dates and its length stay."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from scribedock.db.tables import (
    caption_urls,
    drafts,
    element_lists,
    jobs,
    media,
    passages,
    passes,
    realignments,
    renditions,
    review_decisions,
    search_lists,
    segment_saves,
    span_recognitions,
    tasks,
    transcripts,
)
from scribedock.host.erasure_journal import ErasedPart
from scribedock.jobs.erasing.objects import lock_sharers, unreferenced
from scribedock.jobs.rendition_kind import PLAYBACK_KINDS, RenditionKind

SPOKEN = (RenditionKind.DESCRIPTION, RenditionKind.SPOKEN_TRACK)
OF_RECORDING = (
    RenditionKind.MP3,
    RenditionKind.MP4,
    RenditionKind.CAPTIONED,
    *PLAYBACK_KINDS.difference(SPOKEN),
)
OF_RESULTS = (*SPOKEN, RenditionKind.CAPTIONED)


def erase_recording(connection: Connection, job_id: str, at: datetime) -> tuple[str, ...]:
    """Erase the recording and whatever was made from it, for related jobs too.

    Returns the keys of objects that nothing refers to any longer.
    """
    of_job = media.c.job_id == job_id
    lock_sharers(connection, job_id)
    keys = _keys(connection, media.c.storage_key, of_job)
    connection.execute(media.delete().where(of_job))
    keys = unreferenced(connection, keys)
    related = sa.select(jobs.c.id).where(sa.or_(jobs.c.id == job_id, jobs.c.leading_id == job_id))
    keys += _erase_renditions(connection, renditions.c.job_id.in_(related), OF_RECORDING)
    connection.execute(jobs.update().where(jobs.c.id == job_id).values(recording_erased=at))
    return keys


def erase_results(connection: Connection, job_id: str, at: datetime) -> tuple[str, ...]:
    """Erase ElementLists, caption URLs, drafts, the transcript that was given, and what was made of them.

    Returns the keys of objects that nothing refers to any longer.
    """
    of_job = sa.select(passes.c.id).where(passes.c.job_id == job_id)
    decided = sa.select(review_decisions.c.id).where(review_decisions.c.pass_id.in_(of_job))
    connection.execute(tasks.update().where(tasks.c.id.in_(decided)).values(info=""))
    for table in (realignments, span_recognitions, segment_saves, drafts, review_decisions):
        connection.execute(table.delete().where(table.c.pass_id.in_(of_job)))
    for table in (element_lists, passages, search_lists, caption_urls, transcripts):
        connection.execute(table.delete().where(table.c.job_id == job_id))
    keys = _erase_renditions(connection, renditions.c.job_id == job_id, OF_RESULTS)
    connection.execute(jobs.update().where(jobs.c.id == job_id).values(results_erased=at))
    return keys


ERASERS = {ErasedPart.RECORDING: erase_recording, ErasedPart.RESULTS: erase_results}


def _erase_renditions(
    connection: Connection, of_jobs: sa.ColumnElement[bool], kinds: tuple[RenditionKind, ...]
) -> tuple[str, ...]:
    condition = sa.and_(of_jobs, renditions.c.kind.in_([kind.value for kind in kinds]))
    keys = _keys(connection, renditions.c.storage_key, condition)
    connection.execute(renditions.delete().where(condition))
    return keys


def _keys(
    connection: Connection, column: sa.Column[str | None], condition: sa.ColumnElement[bool]
) -> tuple[str, ...]:
    found = connection.execute(sa.select(column).where(condition, column.is_not(None)))
    return tuple(key for key in found.scalars() if key is not None)
