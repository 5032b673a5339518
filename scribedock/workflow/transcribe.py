"""An ordered transcription, as a durable workflow: from the recording to its ElementList.

probe and decode → spans of speech → (speakers) → words of each span → ElementList

Where the job was given a transcript, this is synchronized instead (see `synchronize`).

Every step can be repeated without harm: its results replace those of the last run as a whole, and the job
moves on only once.
"""

from __future__ import annotations

import collections
from dataclasses import asdict, replace
from pathlib import Path
from typing import TypedDict

import structlog

from scribedock.errors import ItemNotFound
from scribedock.jobs.job import Iwp, JobColumns, TaskStatus
from scribedock.jobs.jobs import Jobs
from scribedock.jobs.languages import iso_code
from scribedock.jobs.media import JobMedia
from scribedock.jobs.transcripts import Transcripts
from scribedock.media.limits import Limits
from scribedock.media.unusable import MediaUnusable
from scribedock.orders.guidelines import Guidelines
from scribedock.orders.orders import Orders
from scribedock.speech.assembly import assemble
from scribedock.speech.chinese import in_script_of
from scribedock.speech.coverage import measure_coverage
from scribedock.speech.doubt import Chunk, without_unrecognized
from scribedock.speech.noise import signal_to_noise_db
from scribedock.speech.pool.pool import RecognizerPool
from scribedock.speech.recognizer import TimedWord
from scribedock.speech.sounds.detection import sound_candidates
from scribedock.speech.sounds.marking import with_sound_candidates
from scribedock.speech.span import Span
from scribedock.speech.timing import trim_to_speech
from scribedock.storage.store import LocalFiles
from scribedock.workflow.saved_steps import step
from scribedock.workflow.steps import notices
from scribedock.workflow.steps.attempts import with_retries
from scribedock.workflow.steps.counter import Counter
from scribedock.workflow.steps.decoded_audio import Abandoned, DecodedAudioFiles
from scribedock.workflow.steps.diarization_step import Diarization, diarize, turns_of, with_diarization
from scribedock.workflow.steps.difficulty import gather_evidence, judge_difficulty
from scribedock.workflow.steps.job_language import identify_language
from scribedock.workflow.steps.recognition_step import (
    Recognition,
    Words,
    recognize,
    recognize_wordless,
    restored_word,
)
from scribedock.workflow.steps.synchronize import Synchronization, SynchronizationInput
from scribedock_captions.elementlist.codec import to_json

log = structlog.get_logger("scribedock.worker")

