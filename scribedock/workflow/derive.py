"""The ElementList of a job made from another job's: as it is, or translated."""

from __future__ import annotations

import structlog

from scribedock.jobs.elementlists import ElementLists
from scribedock.jobs.job import Iwp
from scribedock.jobs.languages import iso_code
from scribedock.orders.orders import Orders
from scribedock.related.related import JobRelations, language_of
from scribedock.translation.engine import LanguagePair, TranslationFailed, Translators
from scribedock.workflow.saved_steps import step
from scribedock.workflow.steps import notices
from scribedock_captions.elementlist.codec import parse, to_json
from scribedock_captions.text.translation import sentences, translated

log = structlog.get_logger("scribedock.worker")

SOURCE_GONE_MESSAGE = "The job that this one is made from was deleted"
SECOND_PASS_ENGINE = "second pass"  # noqa: S105 - what `info` names as the engine


class DeriveWorkflow:
    """Makes a job's ElementList from that of another job. `run` is what the engine calls."""

    def __init__(
        self,
        *,
        related: JobRelations,
        elementlists: ElementLists,
        orders: Orders,
        translators: Translators,
    ) -> None:
        self._related = related
        self._elementlists = elementlists
        self._orders = orders
        self._translators = translators

    def run(self, task_id: str) -> None:
        problem = step("derive", self._derive, task_id)
        if problem is not None:
            step("fail", self._fail, task_id, problem)

    def on_failure(self, task_id: str) -> None:
        self._fail(task_id, "The server failed over this job; order it again")

    def _derive(self, task_id: str) -> str | None:
        """Make and store the list; return why that failed."""
        derivation = self._related.derivation(task_id)
        if derivation is None:
            return None
        source = self._related.source_of(derivation)
        if source is None:
            return SOURCE_GONE_MESSAGE
        wanted = self._related.job_of(derivation)
        if wanted is None:
            return None
        pair = LanguagePair(source=iso_code(language_of(source)), target=iso_code(language_of(wanted)))
        translates = pair.source != pair.target
        engine = self._translators.engine_of(pair) if translates else SECOND_PASS_ENGINE
        if self._orders.start(task_id, engine or "") is None:
            return None
        version = self._elementlists.choose(source)
        elementlist = parse(self._elementlists.body(source.id, version.created))
        if translates:
            try:
                texts = self._translators.translate(pair, sentences(elementlist))
            except TranslationFailed as error:
                log.warning("translation failed", task=task_id, reason=str(error))
                return f"The translation into {language_of(wanted)} failed: {error}"
            elementlist = translated(elementlist, texts, pair.target)
        self._orders.finish(
            task_id,
            to_json(elementlist),
            passes=(Iwp.MECHANICAL, Iwp.FINAL),
            media_ms=source.media_ms or elementlist.end_time,
            noted=notices.inherited(source),
        )
        return None

    def _fail(self, task_id: str, problem: str) -> None:
        self._orders.fail(task_id, problem, refused=False)
