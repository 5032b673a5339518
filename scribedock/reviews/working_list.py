"""The list that people work on: the last version that is kept whole, and the saves of single segments since.

A save of segments is a small row, so that a version need not be kept whole for every word that is typed. From
time to time the rows are folded: the list with all of them becomes a version that is kept whole.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from scribedock.db.tables import drafts, segment_saves
from scribedock.jobs.elementlists import ElementLists
from scribedock.parsing.segment_edits import folded
from scribedock.reviews.review_pass import Pass

SUPERSEDED = b""  # what a row has once another has what it added


@dataclass(frozen=True, kw_only=True)
class KeptEdit:
    """What a save of segments changed, in the list just before it."""

    splices: list[list[int]]  # first, removed, added
    compressed: bytes  # an ElementList with what was added: JSON, zlib


@dataclass(frozen=True, kw_only=True)
class PassList:
    """The list that a pass starts from, or that was saved in it last."""

    current: Pass
    version: datetime
    whole: bytes  # the last version that is kept whole: the API's JSON, zlib-compressed
    edits: tuple[KeptEdit, ...] = ()  # since then

    @property
    def compressed(self) -> bytes:
        """The list: the API's JSON, zlib-compressed. Takes a second for a long one with edits."""
        if not self.edits:
            return self.whole
        return folded(self.whole, [(edit.splices, edit.compressed) for edit in self.edits])


def working_list(
    connection: Connection, elementlists: ElementLists, current: Pass, *, until: datetime | None = None
) -> PassList:
    """Return what was last saved in the pass, else what the previous pass published.

    until: the version that is wanted, one of `kept_versions`; None: the newest.
    """
    kept = sa.select(drafts).where(drafts.c.pass_id == current.id)
    if until is not None:
        kept = kept.where(drafts.c.version <= until)
    draft = connection.execute(kept.order_by(drafts.c.version.desc()).limit(1)).first()
    if draft is not None:
        version, whole = draft.version, bytes(draft.compressed)
    else:
        version = elementlists.versions(current.job_id)[-1].created
        whole = elementlists.compressed(current.job_id, version)
    rows = saves_since(connection, current.id, version if draft is not None else None)
    if until is not None:
        rows = [row for row in rows if row.version <= until]
    return PassList(
        current=current,
        version=rows[-1].version if rows else version,
        whole=whole,
        edits=tuple(
            KeptEdit(splices=row.spans, compressed=bytes(row.compressed))
            for row in rows
            if row.compressed != SUPERSEDED
        ),
    )


def kept_versions(connection: Connection, current: Pass) -> list[datetime]:
    """Return the versions saved in the pass that can still be read, oldest first.

    Those are what is kept whole, the last save of each minute since, and the newest.
    """
    whole = set(
        connection.execute(sa.select(drafts.c.version).where(drafts.c.pass_id == current.id)).scalars()
    )
    last_of_minute = {
        row.version.replace(second=0, microsecond=0): row.version
        for row in saves_since(connection, current.id, max(whole, default=None))
        if row.compressed is not None and row.compressed != SUPERSEDED
    }
    newest = saved_version(connection, current.id)
    found = whole | set(last_of_minute.values())
    return sorted(found if newest is None else found | {newest})


def newest_version(connection: Connection, elementlists: ElementLists, current: Pass) -> datetime:
    """Return the version that `working_list` returns."""
    return saved_version(connection, current.id) or elementlists.versions(current.job_id)[-1].created


def saved_version(connection: Connection, pass_id: str) -> datetime | None:
    """Return the version that was saved last in the pass; None where nothing was."""
    saved: list[datetime] = [
        version
        for table in (drafts, segment_saves)
        for version in connection.execute(
            sa.select(sa.func.max(table.c.version)).where(table.c.pass_id == pass_id)
        ).scalars()
        if version is not None
    ]
    return max(saved, default=None)


def saves_since(connection: Connection, pass_id: str, version: datetime | None) -> list[Row[Any]]:
    """Return the pass's saves of segments after this version (None: all), oldest first."""
    query = sa.select(segment_saves).where(segment_saves.c.pass_id == pass_id)
    if version is not None:
        query = query.where(segment_saves.c.version > version)
    return list(connection.execute(query.order_by(segment_saves.c.version)))
