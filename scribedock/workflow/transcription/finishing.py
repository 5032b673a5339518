"""The last step of a transcription: from what was recognized to the ElementList and what `info` says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass

import structlog

from scribedock.jobs.iwp import Iwp
from scribedock.jobs.job import JobColumns
from scribedock.jobs.languages import iso_code
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
from scribedock.workflow.steps import notices
from scribedock.workflow.steps.decoded_audio import DecodedAudioFiles
from scribedock.workflow.steps.diarization_step import Diarization, turns_of, with_diarization
from scribedock.workflow.steps.difficulty import gather_evidence, judge_difficulty
from scribedock.workflow.steps.recognition_step import Words, restored_word
from scribedock_captions.elementlist.codec import to_json

log = structlog.get_logger("scribedock.worker")


@dataclass(frozen=True, kw_only=True)
class Recognized:
    """What is known of a recording once all of its speech was listened to."""

    task_id: str
    job_id: str
    language: str  # in the catalogue's spelling
    script: str  # the language whose script the words get; empty: whatever was recognized
    media_ms: int
    speech: Sequence[Span]
    chunks: Sequence[Span]
    words: Sequence[Words]  # of each chunk
    diarization: Diarization | None  # where it was asked for
    read_notice: str  # about how the recording was read
    language_notice: str | None


class Finishing:
    """Makes the ElementList of a job and ends its order."""

    def __init__(self, *, orders: Orders, pool: RecognizerPool, audio: DecodedAudioFiles) -> None:
        self._orders = orders
        self._pool = pool
        self._audio = audio

    def run(self, found: Recognized) -> None:
        chunks = recognized_chunks(found.chunks, found.words, found.speech, script=found.script)
        assembled = assemble(
            chunks,
            language=iso_code(found.language),
            media_ms=found.media_ms,
            punctuates=self._pool.punctuates,
            turns=turns_of(found.diarization),
        )
        audio, _ = self._audio.audio_of(found.task_id, found.job_id)
        marked = with_sound_candidates(assembled, sound_candidates(audio, found.speech))
        elementlist, diarization_notice = with_diarization(marked, found.diarization)
        timed = notices.word_time_columns(word for _, words in chunks for word in words or ())
        log.info("word times", job=found.job_id, **timed)
        covered = measure_coverage(found.speech, chunks)
        log.info("coverage", job=found.job_id, **asdict(covered), wordless_ms=covered.wordless_ms)
        parts = (
            found.read_notice,
            notices.coverage_notice(covered),
            found.language_notice,
            diarization_notice,
        )
        said = JobColumns(
            notice=" ".join(filter(None, parts)) or None, difficulty=self._difficulty(found, chunks)
        )
        counted = notices.doubt_columns(chunks, self._pool.doubt_below)
        self._orders.finish(
            found.task_id,
            to_json(elementlist),
            passes=(Iwp.MECHANICAL, Iwp.FINAL),
            media_ms=found.media_ms,
            noted=said | notices.coverage_columns(covered) | counted | timed,
        )

    def _difficulty(self, found: Recognized, chunks: list[Chunk]) -> str:
        audio, _ = self._audio.audio_of(found.task_id, found.job_id)
        evidence = gather_evidence(chunks, found.speech, signal_to_noise_db(audio, found.speech))
        difficulty = judge_difficulty(evidence)
        log.info("difficulty", job=found.job_id, difficulty=difficulty, **asdict(evidence))
        return difficulty.value


def recognized_chunks(
    chunks: Sequence[Span], saved: Sequence[Words], speech: Sequence[Span], *, script: str
) -> list[Chunk]:
    """Return the chunks with the words that steps have saved, none of them longer than the speech it is in.

    script: the language of the catalogue whose script the words get; empty: whatever was recognized.
    """
    return without_unrecognized(
        (span, _restored(words, speech, script)) for span, words in zip(chunks, saved, strict=True)
    )


def _restored(saved: Words, speech: Sequence[Span], script: str) -> list[TimedWord] | None:
    if saved is None:
        return None
    words = [restored_word(word) for word in saved]
    return in_script_of(script, trim_to_speech(words, speech))
