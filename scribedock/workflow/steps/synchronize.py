"""The steps that synchronize a given transcript, in place of recognition.

words of the text that are heard in each span → anchors → the words between them, aligned → ElementList

English is recognized and aligned with an acoustic model; in any other language the recognizer's own words are
the anchors, and the times of the words between them are estimated.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TypedDict, TypeVar

import structlog

from scribedock.errors import ItemNotFound
from scribedock.jobs.iwp import Iwp
from scribedock.jobs.job import JobColumns
from scribedock.jobs.transcripts import Transcripts
from scribedock.orders.orders import Orders
from scribedock.speech.alignment.aligner import LANGUAGES
from scribedock.speech.alignment.anchors import HeardWord, anchors
from scribedock.speech.alignment.gaps import Gap, GapWindow, gaps
from scribedock.speech.alignment.given import transcript_of
from scribedock.speech.alignment.pronunciation import bare_word
from scribedock.speech.alignment.synchronized import (
    fits_duration,
    found_words,
    placed_words,
    share_found,
    synchronized,
    words_of,
)
from scribedock.speech.coverage import Coverage, measure_coverage
from scribedock.speech.pool.failures import MachineAtFault, RecognitionFailed
from scribedock.speech.pool.pool import RecognizerPool
from scribedock.speech.span import Span
from scribedock.workflow.saved_steps import step
from scribedock.workflow.steps.attempts import Attempts, MachineExhausted, PartFunction
from scribedock.workflow.steps.counter import Counter
from scribedock.workflow.steps.diarization_step import Diarization, with_diarization
from scribedock.workflow.steps.notices import format_seconds, word_time_columns
from scribedock.workflow.steps.word_times import refined_words
from scribedock_captions.elementlist.codec import to_json
from scribedock_captions.elementlist.model import ElementList

log = structlog.get_logger("scribedock.worker")

HEARD_SHARE = 0.8  # of the progress; the rest is for aligning
FITTING_SHARE = 0.9
"""From this share of found words on, a transcript is that of the recording, word for word."""
MIN_SHARE = 0.35
"""Below this share a text without times is refused: of another recording's text up to 26 % of the words were
found, of the right one in a hoarse voice 83 %."""

Item = TypeVar("Item")
SavedWord = tuple[str, int, int]
SavedTimes = list[tuple[int, int] | None]


class Aligned(TypedDict):
    window: int  # the number of the window that the words were found in
    times: SavedTimes


NOT_ALIGNED: Aligned = {"window": 0, "times": []}


@dataclass(frozen=True, kw_only=True)
class SynchronizationInput:
    """A recording and the transcript that belongs to it, for every step."""

    task_id: str
    job_id: str
    language: str  # ISO 639-1
    media_ms: int
    speech: Sequence[Span]
    diarization: Diarization | None  # the diarization, where it was asked for
    audio: Callable[[], Path]  # mono 16 kHz s16le
    check_wanted: Callable[[], None]  # raises where the job was deleted
    stamp: Callable[[float], None]  # is called with the share of the work that is done
    notice: str | None = None  # what `info` says already


class Synchronization:
    """The steps that synchronize a transcript with its recording."""

    def __init__(
        self,
        *,
        transcripts: Transcripts,
        orders: Orders,
        pool: RecognizerPool,
        folder: Path,
        refines: bool,
    ) -> None:
        """refines: whether times of recognized words are found in the sound where the engine's are poor."""
        self._refines = refines
        self._transcripts = transcripts
        self._orders = orders
        self._pool = pool
        self._folder = folder
        self._writing = threading.Lock()

    def run(self, given: SynchronizationInput) -> None:
        """Finish the order, or fail it."""
        refused = step("check transcript", self._check, given)
        if refused is not None:
            step("refuse transcript", self._refuse, given, refused)
            return
        transcript, _ = self._transcript(given)

        hear = self._trying(
            "hear", given, _counted(partial(self._hear, given), len(given.speech), 0.0, HEARD_SHARE, given)
        ).run(given.speech)
        if hear.machine_exhausted:
            raise MachineExhausted("no speech was recognized, through the fault of this machine")
        known = _anchors(transcript, [heard or [] for heard in hear.results])
        unheard = [span for span, heard in zip(given.speech, hear.results, strict=True) if heard is None]
        left: list[Gap] = []
        if given.language in LANGUAGES:
            left = gaps(len(words_of(transcript)), known, given.speech)
        align = partial(self._align, given, words_of(transcript))
        aligned: list[Aligned | None] = (
            self._trying("align", given, _counted(align, len(left), HEARD_SHARE, 1.0, given))
            .run(left)
            .results
        )
        step("finish", self._finish, given, transcript, known, left, aligned, unheard)

    def _trying(self, name: str, given: SynchronizationInput, work: PartFunction[Item]) -> Attempts[Item]:
        return Attempts(
            name=name,
            task_id=given.task_id,
            work=work,
            check_wanted=given.check_wanted,
            threads=self._pool.processes,
        )

    def _transcript(self, given: SynchronizationInput) -> tuple[ElementList, bool]:
        """Return the transcript, and whether it has times. Raises InvalidQuery."""
        body = self._transcripts.body(given.job_id)
        kind = self._transcripts.transcript_of_job(given.job_id)
        if body is None or kind is None:
            raise ItemNotFound("The transcript is gone")
        return transcript_of(body, kind.format, language=given.language, duration=given.media_ms)

    def _check(self, given: SynchronizationInput) -> str | None:
        """Return why the transcript cannot be used."""
        kind = self._transcripts.transcript_of_job(given.job_id)
        if kind is not None and kind.problem:
            return f"The transcript cannot be used: {kind.problem}"
        given.check_wanted()
        transcript, _ = self._transcript(given)
        words = len(words_of(transcript))
        if not fits_duration(words, given.media_ms):
            return (
                f"The transcript has {words:,} words, more than can be said in a recording of "
                f"{given.media_ms / 1000:.1f} s; add the one that belongs to it, then order again"
            )
        return None

    def _refuse(self, given: SynchronizationInput, reason: str) -> None:
        self._orders.fail(given.task_id, reason, refused=False)

    def _text(self, given: SynchronizationInput) -> Path:
        """Return the file with the words for the pool; write it again where it is missing."""
        path = self._folder / given.task_id / "transcript.json"
        with self._writing:
            if not path.exists():
                path.parent.mkdir(parents=True, exist_ok=True)
                temporary = path.with_suffix(".new")
                temporary.write_text(json.dumps(words_of(self._transcript(given)[0])), encoding="utf-8")
                temporary.replace(path)
        return path

    def _hear(self, given: SynchronizationInput, span: Span, *, fresh: bool) -> list[SavedWord]:
        audio, wanted = given.audio(), given.check_wanted
        if given.language in LANGUAGES:
            text = self._text(given)
            heard = self._pool.hear(audio, span, text, check_wanted=wanted, fresh=fresh)
            return [(each.word, each.start_ms, each.end_ms) for each in heard]
        words = self._pool.recognize(audio, span, given.language, check_wanted=wanted, fresh=fresh)
        if self._refines:
            words = refined_words(self._pool, audio, span, words, given.language, wanted)
        return [(bare_word(word.text), word.start_ms, word.end_ms) for word in words if word.text]

    def _align(self, given: SynchronizationInput, words: Sequence[str], gap: Gap, *, fresh: bool) -> Aligned:
        """Return what is found in the first window with any result; a wider one may take too long."""
        audio = given.audio()
        for number, window in enumerate(gap.windows):
            try:
                spans = self._pool.align(
                    audio,
                    window.span,
                    words[window.first : window.last],
                    wide=gap.wide,
                    check_wanted=given.check_wanted,
                    fresh=fresh,
                )
            except MachineAtFault:
                raise
            except RecognitionFailed as error:
                log.warning("words not aligned", task=given.task_id, reason=str(error))
                continue
            if any(spans):
                times: SavedTimes = [(span.start_ms, span.end_ms) if span else None for span in spans]
                return {"window": number, "times": times}
        return NOT_ALIGNED

    def _finish(
        self,
        given: SynchronizationInput,
        transcript: ElementList,
        known: Mapping[int, HeardWord],
        left: Sequence[Gap],
        aligned: Sequence[Aligned | None],
        unheard: Sequence[Span],
    ) -> None:
        windows: list[tuple[GapWindow, list[Span | None]]] = [
            (
                gap.windows[each["window"]],
                [time and Span(start_ms=time[0], end_ms=time[1]) for time in each["times"]],
            )
            for gap, each in zip(left, [each or NOT_ALIGNED for each in aligned], strict=True)
        ]
        _, timed = self._transcript(given)
        words = placed_words(
            transcript, found_words(known, windows), given.speech, timed=timed, media_ms=given.media_ms
        )
        share = share_found(words)
        covered = measure_coverage(given.speech, [(span, None) for span in unheard])
        heard = 1 - covered.unrecognized_ms / max(covered.speech_ms, 1)
        if share < MIN_SHARE * heard and not timed:
            self._refuse(
                given,
                f"The transcript does not fit the recording: {share:.0%} of its {len(words):,} words were "
                "found in it. Add the right one, or one with times, then order again",
            )
            return
        method = "alignment" if given.language in LANGUAGES else f"{self._pool.engine}, matched"
        elementlist, notice = with_diarization(
            synchronized(transcript, words, media_ms=given.media_ms), given.diarization
        )
        notices = [given.notice, found_notice(share, len(words)), unrecognized_notice(covered), notice]
        columns = JobColumns(
            notice=" ".join(filter(None, notices)),
            engine=method,
            speech_ms=covered.speech_ms,
            unrecognized_ms=covered.unrecognized_ms,
        )
        self._orders.finish(
            given.task_id,
            to_json(elementlist),
            passes=(Iwp.MECHANICAL, Iwp.FINAL),
            media_ms=given.media_ms,
            noted=columns | word_time_columns(words),
        )


