"""A stretch of a recording that is recognized once more, by the steps by which an order is.

decode → speech in the stretch → (language) → words → segments

The result is kept for whoever asked for it (see `reviews.span_recognitions`); the job and its list stay as
they are.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TypedDict

import structlog

from scribedock.errors import ItemNotFound
from scribedock.jobs.jobs import Jobs
from scribedock.jobs.languages import AUTO, iso_code
from scribedock.jobs.media import JobMedia
from scribedock.media.unusable import MediaUnusable
from scribedock.orders.guidelines import Guidelines
from scribedock.reviews.span_recognitions import (
    NOT_UNDERSTOOD,
    NOTHING_SAID,
    SpanRecognition,
    SpanRecognitions,
)
from scribedock.speech.assembly import assemble
from scribedock.speech.pool.pool import RecognizerPool
from scribedock.speech.sounds.detection import sound_candidates
from scribedock.speech.sounds.marking import with_sound_candidates
from scribedock.speech.span import Span
from scribedock.workflow.saved_steps import step
from scribedock.workflow.steps.attempts import with_retries
from scribedock.workflow.steps.decoded_audio import BYTES_PER_SECOND, DecodedAudioFiles
from scribedock.workflow.steps.job_language import identify_language
from scribedock.workflow.steps.recognition_step import Recognition, Words, recognize, recognize_wordless
from scribedock.workflow.steps.wanted import Abandoned, check_task_wanted
from scribedock.workflow.transcription.finishing import recognized_chunks
from scribedock_captions.elementlist.codec import to_json
from scribedock_captions.elementlist.excerpt import excerpt, has_words

log = structlog.get_logger("scribedock.worker")

BYTES_PER_MS = BYTES_PER_SECOND // 1000
MARGIN_MS = 2000
"""Listened to before and after a stretch for where somebody speaks, so that a voice activity detector judges
it as in the whole recording (see `vad.LEAD_IN_SAMPLES`)."""
MIN_CUT_MS = 150
"""Speech that the edge of a stretch leaves is the end of another word where it is shorter."""


class StartedSpan(TypedDict):
    job_id: str  # of the job whose recording it is: the leading one of related jobs
    start_ms: int
    end_ms: int
    language: str  # in the catalogue's spelling, or AUTO
    is_named: bool  # whether somebody has named the language of this very stretch
    has_script: bool  # whether the words are written as the language is: somebody has named it, or the job's
    terms: list[str]  # names that are likely to be said


class DecodedSpan(TypedDict):
    refused: str | None  # why the media cannot be used
    media_ms: int


class RecognizeSpanWorkflow:
    """Recognizes a stretch. `run` is what the engine calls."""

    def __init__(
        self,
        *,
        jobs: Jobs,
        media: JobMedia,
        guidelines: Guidelines,
        recognitions: SpanRecognitions,
        pool: RecognizerPool,
        audio: DecodedAudioFiles,
        refines: bool,
    ) -> None:
        """Set up the workflow.

        refines: whether times of words are found in the sound where the engine's are poor.
        """
        self._jobs = jobs
        self._media = media
        self._guidelines = guidelines
        self._recognitions = recognitions
        self._pool = pool
        self._audio = audio
        self._refines = refines

    def run(self, task_id: str) -> None:
        try:
            started = step("start", self._start, task_id)
            if started is not None:
                self._recognize(task_id, started)
        except Abandoned:
            log.info("stretch abandoned: nobody wants it any longer", task=task_id)
            step("abandon", self._recognitions.abandon, task_id)
        step("give back", self._audio.give_back, task_id)

    def on_failure(self, task_id: str) -> None:
        self._recognitions.fail(task_id, "The server failed over this stretch; try again")
        self._audio.give_back(task_id)

    def _start(self, task_id: str) -> StartedSpan | None:
        asked = self._recognitions.start(task_id)
        if asked is None:
            return None
        try:
            return self._started(asked)
        except ItemNotFound:
            raise Abandoned from None

    def _started(self, asked: SpanRecognition) -> StartedSpan:
        job = self._jobs.find_job(asked.job_id)
        is_named = asked.language not in ("", AUTO)
        return {
            "job_id": job.leading_id or job.id,
            "start_ms": asked.span.start_ms,
            "end_ms": asked.span.end_ms,
            "language": asked.language or job.language,
            "is_named": is_named,
            "has_script": is_named or (not asked.language and job.language_given),
            "terms": list(self._guidelines.vocabulary(job)),
        }

    def _recognize(self, task_id: str, started: StartedSpan) -> None:
        decoded = step("decode", self._decode, task_id, started)
        if decoded["refused"] is not None:
            step("fail", self._recognitions.fail, task_id, decoded["refused"])
            return
        heard = _spans(step("find speech", self._find_speech, task_id, started, decoded["media_ms"]))
        speech = speech_within(heard, _span_of(started))
        if not speech:
            step("fail", self._recognitions.fail, task_id, NOTHING_SAID)
            return
        chunks = self._pool.chunks(speech, decoded["media_ms"])
        language, notice = step("hear language", self._hear_language, task_id, started, chunks)
        wanted = Recognition(
            task_id=task_id,
            language=iso_code(language),
            terms=started["terms"],
            audio=lambda: self._path(task_id, started),
            check_wanted=lambda: self._check_wanted(task_id),
            stamp=lambda: None,
            refines=self._refines,
        )
        words = recognize(self._pool, wanted, self._pool.batches(chunks))
        words = recognize_wordless(self._pool, wanted, speech, chunks, words)
        step(
            "finish",
            self._finish,
            task_id,
            started,
            decoded["media_ms"],
            heard,
            chunks,
            words,
            language,
            notice,
        )

    def _path(self, task_id: str, started: StartedSpan) -> Path:
        return self._audio.borrow(task_id, started["job_id"], lambda: self._check_wanted(task_id))

    def _check_wanted(self, task_id: str) -> None:
        """Raise Abandoned where the job was deleted, the pass has ended, or the result was forgotten."""
        check_task_wanted(self._jobs, task_id)
        if not self._recognitions.is_wanted(task_id):
            raise Abandoned

    def _decode(self, task_id: str, started: StartedSpan) -> DecodedSpan:
        self._check_wanted(task_id)
        if self._media.media_of_job(started["job_id"]) is None:
            return {"refused": "The recording is not kept any longer", "media_ms": 0}
        try:
            path = self._path(task_id, started)
        except MediaUnusable as error:
            return {"refused": error.reason, "media_ms": 0}
        return {"refused": None, "media_ms": path.stat().st_size // BYTES_PER_MS}

    def _find_speech(self, task_id: str, started: StartedSpan, media_ms: int) -> list[tuple[int, int]]:
        """Return where somebody speaks in the stretch, and a little beside it."""
        span = _span_of(started)
        wide = Span(start_ms=max(0, span.start_ms - MARGIN_MS), end_ms=min(media_ms, span.end_ms + MARGIN_MS))
        audio = self._path(task_id, started)
        part = audio.with_name("part.pcm")
        with audio.open("rb") as whole:
            whole.seek(wide.start_ms * BYTES_PER_MS)
            part.write_bytes(whole.read((wide.end_ms - wide.start_ms) * BYTES_PER_MS))

        def check_wanted() -> None:
            self._check_wanted(task_id)

        def find() -> list[Span]:
            return self._pool.speech_spans(part, check_wanted=check_wanted)

        found = with_retries("finding speech", find, check_wanted)
        part.unlink()
        return [(wide.start_ms + span.start_ms, wide.start_ms + span.end_ms) for span in found]

    def _hear_language(self, task_id: str, started: StartedSpan, chunks: list[Span]) -> tuple[str, str]:
        """Return the language to recognize in, in the catalogue's spelling, and what is to be said of it."""
        if started["is_named"]:
            return started["language"], ""
        found = identify_language(
            self._pool,
            self._path(task_id, started),
            chunks,
            started["language"],
            check_wanted=lambda: self._check_wanted(task_id),
        )
        return found.language, found.notice or ""

    def _finish(
        self,
        task_id: str,
        started: StartedSpan,
        media_ms: int,
        speech: list[Span],
        chunks: list[Span],
        words: list[Words],
        language: str,
        notice: str,
    ) -> None:
        assembled = assemble(
            recognized_chunks(chunks, words, speech, script=language if started["has_script"] else ""),
            language=iso_code(language),
            media_ms=media_ms,
            punctuates=self._pool.punctuates,
        )
        sounds = speech_within(sound_candidates(self._path(task_id, started), speech), _span_of(started))
        marked = with_sound_candidates(assembled, sounds)
        found = excerpt(marked, started["start_ms"], started["end_ms"])
        if has_words(found):
            self._recognitions.finish(task_id, to_json(found), language=language, notice=notice)
        else:
            self._recognitions.fail(task_id, NOT_UNDERSTOOD)


def speech_within(speech: Sequence[Span], span: Span) -> list[Span]:
    """Return what of the spans of speech lies in the stretch."""
    found = []
    for each in speech:
        cut = Span(start_ms=max(each.start_ms, span.start_ms), end_ms=min(each.end_ms, span.end_ms))
        if cut == each or cut.end_ms - cut.start_ms >= MIN_CUT_MS:
            found.append(cut)
    return found


def _span_of(started: StartedSpan) -> Span:
    return Span(start_ms=started["start_ms"], end_ms=started["end_ms"])


def _spans(saved: list[tuple[int, int]]) -> list[Span]:
    return [Span(start_ms=start, end_ms=end) for start, end in saved]
