"""Caption URLs (`build_url`): their bytes are stored, so they never change; they end with the results."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

import sqlalchemy as sa

from scribedock.db.engine import Database, insert_once, time_of
from scribedock.db.tables import accounts, caption_urls, jobs


@dataclass(frozen=True, kw_only=True)
class StoredCaptions:
    job_id: str
    account_id: str
    body: bytes
    media_type: str


class CaptionUrls:
    def __init__(self, database: Database) -> None:
        self._database = database

    def keep(self, job_id: str, digest: str, body: bytes, media_type: str) -> str:
        """Store the bytes, once for each job and `digest` (of version, format, options).

        Returns their unguessable id.
        """
        with self._database.write() as connection:
            insert_once(
                connection,
                caption_urls,
                id=secrets.token_urlsafe(24),
                job_id=job_id,
                digest=digest,
                media_type=media_type,
                body=body,
                created=time_of(connection),
            )
            return str(
                connection.execute(
                    sa.select(caption_urls.c.id).where(
                        caption_urls.c.job_id == job_id, caption_urls.c.digest == digest
                    )
                ).scalar_one()
            )

    def known(self, job_id: str, digest: str) -> str | None:
        """Return the id of bytes that are stored already."""
        with self._database.read() as connection:
            return connection.execute(
                sa.select(caption_urls.c.id).where(
                    caption_urls.c.job_id == job_id, caption_urls.c.digest == digest
                )
            ).scalar()

    def find_captions(self, url_id: str) -> StoredCaptions | None:
        """Find stored captions by their id; None also while the job's account is disabled."""
        with self._database.read() as connection:
            row = connection.execute(
                sa.select(
                    caption_urls.c.body, caption_urls.c.media_type, caption_urls.c.job_id, jobs.c.account_id
                )
                .join(jobs, jobs.c.id == caption_urls.c.job_id)
                .join(accounts, accounts.c.id == jobs.c.account_id)
                .where(caption_urls.c.id == url_id, jobs.c.deleted.is_(None), accounts.c.disabled.is_(None))
            ).first()
        return None if row is None else StoredCaptions(**row._mapping)