# Shares of the progress bar: finding speech, recognizing.
SEGMENTED, RECOGNIZED = 0.08, 0.99
"""Progress is a share of the work, estimated; 1 when the job is Complete."""


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
        media: JobMedia,
        transcripts: Transcripts,
        orders: Orders,
        guidelines: Guidelines,
        store: LocalFiles,
        pool: RecognizerPool,
        limits: Limits,
        folder: Path,
        refines: bool,
    ) -> None:
        """refines: whether times of words are found in the sound where the engine's are poor."""
        self._jobs = jobs
        self._refines = refines
        self._transcripts = transcripts
        self._orders = orders
        self._guidelines = guidelines
        self._pool = pool
        self._audio = DecodedAudioFiles(
            jobs=jobs, media=media, store=store, pool=pool, limits=limits, folder=folder
        )
        self._synchronization = Synchronization(
            jobs=jobs,
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
            log.info("transcription abandoned: the job was deleted", task=task_id)
        step("clean up", self._clean_up, task_id)

    def _transcribe(self, task_id: str, started: Started) -> None:
        outcome = step("decode", self._decode, task_id, started["job_id"])
        if outcome["refused"] is not None:
            step("fail", self._orders.fail, task_id, outcome["refused"])
            return
        spans = step("find speech", self._find_speech, task_id, started["job_id"])
        diarization: Diarization | None = None
        if started["speaker_id"]:
            diarization = step("tell speakers apart", self._diarize, task_id, started, spans)
        chunks = self._pool.chunks(_spans(spans), outcome["media_ms"])
        language, notice = step("hear language", self._hear_language, task_id, started, chunks)
        started = {**started, "language": language}
        if started["has_transcript"]:
            given = self._given(task_id, started, outcome["media_ms"], spans, diarization)
            parts = (outcome["notice"], notice)
            self._synchronization.run(replace(given, notice=" ".join(filter(None, parts))))
            return
        count = len(chunks)
        done = Counter()

        def stamp() -> None:
            share = done.increment() / count
            self._jobs.stamp_progress(started["job_id"], SEGMENTED + (RECOGNIZED - SEGMENTED) * share)

        wanted = Recognition(
            task_id=task_id,
            language=iso_code(started["language"]),
            terms=started["terms"],
            audio=lambda: self._audio.audio_of(task_id, started["job_id"])[0],
            check_wanted=lambda: self._check_wanted(task_id),
            stamp=stamp,
            refines=self._refines,
        )
        words = recognize(self._pool, wanted, self._pool.batches(chunks))
        words = recognize_wordless(self._pool, wanted, _spans(spans), chunks, words)
        heard = [(span.start_ms, span.end_ms) for span in chunks]
        step("finish", self._finish, task_id, started, outcome, spans, heard, words, diarization, notice)

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
            check_wanted=lambda: self._check_wanted(task_id),
            stamp=lambda share: self._jobs.stamp_progress(
                job_id, SEGMENTED + (RECOGNIZED - SEGMENTED) * share
            ),
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
            media_ms = self._audio.audio_of(task_id, job_id, lambda: self._check_wanted(task_id))[1]
        except MediaUnusable as error:
            return {"refused": error.reason, "media_ms": 0, "notice": ""}
        return {"refused": None, "media_ms": media_ms, "notice": self._audio.notice(task_id)}

    def _find_speech(self, task_id: str, job_id: str) -> list[tuple[int, int]]:
        path, _ = self._audio.audio_of(task_id, job_id)

        def check_wanted() -> None:
            self._check_wanted(task_id)

        def find() -> list[Span]:
            return self._pool.speech_spans(path, check_wanted=check_wanted)

        spans = with_retries("finding speech", find, check_wanted)
        self._jobs.stamp_progress(job_id, SEGMENTED)
        return [(span.start_ms, span.end_ms) for span in spans]

    def _diarize(self, task_id: str, started: Started, spans: list[tuple[int, int]]) -> Diarization:
        self._check_wanted(task_id)
        path, _ = self._audio.audio_of(task_id, started["job_id"])
        return diarize(
            self._pool, path, _spans(spans), started["people"], lambda: self._check_wanted(task_id)
        )

    def _hear_language(self, task_id: str, started: Started, chunks: list[Span]) -> tuple[str, str | None]:
        """Return the language that is spoken, in the catalogue's spelling, and the notice for `info`.

        The job takes the language on where the client gave none.
        """
        self._check_wanted(task_id)
        audio, _ = self._audio.audio_of(task_id, started["job_id"])
        heard = identify_language(
            self._pool,
            audio,
            chunks,
            started["language"],
            given=started["language_given"],
            check_wanted=lambda: self._check_wanted(task_id),
        )
        if heard.notice is not None:
            self._jobs.update(started["job_id"], language=heard.language, notice=heard.notice)
        return heard.language, heard.notice

    def _finish(
        self,
        task_id: str,
        started: Started,
        outcome: Outcome,
        speech: list[tuple[int, int]],
        spans: list[tuple[int, int]],
        words: list[Words],
        diarization: Diarization | None,
        language_notice: str | None,
    ) -> None:
        spoken = _spans(speech)
        script = started["language"] if started["language_given"] else ""

        def restored(saved: Words) -> list[TimedWord] | None:
            if saved is None:
                return None
            found = [restored_word(word) for word in saved]
            return in_script_of(script, trim_to_speech(found, spoken))

        chunks = without_unrecognized(
            (span, restored(found)) for span, found in zip(_spans(spans), words, strict=True)
        )
        assembled = assemble(
            chunks,
            language=iso_code(started["language"]),
            media_ms=outcome["media_ms"],
            punctuates=self._pool.punctuates,
            turns=turns_of(diarization),
        )
        audio, _ = self._audio.audio_of(task_id, started["job_id"])
        marked = with_sound_candidates(assembled, sound_candidates(audio, spoken))
        elementlist, diarization_notice = with_diarization(marked, diarization)
        self._judge(task_id, started["job_id"], chunks, spoken)
        origins = collections.Counter(word.origin.value for _, found in chunks for word in found or ())
        log.info("word times", job=started["job_id"], **origins)
        covered = measure_coverage(spoken, chunks)
        log.info("coverage", job=started["job_id"], **asdict(covered), wordless_ms=covered.wordless_ms)
        parts = (outcome["notice"], notices.coverage_notice(covered), language_notice, diarization_notice)
        said = JobColumns(notice=" ".join(filter(None, parts)) or None)
        counted = notices.doubt_columns(chunks, self._pool.doubt_below)
        self._jobs.update(started["job_id"], **(said | notices.coverage_columns(covered) | counted))
        self._orders.finish(
            task_id, to_json(elementlist), passes=(Iwp.MECHANICAL, Iwp.FINAL), media_ms=outcome["media_ms"]
        )

    def _judge(self, task_id: str, job_id: str, chunks: list[Chunk], speech: list[Span]) -> None:
        """Record how difficult the job was."""
        audio, _ = self._audio.audio_of(task_id, job_id)
        evidence = gather_evidence(chunks, speech, signal_to_noise_db(audio, speech))
        difficulty = judge_difficulty(evidence)
        log.info("difficulty", job=job_id, difficulty=difficulty, **asdict(evidence))
        self._jobs.update(job_id, difficulty=difficulty.value)

    def _check_wanted(self, task_id: str) -> None:
        try:
            task = self._jobs.task(task_id)
        except ItemNotFound:
            raise Abandoned from None
        if task.status is TaskStatus.ABORTED:
            raise Abandoned

    def _clean_up(self, task_id: str) -> None:
        self._audio.remove(task_id)

    def on_failure(self, task_id: str) -> None:
        """Fail the order, whose media may be ordered again: the server is at fault."""
        self._orders.fail(task_id, "The server failed over this recording; order it again", refused=False)
        self._clean_up(task_id)


def _spans(saved: list[tuple[int, int]]) -> list[Span]:
    return [Span(start_ms=start, end_ms=end) for start, end in saved]
