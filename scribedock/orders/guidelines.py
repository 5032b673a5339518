"""A customer's guidelines for a job: text for people, and terms for the recognizer."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime
from html import unescape

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from scribedock.db.engine import Database, time_of
from scribedock.db.tables import guidelines
from scribedock.errors import InvalidQuery
from scribedock.jobs.job import Job
from scribedock.jobs.jobs import Jobs
from scribedock.orders.terms import MAX_TERMS, terms_of
from scribedock_captions.errors import UnreadableFile
from scribedock_captions.readers.decoding import decoded

MAX_BYTES = 1024 * 1024
MAX_GUIDELINES = 20
MAX_VOCABULARY = 100  # terms
MAX_SPOKEN_CHARACTERS = 40  # characters of a term


@dataclass(frozen=True, kw_only=True)
class Guideline:
    id: str
    job_id: str
    username: str  # of the job's owner
    name: str  # of the file, or the URL
    is_html: bool  # it is a page
    body: bytes
    added: datetime


class Guidelines:
    def __init__(self, database: Database, jobs: Jobs) -> None:
        self._database = database
        self._jobs = jobs

    def add(
        self, job_id: str, visible_accounts: frozenset[str], *, name: str, body: bytes, is_html: bool
    ) -> Guideline:
        """Add a guideline to those of the job.

        Raises ItemNotFound, and InvalidQuery for one that is empty or too large, or too many.
        """
        if not body.strip():
            raise InvalidQuery("The guideline is empty")
        if len(body) > MAX_BYTES:
            raise InvalidQuery(f"The guideline is larger than the limit of {MAX_BYTES} bytes", status=413)
        with self._database.write() as connection:
            job = self._jobs.fetch_job(connection, job_id, visible_accounts)
            _check_number(connection, job_id)
            kept = Guideline(
                id=uuid.uuid4().hex,
                job_id=job_id,
                username=job.username,
                name=name,
                is_html=is_html,
                body=body,
                added=time_of(connection),
            )
            connection.execute(
                guidelines.insert().values(
                    id=kept.id,
                    job_id=kept.job_id,
                    name=kept.name,
                    is_html=kept.is_html,
                    body=kept.body,
                    added=kept.added,
                )
            )
        return kept

    def check_addable(self, job_id: str, visible_accounts: frozenset[str]) -> None:
        """Check that the job may have one more guideline. Raises ItemNotFound, InvalidQuery."""
        with self._database.read() as connection:
            self._jobs.fetch_job(connection, job_id, visible_accounts)
            _check_number(connection, job_id)

    def guidelines_of_job(self, job_id: str) -> list[Guideline]:
        """Return all guidelines of a job, oldest first."""
        username = self._jobs.find_job(job_id).username
        with self._database.read() as connection:
            rows = connection.execute(
                sa.select(guidelines)
                .where(guidelines.c.job_id == job_id)
                .order_by(guidelines.c.added, guidelines.c.id)
            )
            return [Guideline(username=username, **row) for row in rows.mappings()]

    def terms(self, job_id: str) -> tuple[str, ...]:
        """Return the terms of a job's guidelines as they are spelled there, each once; at most MAX_TERMS.

        A guideline that is not text (a PDF, an office document) is for people only and has none.
        """
        found: dict[str, str] = {}
        for guideline in self.guidelines_of_job(job_id):
            try:
                text = decoded(guideline.body)
            except UnreadableFile:
                continue
            for term in terms_of(text):
                found.setdefault(term.casefold(), term)
        return tuple(found.values())[:MAX_TERMS]

    def vocabulary(self, job: Job) -> tuple[str, ...]:
        """Return a job's vocabulary for a recognizer: the terms of its guidelines, then of its notes.

        At most MAX_VOCABULARY, the longest left out: a recognizer has little room for them.
        """
        terms = (*self.terms(job.id), *terms_of(unescape(job.options.notes or "")))
        found = {term.casefold(): term for term in terms if len(term) <= MAX_SPOKEN_CHARACTERS}
        return tuple(found.values())[:MAX_VOCABULARY]


def _check_number(connection: Connection, job_id: str) -> None:
    count = connection.execute(sa.select(sa.func.count()).where(guidelines.c.job_id == job_id)).scalar_one()
    if count >= MAX_GUIDELINES:
        raise InvalidQuery(f"The job has {count} guidelines already; more are not kept")
