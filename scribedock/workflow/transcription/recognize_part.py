"""A part of a long recording, recognized by whichever worker took it (see `shared_recognition`)."""

from __future__ import annotations

from collections.abc import Callable

import structlog

from scribedock.jobs.jobs import Jobs
from scribedock.media.unusable import MediaUnusable
from scribedock.orders.recognition_parts import RecognitionPart, RecognitionParts
from scribedock.speech.pool.pool import RecognizerPool
from scribedock.speech.span import Span
from scribedock.workflow.saved_steps import step
from scribedock.workflow.steps.decoded_audio import DecodedAudioFiles
from scribedock.workflow.steps.recognition_step import Recognition, recognize
from scribedock.workflow.steps.wanted import Abandoned, check_task_wanted

log = structlog.get_logger("scribedock.worker")


class RecognizePartWorkflow:
    """Recognizes a part. `run` is what the engine calls."""

    def __init__(
        self,
        *,
        jobs: Jobs,
        parts: RecognitionParts,
        pool: RecognizerPool,
        audio: DecodedAudioFiles,
        progress: Callable[[float], float],
        refines: bool,
    ) -> None:
        """progress: turns the share of the spans that are done into the job's progress."""
        self._jobs = jobs
        self._parts = parts
        self._pool = pool
        self._audio = audio
        self._progress = progress
        self._refines = refines

    def run(self, part_id: str) -> None:
        part = self._parts.find(part_id)
        if part is None or not part.request:
            return
        try:
            self._recognize(part)
        except (Abandoned, MediaUnusable):
            log.info("part of a recording abandoned", task=part.task_id)
            step("give up", self._parts.give_up, part_id)
        step("give back", self._audio.give_back, part.task_id)

    def on_failure(self, part_id: str) -> None:
        self._parts.give_up(part_id)

    def _recognize(self, part: RecognitionPart) -> None:
        def check_wanted() -> None:
            check_task_wanted(self._jobs, part.task_id)

        def stamp() -> None:
            done = self._parts.note_span(part.id, part.task_id)
            self._jobs.stamp_progress(part.job_id, self._progress(done))

        wanted = Recognition(
            task_id=part.task_id,
            language=part.request["language"],
            terms=part.request["terms"],
            audio=lambda: self._audio.borrow(part.task_id, part.job_id, check_wanted),
            check_wanted=check_wanted,
            stamp=stamp,
            refines=self._refines,
        )
        batches = [
            [Span(start_ms=start, end_ms=end) for start, end in batch] for batch in part.request["batches"]
        ]
        words = recognize(self._pool, wanted, batches)
        step("finish", self._parts.finish, part.id, words)