def _anchors(transcript: ElementList, heard: Sequence[Sequence[SavedWord]]) -> dict[int, HeardWord]:
    return anchors(
        [bare_word(word) for word in words_of(transcript)],
        [HeardWord(word=word, start_ms=start, end_ms=end) for each in heard for word, start, end in each],
    )


def _counted(
    function: PartFunction[Item], count: int, begin: float, end: float, given: SynchronizationInput
) -> PartFunction[Item]:
    """Return the function, which also reports how much of its part of the work is done."""
    done = Counter()

    def run(item: Item, *, fresh: bool) -> object:
        result = function(item, fresh=fresh)
        given.stamp(begin + (end - begin) * done.increment() / count)
        return result

    return run


def found_notice(share: float, words: int) -> str:
    """Return the notice about the result for `info`."""
    text = f"Synchronized with the given transcript: {share:.0%} of its {words:,} words were found"
    return f"{text}." if share >= FITTING_SHARE else f"{text}, the times of the others are estimated."


def unrecognized_notice(covered: Coverage) -> str:
    """Return the notice about speech that could not be recognized, for `info`."""
    if not covered.unrecognized_ms:
        return ""
    return (
        f"{format_seconds(covered.unrecognized_ms)} of {format_seconds(covered.speech_ms)} of speech could "
        "not be recognized; the times of the words there are estimated."
    )
