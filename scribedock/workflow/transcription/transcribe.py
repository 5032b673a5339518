"""An ordered transcription, as a durable workflow: from the recording to its ElementList.

probe and decode → spans of speech → language → words of each span, and (speakers) → ElementList

Where the job was given a transcript, this is synchronized instead (see `synchronize`). In a long recording,
speakers are told apart while other workers, or other processes of this one, recognize the first parts.

Every step can be repeated without harm: its results replace those of the last run as a whole, and the job
moves on only once.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TypedDict

import structlog

from scribedock.jobs.job import JobColumns
from scribedock.jobs.jobs import Jobs
from scribedock.jobs.languages import iso_code
from scribedock.jobs.transcripts import Transcripts
from scribedock.media.unusable import MediaUnusable
from scribedock.orders.guidelines import Guidelines
from scribedock.orders.orders import Orders
from scribedock.orders.recognition_parts import RecognitionParts
from scribedock.speech.pool.pool import RecognizerPool
from scribedock.speech.span import Span
from scribedock.workflow.saved_steps import step
from scribedock.workflow.steps.attempts import with_retries
from scribedock.workflow.steps.counter import Counter
from scribedock.workflow.steps.decoded_audio import DecodedAudioFiles
from scribedock.workflow.steps.diarization_step import Diarization, diarize
from scribedock.workflow.steps.job_language import identify_language
from scribedock.workflow.steps.recognition_step import (
    Recognition,
    Words,
    recognize,
    recognize_wordless,
)
from scribedock.workflow.steps.synchronize import Synchronization, SynchronizationInput
from scribedock.workflow.steps.wanted import Abandoned, check_task_wanted
from scribedock.workflow.transcription.finishing import Finishing, Recognized
from scribedock.workflow.transcription.shared_recognition import plan_parts, share_parts, shared_words

log = structlog.get_logger("scribedock.worker")

# Shares of the progress bar: finding speech, recognizing.
SEGMENTED, RECOGNIZED = 0.08, 0.99
"""Progress is a share of the work, estimated; 1 when the job is Complete."""


def recognition_progress(share: float) -> float:
    """Return the progress of a job of whose speech this share is recognized."""
    return SEGMENTED + (RECOGNIZED - SEGMENTED) * share


class Started(TypedDict):
    job_id: str
    language: str
    language_given: bool  # otherwise the language that is heard replaces it
    has_transcript: bool  # whether the job was given one
    terms: list[str]  # names that are likely to be said
    speaker_id: bool  # whether diarization was asked for
    people: int | None  # how many they are, where that is known


class Outcome(TypedDict):
    refused: str | None  # why the media cannot be used
    media_ms: int
    notice: str  # the notice about how it was read


class TranscribeWorkflow:
    """Transcribes a recording. `run` is what the engine calls."""

    def __init__(
        self,
        *,
        jobs: Jobs,
        transcripts: Transcripts,
        orders: Orders,
        guidelines: Guidelines,
        pool: RecognizerPool,
        audio: DecodedAudioFiles,
        folder: Path,
        refines: bool,
        parts: RecognitionParts | None = None,
    ) -> None:
        """Set up the workflow.

        refines: whether times of words are found in the sound where the engine's are poor. parts: where long
        recordings are shared with other workers; None: there are none.
        """
        self._jobs = jobs
        self._refines = refines
        self._transcripts = transcripts
        self._orders = orders
        self._guidelines = guidelines
        self._pool = pool
        self._audio = audio
        self._parts = parts
        self._finishing = Finishing(orders=orders, pool=pool, audio=audio)
        self._synchronization = Synchronization(
            transcripts=transcripts,
            orders=orders,
            pool=pool,
            folder=folder,
            refines=refines,
        )

    def run(self, task_id: str) -> None:
        try:
            started = step("start", self._start, task_id)
            if started is not None:
                self._transcribe(task_id, started)
        except Abandoned:
            log.info("transcription abandoned: its job was deleted, or its order cancelled", task=task_id)
        step("clean up", self._clean_up, task_id)

    def _transcribe(self, task_id: str, started: Started) -> None:
        outcome = step("decode", self._decode, task_id, started["job_id"])
        if outcome["refused"] is not None:
            step("fail", self._orders.fail, task_id, outcome["refused"])
            return
        spans = step("find speech", self._find_speech, task_id, started["job_id"])
        chunks = self._pool.chunks(_spans(spans), outcome["media_ms"])
        language, notice = step("hear language", self._hear_language, task_id, started, chunks)
        started = {**started, "language": language}

        def diarization() -> Diarization | None:
            if not started["speaker_id"]:
                return None
            return step("tell speakers apart", self._diarize, task_id, started, spans)

        if started["has_transcript"]:
            given = self._given(task_id, started, outcome["media_ms"], spans, diarization())
            parts = (outcome["notice"], notice)
            self._synchronization.run(replace(given, notice=" ".join(filter(None, parts))))
            return
        count = len(chunks)
        done = Counter()

        check_wanted = partial(check_task_wanted, self._jobs, task_id)

        def stamp() -> None:
            share = done.increment() / count
            self._jobs.stamp_progress(started["job_id"], recognition_progress(share))

        wanted = Recognition(
            task_id=task_id,
            language=iso_code(started["language"]),
            terms=started["terms"],
            audio=lambda: self._audio.audio_of(task_id, started["job_id"])[0],
            check_wanted=check_wanted,
            stamp=stamp,
            refines=self._refines,
        )
        words, speakers = self._recognize(wanted, started["job_id"], chunks, diarization)
        words = recognize_wordless(self._pool, wanted, _spans(spans), chunks, words)
        heard = Recognized(
            task_id=task_id,
            job_id=started["job_id"],
            language=started["language"],
            script=started["language"] if started["language_given"] else "",
            media_ms=outcome["media_ms"],
            speech=_spans(spans),
            chunks=chunks,
            words=words,
            diarization=speakers,
            read_notice=outcome["notice"],
            language_notice=notice,
        )
        step("finish", self._finishing.run, heard)

    def _recognize(
        self,
        wanted: Recognition,
        job_id: str,
        chunks: list[Span],
        diarization: Callable[[], Diarization | None],
    ) -> tuple[list[Words], Diarization | None]:
        """Return the words of each chunk, and the speakers."""
        batches = self._pool.batches(chunks)
        parts = plan_parts(batches)
        if self._parts is None or len(parts) == 1:
            speakers = diarization()
            return recognize(self._pool, wanted, batches), speakers
        part_ids = share_parts(self._parts, wanted, job_id, parts)
        speakers = diarization()
        return shared_words(self._pool, self._parts, wanted, parts, part_ids), speakers

    def _given(
        self,
        task_id: str,
        started: Started,
        media_ms: int,
        spans: list[tuple[int, int]],
        diarization: Diarization | None,
    ) -> SynchronizationInput:
        job_id = started["job_id"]
        return SynchronizationInput(
            task_id=task_id,
            job_id=job_id,
            language=iso_code(started["language"]),
            media_ms=media_ms,
            speech=_spans(spans),
            diarization=diarization,
            audio=lambda: self._audio.audio_of(task_id, job_id)[0],
            check_wanted=partial(check_task_wanted, self._jobs, task_id),
            stamp=lambda share: self._jobs.stamp_progress(job_id, recognition_progress(share)),
        )

    def _start(self, task_id: str) -> Started | None:
        job = self._orders.start(task_id, self._pool.title)
        if job is None:
            return None
        return {
            "job_id": job.id,
            "language": job.language,
            # What it is translated from was fixed with the order.
            "language_given": job.language_given or bool(job.target_language),
            "has_transcript": self._transcripts.transcript_of_job(job.id) is not None,
            "terms": list(self._guidelines.vocabulary(job)),
            "speaker_id": bool(job.options.speaker_id),
            "people": job.expected_speakers,
        }

    def _decode(self, task_id: str, job_id: str) -> Outcome:
        try:
            media_ms = self._audio.audio_of(task_id, job_id, partial(check_task_wanted, self._jobs, task_id))[
                1
            ]
        except MediaUnusable as error:
            return {"refused": error.reason, "media_ms": 0, "notice": ""}
        return {"refused": None, "media_ms": media_ms, "notice": self._audio.notice(task_id)}

    def _find_speech(self, task_id: str, job_id: str) -> list[tuple[int, int]]:
        path, _ = self._audio.audio_of(task_id, job_id)
        check_wanted = partial(check_task_wanted, self._jobs, task_id)

        def find() -> list[Span]:
            return self._pool.speech_spans(path, check_wanted=check_wanted)

        spans = with_retries("finding speech", find, check_wanted)
        self._jobs.stamp_progress(job_id, SEGMENTED)
        return [(span.start_ms, span.end_ms) for span in spans]

    def _diarize(self, task_id: str, started: Started, spans: list[tuple[int, int]]) -> Diarization:
        check_task_wanted(self._jobs, task_id)
        path, _ = self._audio.audio_of(task_id, started["job_id"])
        return diarize(
            self._pool,
            path,
            _spans(spans),
            started["people"],
            partial(check_task_wanted, self._jobs, task_id),
        )

    def _hear_language(self, task_id: str, started: Started, chunks: list[Span]) -> tuple[str, str | None]:
        """Return the language that is spoken, in the catalogue's spelling, and the notice for `info`.

        The job takes the language on where the client gave none.
        """
        check_task_wanted(self._jobs, task_id)
        audio, _ = self._audio.audio_of(task_id, started["job_id"])
        heard = identify_language(
            self._pool,
            audio,
            chunks,
            started["language"],
            given=started["language_given"],
            check_wanted=partial(check_task_wanted, self._jobs, task_id),
        )
        if heard.notice is not None:
            self._orders.note(task_id, JobColumns(language=heard.language, notice=heard.notice))
        return heard.language, heard.notice

    def _clean_up(self, task_id: str) -> None:
        self._audio.remove(task_id)
        if self._parts is not None:
            self._parts.clear(task_id)

    def on_failure(self, task_id: str) -> None:
        """Fail the order, whose media may be ordered again: the server is at fault."""
        self._orders.fail(task_id, "The server failed over this recording; order it again", refused=False)
        self._clean_up(task_id)


def _spans(saved: list[tuple[int, int]]) -> list[Span]:
    return [Span(start_ms=start, end_ms=end) for start, end in saved]
