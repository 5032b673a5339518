"""Saving single segments, as an editor does while somebody types.

Several people may be at the same list: a save names the version that was edited, and what others saved since
is kept. Only where two have edited the same segments is a save refused, with the others' text and name.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from scribedock.clock import format_time
from scribedock.db.engine import Database, insert_once, time_of
from scribedock.db.tables import accounts, drafts, persons, segment_saves
from scribedock.errors import InvalidQuery
from scribedock.jobs.elementlists import ElementLists
from scribedock.jobs.job import Job
from scribedock.jobs.jobs import Jobs
from scribedock.orders.passes import PassKind
from scribedock.parsing.segment_edits import splices_of
from scribedock.persons.acting import acting_person
from scribedock.reviews.merging import BY_REALIGNMENT, covering, goes_on, moved_through
from scribedock.reviews.review_pass import CONFLICT, Pass, actor_of, check_writable, find_joined
from scribedock.reviews.working_list import (
    SUPERSEDED,
    PassList,
    kept_versions,
    newest_version,
    saves_since,
    working_list,
)
from scribedock_captions.elementlist.splicing import Splice

FOLD_SAVES = 100  # after so many the list is kept whole
MAX_SEGMENTS = 200_000  # of a list
NOT_KEPT = "version: {version} is not kept; those that are, are in `versions` of review/elementlist"
THINNED = timedelta(minutes=10)  # of the versions made by folding, one for each span of this length is kept


@dataclass(frozen=True, kw_only=True)
class SegmentEdit:
    """What a client saves."""

    base: datetime  # the version that was edited
    save_id: str  # made by the client: the same when it sends the save again
    splices: tuple[Splice, ...]  # ascending, in the version that was edited
    compressed: bytes  # an ElementList with what they add: JSON, zlib


@dataclass(frozen=True, kw_only=True)
class SavedSegments:
    version: datetime
    splices: tuple[Splice, ...]  # in the list just before it
    merged: bool  # something was saved since the version that was edited, maybe in another window
    unfolded: int  # saves since the last version that is kept whole


@dataclass(frozen=True, kw_only=True)
class SavedChange:
    """What somebody saved, in the list just before it."""

    version: datetime
    username: str
    splices: tuple[Splice, ...]
    compressed: bytes  # an ElementList with what they add: JSON, zlib


class SegmentSaves:
    def __init__(self, database: Database, jobs: Jobs, elementlists: ElementLists) -> None:
        self._database = database
        self._jobs = jobs
        self._elementlists = elementlists

    def check_savable(
        self, job_id: str, visible_accounts: frozenset[str], kind: PassKind, account_id: str
    ) -> Job:
        """Check that the account may save in the current pass now; return the job. Raises as `save`."""
        with self._database.read() as connection:
            job = self._jobs.fetch_job(connection, job_id, visible_accounts)
            check_writable(find_joined(connection, job, kind), kind, account_id)
        return job

    def save(
        self,
        job_id: str,
        visible_accounts: frozenset[str],
        kind: PassKind,
        account_id: str,
        edit: SegmentEdit,
    ) -> SavedSegments:
        """Save segments durably in the current pass; return the new version.

        A save that was made already is not made again. Raises ItemNotFound; InvalidQuery (409) where the pass
        is not the account's, where the version is not known, and where others have edited the same segments:
        then the problem's `Conflicts` say what and who.
        """
        with self._database.write() as connection:
            job = self._jobs.fetch_job(connection, job_id, visible_accounts)
            current = find_joined(connection, job, kind)
            check_writable(current, kind, account_id)
            made = self._made_already(connection, current, account_id, edit.save_id)
            if made is not None:
                return made
            since = self._since(connection, current, edit.base)
            splices = self._rebased(connection, current, edit, since)
            return self._insert(
                connection,
                current,
                account_id,
                save_id=edit.save_id,
                splices=splices,
                compressed=edit.compressed,
                merged=bool(since),
            )

    def merge(
        self, connection: Connection, current: Pass, account_id: str, edit: SegmentEdit
    ) -> SavedSegments | None:
        """Save what a program has found, but for segments that somebody has edited since; None: for nothing.

        Every splice adds one segment. Within a transaction that has locked the job. Raises InvalidQuery where
        the whole list was saved since.
        """
        since = self._since(connection, current, edit.base)
        kept: list[tuple[Splice, Any]] = []
        added = json.loads(zlib.decompress(edit.compressed))
        for splice, segment in zip(edit.splices, added["segments"], strict=True):
            rebased = moved_through(splice, since)
            if rebased is not None:
                kept.append((rebased, segment))
        if not kept:
            return None
        body = {**added, "segments": [segment for _, segment in kept]}
        return self._insert(
            connection,
            current,
            account_id,
            save_id=BY_REALIGNMENT,
            splices=tuple(splice for splice, _ in kept),
            compressed=zlib.compress(json.dumps(body, ensure_ascii=False).encode()),
            merged=bool(since),
        )

    def read(
        self,
        job_id: str,
        visible_accounts: frozenset[str] | None,
        kind: PassKind,
        version: datetime | None = None,
    ) -> PassList:
        """Return the list that is worked on, or an earlier version of it that was saved in the pass.

        Raises ItemNotFound, InvalidQuery (409) where there is none, or the version is not kept.
        """
        with self._database.read() as connection:
            job = self._jobs.fetch_job(connection, job_id, visible_accounts)
            current = find_joined(connection, job, kind)
            if version is not None and version not in kept_versions(connection, current):
                raise InvalidQuery(NOT_KEPT.format(version=format_time(version)), status=CONFLICT)
            return working_list(connection, self._elementlists, current, until=version)

    def keep_whole(self, work: PassList, compressed: bytes) -> None:
        """Keep the list with its edits as a version, in place of those that were kept a short time ago."""
        pass_id, version = work.current.id, work.version
        by = (segment_saves.c.pass_id == pass_id, segment_saves.c.version == version)
        with self._database.write() as connection:
            saved = connection.execute(
                sa.select(segment_saves.c.account_id, segment_saves.c.person_id).where(*by)
            ).first()
            if saved is None:  # the pass was rejected or its job deleted meanwhile
                return
            insert_once(
                connection,
                drafts,
                pass_id=pass_id,
                version=version,
                account_id=saved.account_id,
                person_id=saved.person_id,
                compressed=compressed,
            )
            of_saves = sa.select(segment_saves.c.version).where(segment_saves.c.pass_id == pass_id)
            connection.execute(
                drafts.delete().where(
                    drafts.c.pass_id == pass_id,
                    drafts.c.version < version,
                    drafts.c.version > version - THINNED,
                    drafts.c.version.in_(of_saves),
                )
            )
            connection.execute(
                segment_saves.update()
                .where(segment_saves.c.pass_id == pass_id, segment_saves.c.version < version - THINNED)
                .values(compressed=None)
            )

    def changes_since(
        self, job_id: str, visible_accounts: frozenset[str], kind: PassKind, version: datetime
    ) -> list[SavedChange]:
        """Return what was saved since the version, oldest first.

        Raises ItemNotFound; InvalidQuery (409) where the whole list must be read: the version is not known,
        too old, or the whole list was saved since.
        """
        with self._database.read() as connection:
            job = self._jobs.fetch_job(connection, job_id, visible_accounts)
            rows = self._since(connection, find_joined(connection, job, kind), version)
            if any(row.compressed is None for row in rows):
                raise _unknown_version(version)
            names = _names(connection, rows)
        return [
            SavedChange(
                version=row.version,
                username=names[row.version],
                splices=splices_of(row.spans),
                compressed=bytes(row.compressed),
            )
            for row in rows
            if row.compressed != SUPERSEDED
        ]

    def _made_already(
        self, connection: Connection, current: Pass, account_id: str, save_id: str
    ) -> SavedSegments | None:
        row = connection.execute(
            sa.select(segment_saves).where(
                segment_saves.c.pass_id == current.id,
                segment_saves.c.save_id == save_id,
                sa.func.coalesce(segment_saves.c.person_id, segment_saves.c.account_id)
                == actor_of(account_id),
            )
        ).first()
        if row is None:
            return None
        return SavedSegments(version=row.version, splices=splices_of(row.spans), merged=True, unfolded=0)

    def _since(self, connection: Connection, current: Pass, base: datetime) -> list[Row[Any]]:
        """Return the saves since the version. Raises InvalidQuery (409) where they do not tell everything."""
        known = any(
            connection.execute(
                sa.select(table.c.version).where(table.c.pass_id == current.id, table.c.version == base)
            ).first()
            for table in (segment_saves, drafts)
        )
        if not known and base != self._elementlists.versions(current.job_id)[-1].created:
            raise _unknown_version(base)
        of_saves = sa.select(segment_saves.c.version).where(segment_saves.c.pass_id == current.id)
        whole = sa.select(drafts.c.version).where(
            drafts.c.pass_id == current.id, drafts.c.version > base, drafts.c.version.not_in(of_saves)
        )
        if connection.execute(whole.limit(1)).first() is not None:
            raise InvalidQuery(
                "base_version: somebody has saved the whole list since; read it again", status=CONFLICT
            )
        return saves_since(connection, current.id, base)

    def _rebased(
        self, connection: Connection, current: Pass, edit: SegmentEdit, since: Sequence[Row[Any]]
    ) -> tuple[Splice, ...]:
        """Return the splices in the list as it is now. Raises InvalidQuery (409) for a conflict."""
        found, conflicts = [], []
        for number, splice in enumerate(edit.splices):
            rebased = moved_through(splice, since)
            if rebased is None:
                conflicts.append(number)
            else:
                found.append(rebased)
        if conflicts:
            raise self._conflict(connection, current, edit, since, conflicts)
        return tuple(found)

    def _conflict(
        self,
        connection: Connection,
        current: Pass,
        edit: SegmentEdit,
        since: Sequence[Row[Any]],
        numbers: Sequence[int],
    ) -> InvalidQuery:
        """Return the error that says who has edited the same segments, and what is there now."""
        work = working_list(connection, self._elementlists, current)
        segments = json.loads(zlib.decompress(work.compressed))["segments"]
        names = _names(connection, since)
        found = []
        for number in numbers:
            splice = edit.splices[number]
            now, last = covering(splice, since)
            found.append(
                {
                    "change": number,
                    "first": now.first,
                    "removed": now.removed,
                    "segments": segments[now.first : now.end],
                    "username": names[last.version],
                    "version": format_time(last.version),
                }
            )
        who = ", ".join(dict.fromkeys(str(each["username"]) for each in found))
        return InvalidQuery(
            f"{who} has edited the same segments meanwhile; nothing was saved",
            status=CONFLICT,
            problem={"Conflicts": found, "version": format_time(work.version)},
        )

    def _insert(
        self,
        connection: Connection,
        current: Pass,
        account_id: str,
        *,
        save_id: str,
        splices: tuple[Splice, ...],
        compressed: bytes,
        merged: bool,
    ) -> SavedSegments:
        newest = newest_version(connection, self._elementlists, current)
        count, pending = self._length(connection, current)
        if splices and splices[-1].end > count:
            raise InvalidQuery(
                f"changes: the list has {count:,} segments; there is none at {splices[-1].end}"
            )
        length = count + sum(splice.added - splice.removed for splice in splices)
        if length > MAX_SEGMENTS:
            raise InvalidQuery(f"changes: a list has at most {MAX_SEGMENTS:,} segments", status=413)
        version = max(time_of(connection), newest + timedelta(microseconds=1))
        if pending and goes_on(pending[-1], account_id, version, splices):
            connection.execute(
                segment_saves.update()
                .where(segment_saves.c.pass_id == current.id, segment_saves.c.version == pending[-1].version)
                .values(compressed=SUPERSEDED)
            )
        connection.execute(
            segment_saves.insert().values(
                pass_id=current.id,
                version=version,
                account_id=account_id,
                person_id=acting_person(),
                save_id=save_id,
                spans=[[each.first, each.removed, each.added] for each in splices],
                segments=length,
                compressed=compressed,
            )
        )
        return SavedSegments(version=version, splices=splices, merged=merged, unfolded=len(pending) + 1)

    def _length(self, connection: Connection, current: Pass) -> tuple[int, list[Row[Any]]]:
        """Return how many segments the list has, and the saves since the last version that is kept whole."""
        whole = connection.execute(
            sa.select(sa.func.max(drafts.c.version)).where(drafts.c.pass_id == current.id)
        ).scalar()
        pending = saves_since(connection, current.id, whole)
        if pending:
            return pending[-1].segments, pending
        work = working_list(connection, self._elementlists, current)
        return _segment_count(work.whole), []


@lru_cache(maxsize=16)
def _segment_count(compressed: bytes) -> int:
    return len(json.loads(zlib.decompress(compressed))["segments"])


def _unknown_version(version: datetime) -> InvalidQuery:
    return InvalidQuery(
        f"{format_time(version)} is no version of this list that is still known; read the list again",
        status=CONFLICT,
    )


def _names(connection: Connection, rows: Sequence[Row[Any]]) -> Mapping[datetime, str]:
    """Return who has saved each of the rows, by its version: the person, else the account."""
    query = (
        sa.select(
            segment_saves.c.pass_id,
            segment_saves.c.version,
            sa.func.coalesce(sa.func.nullif(persons.c.name, ""), accounts.c.username).label("name"),
        )
        .join(accounts, accounts.c.id == segment_saves.c.account_id)
        .outerjoin(persons, persons.c.id == segment_saves.c.person_id)
        .where(segment_saves.c.pass_id.in_({row.pass_id for row in rows}))
    )
    return {row.version: row.name for row in connection.execute(query)}
