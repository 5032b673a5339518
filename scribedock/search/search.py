"""Searching the words of jobs: the newest job's passages first, in pages."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from scribedock.db.engine import Database
from scribedock.db.tables import accounts, jobs, passages, search_lists
from scribedock.db.time_limit import TookTooLong, limited
from scribedock.errors import InvalidQuery
from scribedock.jobs.iwp import Iwp
from scribedock.search.query import SearchTerm, fts5_expression, matches, read_query, tsquery_expression
from scribedock.search.tokens import tokens_of

MAX_NAMED_ACCOUNTS = 100  # in an expression of FTS5; more are compared one by one


@dataclass(frozen=True, kw_only=True)
class SnippetPart:
    text: str
    is_match: bool


@dataclass(frozen=True, kw_only=True)
class Hit:
    """A passage that has all terms."""

    id: int
    job_id: str
    job_name: str
    external_id: str
    language: str
    iwp_name: Iwp
    version: datetime
    start_ms: int
    end_ms: int
    speaker: str
    snippet: tuple[SnippetPart, ...]


@dataclass(frozen=True, kw_only=True)
class SearchPage:
    hits: list[Hit]
    next_before: int | None  # where the next page begins; None: there is none
    pending: int  # jobs whose newest list is not searched yet


class Search:
    def __init__(self, database: Database) -> None:
        self._database = database

    def find_passages(
        self,
        query: str,
        visible_accounts: frozenset[str],
        *,
        job_id: str | None = None,
        before: int | None = None,
        limit: int,
    ) -> SearchPage:
        """Find passages with all words and phrases of the query, in jobs of these accounts, or in one job.

        before: the `next_before` of the page before. Raises InvalidQuery for a query that cannot be used,
        and for one that takes too long.
        """
        terms = read_query(query)
        statement = (
            sa.select(
                passages,
                jobs.c.name,
                jobs.c.external_id,
                jobs.c.language,
                jobs.c.target_language,
                jobs.c.leading_id,
                search_lists.c.version,
                search_lists.c.iwp_name,
            )
            .join(jobs, jobs.c.id == passages.c.job_id)
            .join(search_lists, search_lists.c.job_id == passages.c.job_id)
            .where(jobs.c.deleted.is_(None), search_lists.c.version.is_not(None))
            .order_by(passages.c.id.desc())
            .limit(limit + 1)
        )
        with self._database.read() as connection:
            named = len(visible_accounts) <= MAX_NAMED_ACCOUNTS and not _is_all(connection, visible_accounts)
            statement = self._matching(statement, terms, visible_accounts, job_id, before, named=named)
            try:
                with limited(connection):
                    rows = connection.execute(statement).all()
            except TookTooLong:
                raise InvalidQuery(
                    "query: too many passages have these words; add one that is rarer, or search in one job"
                ) from None
            pending = _pending(connection, visible_accounts, job_id)
        return SearchPage(
            hits=[_hit(row, terms) for row in rows[:limit]],
            next_before=rows[limit - 1].id if len(rows) > limit else None,
            pending=pending,
        )

    def _matching(
        self,
        statement: sa.Select[Any],
        terms: tuple[SearchTerm, ...],
        visible_accounts: frozenset[str],
        job_id: str | None,
        before: int | None,
        *,
        named: bool,
    ) -> sa.Select[Any]:
        """Add what passages must have. named: whether FTS5 is to look for the accounts too.

        That is faster for a part of all accounts, and ten times slower for all of them, in which the first
        passages that have the words are enough: 250 ms of a million passages.
        """
        if not self._database.is_sqlite:
            vector = sa.func.to_tsvector(sa.literal_column("'simple'"), passages.c.tokens)
            wanted = sa.func.to_tsquery(sa.literal_column("'simple'"), tsquery_expression(terms))
            statement = statement.where(vector.bool_op("@@")(wanted))
            if job_id is not None:
                statement = statement.where(passages.c.job_id == job_id)
            if before is not None:
                statement = statement.where(passages.c.id < before)
            return statement.where(passages.c.account_id.in_(visible_accounts))
        parts = [f"{{tokens}} : ({fts5_expression(terms)})"]
        if job_id is not None:
            parts.append(f'{{job_id}} : "{job_id}"')
        elif named:
            parts.append(f"{{account_id}} : ({' OR '.join(sorted(visible_accounts))})")
        fts = sa.table("passages_fts", sa.column("rowid"), sa.column("passages_fts"))
        statement = (
            statement.select_from(fts)
            .where(
                fts.c.rowid == passages.c.id,
                fts.c.passages_fts.op("MATCH")(" AND ".join(parts)),
                passages.c.account_id.in_(visible_accounts),
            )
            .order_by(None)
            .order_by(fts.c.rowid.desc())
        )
        return statement if before is None else statement.where(fts.c.rowid < before)


def _is_all(connection: Connection, visible_accounts: frozenset[str]) -> bool:
    living = sa.select(sa.func.count()).select_from(accounts).where(accounts.c.deleted.is_(None))
    return len(visible_accounts) >= int(connection.execute(living).scalar_one())


def _pending(connection: Connection, visible_accounts: frozenset[str], job_id: str | None) -> int:
    query = (
        sa.select(sa.func.count())
        .select_from(search_lists)
        .join(jobs, jobs.c.id == search_lists.c.job_id)
        .where(
            search_lists.c.wanted.is_not(None),
            jobs.c.deleted.is_(None),
            jobs.c.account_id.in_(visible_accounts),
        )
    )
    if job_id is not None:
        query = query.where(search_lists.c.job_id == job_id)
    return int(connection.execute(query).scalar_one())


def _hit(row: Any, terms: tuple[SearchTerm, ...]) -> Hit:
    derived = row.leading_id is not None and row.target_language
    return Hit(
        id=row.id,
        job_id=row.job_id,
        job_name=row.name,
        external_id=row.external_id,
        language=row.target_language if derived else row.language,
        iwp_name=Iwp(row.iwp_name),
        version=row.version,
        start_ms=row.start_ms,
        end_ms=row.end_ms,
        speaker=row.speaker,
        snippet=tuple(_snippet(row.text, terms)),
    )


def _snippet(text: str, terms: tuple[SearchTerm, ...]) -> Iterator[SnippetPart]:
    """Yield the text in parts, so that who shows it need not look for the words again."""
    place = 0
    for begin, end in matches(tokens_of(text), terms):
        if begin > place:
            yield SnippetPart(text=text[place:begin], is_match=False)
        yield SnippetPart(text=text[begin:end], is_match=True)
        place = end
    if place < len(text):
        yield SnippetPart(text=text[place:], is_match=False)
