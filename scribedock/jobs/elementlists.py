"""ElementList versions: immutable, named after the pass that made them."""

from __future__ import annotations

import uuid
import zlib
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from scribedock.clock import format_time
from scribedock.db.engine import Database, insert_once, time_of
from scribedock.db.tables import element_lists, search_lists
from scribedock.errors import InvalidQuery, ItemNotFound
from scribedock.jobs.iwp import Iwp
from scribedock.jobs.job import Job


@dataclass(frozen=True, kw_only=True)
class ElementListVersion:
    iwp_name: Iwp
    created: datetime  # names the version: unique among those of the job, and ascending


class ElementLists:
    def __init__(self, database: Database) -> None:
        self._database = database

    def store(
        self,
        connection: Connection,
        job_id: str,
        task_id: str,
        names: tuple[Iwp, ...],
        compressed: bytes,
        *,
        audio_description: bool = False,
        at: datetime | None = None,
    ) -> list[datetime]:
        """Store a list (the API's JSON, zlib-compressed) under each name; return its versions.

        Versions are unique and ascend. at: the first version, where the job has none yet that is later;
        None: now.
        """
        newest = connection.execute(
            sa.select(sa.func.max(element_lists.c.version)).where(element_lists.c.job_id == job_id)
        ).scalar_one()
        version = at or time_of(connection)
        if newest is not None and version <= newest:
            version = newest + timedelta(microseconds=1)
        versions = [version + timedelta(microseconds=step) for step in range(len(names))]
        for name, each in zip(names, versions, strict=True):
            connection.execute(
                element_lists.insert().values(
                    job_id=job_id,
                    version=each,
                    iwp_name=name.value,
                    task_id=task_id,
                    compressed=compressed,
                    audio_description=audio_description,
                )
            )
        if not audio_description:
            _note_version(connection, job_id, versions[-1])
        return versions

    def describe(self, job_id: str, body: bytes) -> None:
        """Store `body`, whose words describe the picture, as the job's audio description."""
        with self._database.write() as connection:
            self.store(
                connection,
                job_id,
                uuid.uuid4().hex,
                (Iwp.FINAL,),
                zlib.compress(body),
                audio_description=True,
            )

    def versions(self, job_id: str, *, audio_description: bool = False) -> list[ElementListVersion]:
        """Return all versions of the transcript, or of the audio description; oldest first."""
        with self._database.read() as connection:
            return [
                ElementListVersion(iwp_name=Iwp(row.iwp_name), created=row.version)
                for row in connection.execute(
                    sa.select(element_lists.c.iwp_name, element_lists.c.version)
                    .where(
                        element_lists.c.job_id == job_id,
                        element_lists.c.audio_description.is_(audio_description),
                    )
                    .order_by(element_lists.c.version)
                )
            ]

    def choose(
        self,
        job: Job,
        *,
        iwp_name: Iwp | None = None,
        version: datetime | None = None,
        audio_description: bool = False,
    ) -> ElementListVersion:
        """Find the version that a caller means: the latest FINAL unless a name or a version is given.

        Raises ItemNotFound for an unknown version, where there is no audio description, and where retention
        has erased the results; InvalidQuery where nothing is finished yet.
        """
        job.check_results_kept()
        existing = self.versions(job.id, audio_description=audio_description)
        return choose_version(
            job, existing, iwp_name=iwp_name, version=version, audio_description=audio_description
        )

    def body(self, job_id: str, version: datetime) -> bytes:
        """Return a version as the API's JSON. Raises ItemNotFound."""
        return zlib.decompress(self.compressed(job_id, version))

    def compressed(self, job_id: str, version: datetime) -> bytes:
        """Return a version as it is stored: the API's JSON, zlib-compressed. Raises ItemNotFound."""
        with self._database.read() as connection:
            compressed = connection.execute(
                sa.select(element_lists.c.compressed).where(
                    element_lists.c.job_id == job_id, element_lists.c.version == version
                )
            ).scalar_one_or_none()
        if compressed is None:
            raise ItemNotFound(f"There is no ElementList with elementlist_version {format_time(version)}")
        return bytes(compressed)


def _note_version(connection: Connection, job_id: str, version: datetime) -> None:
    """Note that the words of the job are to be indexed for the search."""
    insert_once(connection, search_lists, job_id=job_id, wanted=version)
    connection.execute(search_lists.update().where(search_lists.c.job_id == job_id).values(wanted=version))


def choose_version(
    job: Job,
    existing: list[ElementListVersion],
    *,
    iwp_name: Iwp | None,
    version: datetime | None,
    audio_description: bool,
) -> ElementListVersion:
    """Return the one of the existing versions that a caller means, as `ElementLists.choose` does."""
    if audio_description and not existing:
        raise ItemNotFound("This job has no audio description; leave audio_description out")
    if version is not None:
        for candidate in existing:
            if candidate.created == version and iwp_name in (None, candidate.iwp_name):
                return candidate
        raise ItemNotFound(
            f"There is no ElementList with elementlist_version {format_time(version)}"
            f"{f' and iwp_name {iwp_name}' if iwp_name else ''}; {_listing(existing)}"
        )
    if iwp_name is None and not any(candidate.iwp_name is Iwp.FINAL for candidate in existing):
        raise InvalidQuery(
            f"The job is {job.status} and has no finished ElementList yet; {_listing(existing)}"
        )
    for candidate in reversed(existing):
        if iwp_name in (None, candidate.iwp_name):
            return candidate
    raise InvalidQuery(
        f"The job is {job.status} and has no ElementList with iwp_name {iwp_name}; {_listing(existing)}"
    )


def _listing(existing: list[ElementListVersion]) -> str:
    if not existing:
        return "none exist so far"
    return "these exist: " + ", ".join(f"{item.iwp_name} {format_time(item.created)}" for item in existing)
