"""Billable minutes, for every kind and fidelity of work.

Source: the API's `aggregate_statistics`: the total is the sum over the kinds of work, and the sum over the
fidelities. Each job counts its minutes rounded up, in the period of its ReturnDate.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa

from scribedock.db.engine import Database
from scribedock.db.tables import jobs
from scribedock.jobs.job import Fidelity
from scribedock.jobs.languages import iso_code
from scribedock.reports.periods import Period

MS_PER_MINUTE = 60_000
BATCH = 5000


class Metric(StrEnum):
    TOTAL = "billable_minutes_total"
    FOREIGN_TRANSCRIPTION = "billable_minutes_foreign_transcription"
    ENGLISH_TRANSCRIPTION = "billable_minutes_english_transcription"
    TRANSLATION = "billable_minutes_translation"
    PROFESSIONAL = "billable_minutes_professional"
    PREMIUM = "billable_minutes_premium"
    MECHANICAL = "billable_minutes_mechanical"


METRIC_BY_FIDELITY = {
    Fidelity.MECHANICAL: Metric.MECHANICAL,
    Fidelity.STANDARD: Metric.PREMIUM,
    Fidelity.HIGH: Metric.PROFESSIONAL,
}


@dataclass(frozen=True, kw_only=True)
class ReturnedJob:
    returned: datetime
    media_ms: int
    language: str  # of the source
    fidelity: Fidelity
    is_translation: bool = False

    @property
    def minutes(self) -> int:
        """Return the length in minutes, rounded up."""
        return -(-self.media_ms // MS_PER_MINUTE)

    @property
    def kind(self) -> Metric:
        if self.is_translation:
            return Metric.TRANSLATION
        english = iso_code(self.language) == "en"
        return Metric.ENGLISH_TRANSCRIPTION if english else Metric.FOREIGN_TRANSCRIPTION


def aggregated(returned: Iterable[ReturnedJob], segments: Sequence[Period]) -> list[Counter[Metric]]:
    """Return the minutes of each period by metric; the periods follow each other without a gap."""
    starts = [segment.start for segment in segments]
    totals: list[Counter[Metric]] = [Counter() for _ in segments]
    for job in returned:
        index = bisect_right(starts, job.returned) - 1
        if index < 0 or job.returned >= segments[-1].end:
            continue
        for metric in (Metric.TOTAL, job.kind, METRIC_BY_FIDELITY[job.fidelity]):
            totals[index][metric] += job.minutes
    return totals


class MinuteStatistics:
    """The minutes returned to accounts. Deleted jobs count, since the work was done."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def first_return(self, account_ids: frozenset[str]) -> datetime | None:
        """Return when the first job of these accounts was returned; None before that."""
        with self._database.read() as connection:
            return connection.execute(
                sa.select(sa.func.min(jobs.c.returned)).where(jobs.c.account_id.in_(account_ids))
            ).scalar()

    def minutes(self, account_ids: frozenset[str], segments: Sequence[Period]) -> list[Counter[Metric]]:
        """Return the minutes returned to these accounts in each period."""
        is_translation = sa.and_(jobs.c.leading_id.is_not(None), jobs.c.target_language != "")
        query = sa.select(
            jobs.c.returned,
            jobs.c.media_ms,
            jobs.c.language,
            jobs.c.fidelity,
            is_translation.label("is_translation"),
        ).where(
            jobs.c.account_id.in_(account_ids),
            jobs.c.returned >= segments[0].start,
            jobs.c.returned < segments[-1].end,
            jobs.c.fidelity.is_not(None),
        )
        with self._database.read() as connection:
            rows = connection.execute(query.execution_options(yield_per=BATCH))
            return aggregated(
                (
                    ReturnedJob(
                        returned=row.returned,
                        media_ms=row.media_ms or 0,
                        language=row.language,
                        fidelity=Fidelity(row.fidelity),
                        is_translation=bool(row.is_translation),
                    )
                    for row in rows
                ),
                segments,
            )
