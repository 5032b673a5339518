"""The passes of review that wait for somebody, or that somebody has taken."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from scribedock.accounts.reviewers import ReviewScope
from scribedock.db.tables import accounts, jobs, passes, persons
from scribedock.orders.passes import PassKind, PassStatus
from scribedock.reviews.review_pass import Pass, actor_of


def queued_passes(scope: ReviewScope, account_id: str, *, of_others: bool) -> sa.Select[Any]:
    """Return the query for the passes that an account may take or has taken, the most urgent first.

    of_others: with those that others have taken.
    """
    holder = sa.func.coalesce(passes.c.person_id, passes.c.account_id)
    is_taken = passes.c.status == PassStatus.TAKEN.value
    return (
        sa.select(passes)
        .join(jobs, jobs.c.id == passes.c.job_id)
        .where(
            jobs.c.deleted.is_(None),
            jobs.c.account_id.in_(scope.account_ids),
            jobs.c.sandbox.is_(True) if scope.sandbox_only else sa.true(),
            passes.c.kind == PassKind.REVIEW.value,
            sa.or_(
                passes.c.status == PassStatus.OPEN.value,
                is_taken if of_others else sa.and_(is_taken, holder == actor_of(account_id)),
            ),
        )
        .order_by(jobs.c.due, passes.c.opened)
    )


def holder_names(connection: Connection, taken: Iterable[Pass]) -> Mapping[str, str]:
    """Return who has taken each pass, by the pass's id: the person's name, or that of the account."""
    ids = [each.id for each in taken if each.status is PassStatus.TAKEN]
    query = (
        sa.select(passes.c.id, accounts.c.username, persons.c.name)
        .join(accounts, accounts.c.id == passes.c.account_id)
        .outerjoin(persons, sa.and_(persons.c.id == passes.c.person_id, persons.c.id != persons.c.account_id))
        .where(passes.c.id.in_(ids))
    )
    return {row.id: row.name or row.username for row in connection.execute(query)}
