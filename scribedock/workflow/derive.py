"""The ElementList of a job made from another job's: as it is, or translated.

Where no engine translates from the language of the transcript into English, the recognizer may: from the
recording.
"""

from __future__ import annotations

from typing import TypedDict

import structlog

from scribedock.errors import ItemNotFound
from scribedock.jobs.elementlists import ElementLists
from scribedock.jobs.iwp import Iwp
from scribedock.jobs.job import Job
from scribedock.jobs.jobs import Jobs
from scribedock.jobs.languages import iso_code
from scribedock.orders.orders import Orders
from scribedock.related.related import JobRelations, language_of
from scribedock.translation.engine import LanguagePair, TranslationFailed, Translators
from scribedock.workflow.saved_steps import step
from scribedock.workflow.steps import notices
from scribedock.workflow.steps.recognition_step import Words, restored_word
from scribedock.workflow.steps.translation_step import FoundSpeech, SpeechTranslation
from scribedock.workflow.steps.wanted import Abandoned, check_task_wanted
from scribedock_captions.elementlist.codec import parse, to_json
from scribedock_captions.elementlist.model import ElementList
from scribedock_captions.text.translation import sentences, translated

log = structlog.get_logger("scribedock.worker")

SOURCE_GONE_MESSAGE = "The job that this one is made from was deleted"
SECOND_PASS_ENGINE = "second pass"  # noqa: S105 - what `info` names as the engine


class FromRecording(TypedDict):
    """What is to be translated from the recording; what else a derivation ends with is why it failed."""

    job_id: str
    language: str  # that is spoken, ISO 639-1


class DeriveWorkflow:
    """Makes a job's ElementList from that of another job. `run` is what the engine calls."""

    def __init__(
        self,
        *,
        jobs: Jobs,
        related: JobRelations,
        elementlists: ElementLists,
        orders: Orders,
        translators: Translators,
        speech: SpeechTranslation,
    ) -> None:
        self._jobs = jobs
        self._related = related
        self._elementlists = elementlists
        self._orders = orders
        self._translators = translators
        self._speech = speech

    def run(self, task_id: str) -> None:
        outcome = step("derive", self._derive, task_id)
        problem = self._from_recording(task_id, outcome) if isinstance(outcome, dict) else outcome
        if problem is not None:
            step("fail", self._fail, task_id, problem)

    def on_failure(self, task_id: str) -> None:
        self._fail(task_id, "The server failed over this job; order it again")
        self._speech.clean_up(task_id)

    def _derive(self, task_id: str) -> str | FromRecording | None:
        """Make and store the list; return why that failed, or what the recording is needed for."""
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
        spoken = engine is None and self._speech.translates(pair)
        if self._orders.start(task_id, self._speech.pool.title if spoken else engine or "") is None:
            return None
        if spoken:
            return {"job_id": wanted.id, "language": pair.source}
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

    def _from_recording(self, task_id: str, asked: FromRecording) -> str | None:
        """Make and store the list in further steps; return why that failed."""
        try:
            speech = step("find speech", self._find_speech, task_id, asked)
            if speech["refused"] is not None:
                return f"The translation failed: {speech['refused']}"
            chunks = self._speech.chunks(speech)
            job = self._wanted_job(task_id, asked)
            words = self._speech.translate(
                task_id, job, asked["language"], chunks, lambda: check_task_wanted(self._jobs, task_id)
            )
            return step("finish", self._finish, task_id, asked, speech, words)
        except Abandoned:
            log.info("translation abandoned: the job was deleted", task=task_id)
            return None
        finally:
            self._speech.clean_up(task_id)

    def _find_speech(self, task_id: str, asked: FromRecording) -> FoundSpeech:
        job = self._wanted_job(task_id, asked)
        return self._speech.find_speech(task_id, job, lambda: check_task_wanted(self._jobs, task_id))

    def _finish(
        self, task_id: str, asked: FromRecording, speech: FoundSpeech, words: list[Words]
    ) -> str | None:
        check_task_wanted(self._jobs, task_id)
        transcript = self._transcript(task_id)
        if transcript is None:
            return SOURCE_GONE_MESSAGE
        source, elementlist = transcript
        made = self._speech.assembled(self._speech.chunks(speech), words, speech["media_ms"], elementlist)
        timed = (restored_word(word) for found in words for word in found or ())
        notice = notices.speech_translation_notice(self._speech.pool.title)
        self._orders.finish(
            task_id,
            to_json(made),
            passes=(Iwp.MECHANICAL, Iwp.FINAL),
            media_ms=source.media_ms or speech["media_ms"],
            noted=notices.inherited(source) | notices.word_time_columns(timed) | {"notice": notice},
        )
        return None

    def _transcript(self, task_id: str) -> tuple[Job, ElementList] | None:
        """Return the job that this one is made from, and its list; None where it was deleted."""
        derivation = self._related.derivation(task_id)
        source = None if derivation is None else self._related.source_of(derivation)
        if source is None:
            return None
        version = self._elementlists.choose(source)
        return source, parse(self._elementlists.body(source.id, version.created))

    def _wanted_job(self, task_id: str, asked: FromRecording) -> Job:
        check_task_wanted(self._jobs, task_id)
        try:
            return self._jobs.find_job(asked["job_id"])
        except ItemNotFound:
            raise Abandoned from None

    def _fail(self, task_id: str, problem: str) -> None:
        self._orders.fail(task_id, problem, refused=False)
