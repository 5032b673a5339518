"""Translation into English from the recording, where no engine knows the language of the transcript."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

from scribedock.jobs.job import Job
from scribedock.jobs.media import JobMedia
from scribedock.media.limits import Limits
from scribedock.media.unusable import MediaUnusable
from scribedock.speech.assembly import assemble
from scribedock.speech.doubt import without_unrecognized
from scribedock.speech.pool.pool import RecognizerPool
from scribedock.speech.span import Span
from scribedock.speech.speech_translation import with_speakers_and_sounds
from scribedock.storage.store import LocalFiles
from scribedock.translation.engine import PIVOT, LanguagePair
from scribedock.workflow.steps.attempts import Attempts, MachineExhausted, with_retries
from scribedock.workflow.steps.decoded_audio import BYTES_PER_SECOND
from scribedock.workflow.steps.recognition_step import RecognizedWord, Words, restored_word, saved_words
from scribedock.workflow.steps.recordings import decode_speech, local_recording
from scribedock_captions.elementlist.model import ElementList

RECORDING_GONE_MESSAGE = "the recording that it is made from is gone"


class FoundSpeech(TypedDict):
    """Where somebody speaks in a recording."""

    spans: list[tuple[int, int]]  # start and end in ms
    media_ms: int
    refused: str | None  # why the recording cannot be used


@dataclass(frozen=True, kw_only=True)
class SpeechTranslation:
    """Translates the recording behind a job. Decoded sound is in `folder` while a task runs."""

    media: JobMedia
    store: LocalFiles
    pool: RecognizerPool
    limits: Limits
    folder: Path

    def translates(self, pair: LanguagePair) -> bool:
        """Return whether the recognizer translates this pair."""
        return pair.target == PIVOT and pair.source in self.pool.translates

    def find_speech(self, task_id: str, job: Job, check_wanted: Callable[[], None]) -> FoundSpeech:
        """Return where somebody speaks in the recording behind the job."""
        try:
            path = self._audio(task_id, job, check_wanted)
        except MediaUnusable as error:
            return {"spans": [], "media_ms": 0, "refused": error.reason}
        spans = with_retries(
            "finding speech",
            lambda: self.pool.speech_spans(path, check_wanted=check_wanted),
            check_wanted,
        )
        found = [(span.start_ms, span.end_ms) for span in spans]
        media_ms = path.stat().st_size * 1000 // BYTES_PER_SECOND
        return {"spans": found, "media_ms": media_ms, "refused": None}

    def chunks(self, speech: FoundSpeech) -> list[Span]:
        """Return the speech in chunks that suit the recognizer."""
        spans = [Span(start_ms=start, end_ms=end) for start, end in speech["spans"]]
        return self.pool.chunks(spans, speech["media_ms"])

    def translate(
        self, task_id: str, job: Job, language: str, chunks: Sequence[Span], check_wanted: Callable[[], None]
    ) -> list[Words]:
        """Return the English words of each chunk, as steps of the workflow; None where that failed.

        language is an ISO 639-1 code. Raises MachineExhausted where this machine translates nothing at all.
        """

        def one(span: Span, *, fresh: bool) -> list[RecognizedWord]:
            path = self._audio(task_id, job, check_wanted)
            return saved_words(
                self.pool.translate(path, span, language, check_wanted=check_wanted, fresh=fresh)
            )

        tried = Attempts(
            name="translate speech",
            task_id=task_id,
            work=one,
            check_wanted=check_wanted,
            threads=self.pool.processes,
        ).run(chunks)
        if tried.machine_exhausted:
            raise MachineExhausted("no speech was translated, through the fault of this machine")
        return tried.results

    def assembled(
        self, chunks: Sequence[Span], words: Sequence[Words], media_ms: int, transcript: ElementList
    ) -> ElementList:
        """Return the translation, with the speakers and the sounds of the transcript."""
        restored = [None if found is None else [restored_word(word) for word in found] for found in words]
        translation = assemble(
            without_unrecognized(zip(chunks, restored, strict=True)),
            language=PIVOT,
            media_ms=media_ms,
            punctuates=self.pool.punctuates,
        )
        return with_speakers_and_sounds(translation, transcript)

    def clean_up(self, task_id: str) -> None:
        """Remove the decoded sound."""
        shutil.rmtree(self.folder / task_id, ignore_errors=True)

    def _audio(self, task_id: str, job: Job, check_wanted: Callable[[], None]) -> Path:
        """Return the recording as mono 16 kHz s16le, decoded where it is missing. Raises MediaUnusable."""
        path = self.folder / task_id / "audio.pcm"
        if path.exists():
            return path
        media = self.media.media_behind_job(job)
        if media is None or media.storage_key is None:
            raise MediaUnusable(RECORDING_GONE_MESSAGE)
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_suffix(".part")
        with local_recording(self.store, media.storage_key) as recording:
            decode_speech(
                recording, part, self.pool, self.limits, track=media.audio_track, check_wanted=check_wanted
            )
        part.rename(path)
        return path
