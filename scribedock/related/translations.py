"""Which related jobs an order of translations creates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.engine import Connection

from scribedock.jobs.job import Fidelity, Job, Priority, TaskType
from scribedock.jobs.languages import iso_code
from scribedock.jobs.order_options import NO_OPTIONS, OrderOptions
from scribedock.orders.callback_url import names_job
from scribedock.related.related import JobRelations, NewRelated, language_of
from scribedock.translation.engine import PIVOT, route


@dataclass(frozen=True, kw_only=True)
class Child:
    """The translation job of one language, and whether it was created just now."""

    job: Job
    language: str
    created: bool


class Translations:
    def __init__(self, related: JobRelations) -> None:
        self._related = related

    def open_missing(
        self,
        connection: Connection,
        source: Job,
        languages: Sequence[str],
        *,
        fidelity: Fidelity,
        priority: Priority,
        callback_url: str | None = None,
        options: OrderOptions = NO_OPTIONS,
    ) -> list[Child]:
        """Create a job for each language, as the list spells it, that has none; not for the source's own.

        From a source that is not English, translation goes through an English job, created and kept too.
        """
        leading_id = source.leading_id or source.id
        living = {
            language_of(job): job
            for job in self._related.related_jobs(connection, leading_id)
            if job.target_language and job.order_task_id is not None
        }
        new: dict[str, Any] = {
            "task_type": TaskType.JOB_TRANSLATE,
            "fidelity": fidelity,
            "priority": priority,
            "callback_url": _for_related(callback_url),
            "options": options,
        }
        spoken = language_of(source)

        def opened(start: Job, language: str) -> Job:
            living[language] = self._related.open_related(
                connection, start, NewRelated(target_language=language, **new)
            )
            return living[language]

        found = []
        for language in languages:
            if language == spoken:
                continue
            known = living.get(language)
            if known is None:
                through_english = len(route(iso_code(spoken), iso_code(language))) > 1
                start = (living.get(PIVOT) or opened(source, PIVOT)) if through_english else source
                found.append(Child(job=opened(start, language), language=language, created=True))
            else:
                found.append(Child(job=known, language=language, created=False))
        return found


def _for_related(callback_url: str | None) -> str | None:
    """Return the callback URL for a related job: only one that names its job can serve several."""
    return callback_url if callback_url and names_job(callback_url) else None
