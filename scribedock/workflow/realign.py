"""An edited ElementList aligned with its recording: only what was edited is aligned again.

Words that stayed keep their times, and are the anchors between which the edited ones are placed.
"""

from __future__ import annotations

import shutil
from bisect import bisect_left
from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from scribedock.errors import ItemNotFound
from scribedock.jobs.jobs import Jobs
from scribedock.jobs.media import JobMedia
from scribedock.media.limits import Limits
from scribedock.media.unusable import MediaUnusable
from scribedock.reviews.realignments import Realignment, Realignments
from scribedock.speech.alignment.aligner import LANGUAGES
from scribedock.speech.alignment.anchors import HeardWord
from scribedock.speech.alignment.gaps import Gap, GapWindow, gaps
from scribedock.speech.alignment.synchronized import (
    fits_duration,
    found_words,
    placed_words,
    synchronized,
    unchanged,
    words_of,
)
from scribedock.speech.pool.failures import RecognitionFailed
from scribedock.speech.pool.pool import RecognizerPool, always
from scribedock.speech.recognizer import Origin
from scribedock.speech.span import Span
from scribedock.storage.store import Store
from scribedock.workflow.saved_steps import step
from scribedock.workflow.steps.attempts import with_retries
from scribedock.workflow.steps.recordings import decode_speech, local_recording
from scribedock_captions.elementlist.codec import parse, to_json
from scribedock_captions.elementlist.model import ElementList, Token, TokenType


class RealignWorkflow:
    """Aligns a reviewed list with the recording. `run` is what the engine calls."""

    def __init__(
        self,
        *,
        jobs: Jobs,
        media: JobMedia,
        realignments: Realignments,
        store: Store,
        pool: RecognizerPool,
        folder: Path,
        limits: Limits,
    ) -> None:
        self._jobs = jobs
        self._media = media
        self._realignments = realignments
        self._store = store
        self._pool = pool
        self._folder = folder
        self._limits = limits

    def run(self, realignment_id: str) -> None:
        step("realign", self._realign, realignment_id)

    def on_failure(self, realignment_id: str) -> None:
        self._realignments.fail(realignment_id, "The server failed over this; the saved version stays")

    def _realign(self, realignment_id: str) -> None:
        asked = self._realignments.start(realignment_id)
        if asked is None:
            return
        folder = self._folder / realignment_id
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        try:
            before, after = parse(asked.before), parse(asked.after)
            if not fits_duration(len(words_of(after)), max(before.end_time, 1)):
                self._realignments.fail(realignment_id, "The recording is too short for this many words")
                return
            found = realigned(
                self._pool, self._audio(asked, folder), before, after, lambda: self._check_wanted(asked)
            )
        except MediaUnusable as error:
            self._realignments.fail(realignment_id, error.reason)
        except ItemNotFound:
            self._realignments.fail(realignment_id, "The job was deleted")
        else:
            self._realignments.finish(asked, to_json(found), edited_segments(before, after))
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def _audio(self, asked: Realignment, folder: Path) -> Path:
        """Return the recording as mono 16 kHz s16le. Raises ItemNotFound, MediaUnusable."""
        media = self._media.media_behind_job(self._jobs.find_job(asked.job_id))
        if media is None or media.storage_key is None:
            raise MediaUnusable("The job has no recording.")
        path = folder / "audio.pcm"
        with local_recording(self._store, media.storage_key) as recording:
            decode_speech(
                recording,
                path,
                self._pool,
                self._limits,
                track=media.audio_track,
                check_wanted=lambda: self._check_wanted(asked),
            )
        return path

    def _check_wanted(self, asked: Realignment) -> None:
        """Raise ItemNotFound where the job was deleted."""
        self._jobs.find_job(asked.job_id)


def realigned(
    pool: RecognizerPool,
    audio: Path,
    before: ElementList,
    after: ElementList,
    check_wanted: Callable[[], None] = always,
) -> ElementList:
    """Return `after` with sound times: words that are in `before`, in the same order, keep their times.

    audio is the recording as mono 16 kHz s16le. New words are aligned where the language has an acoustic
    model, with the words beside them whose time is only estimated; what is not found shares the time between
    its neighbours, and counts as interpolated. Words that were recognized since, in a stretch of the
    recording, have their times already. Nothing else is listened to.
    """
    kept = unchanged(before, after)
    known = _with_recognized(
        after, kept, {place: _heard(token) for place, token in kept.items() if not token.interpolated}
    )
    words = words_of(after)
    media_ms = max(before.end_time, 1)
    whole = [Span(start_ms=0, end_ms=media_ms)]
    edited = _edited(len(words), kept, known)
    aligned: list[tuple[GapWindow, list[Span | None]]] = []
    if after.language.partition("-")[0] in LANGUAGES:
        for gap in gaps(len(words), known, whole):
            widest = gap.windows[0]
            if not edited.isdisjoint(range(widest.first, widest.last)):
                aligned += _aligned(pool, audio, words, gap, known, check_wanted)
    found = found_words(known, aligned)
    estimated = {
        place: Span(start_ms=token.start_time, end_ms=token.end_time)
        for place, token in kept.items()
        if place not in found and place not in edited
    }
    result = placed_words(after, found | estimated, whole, timed=False, media_ms=media_ms)
    sound = [
        replace(word, origin=Origin.INTERPOLATED) if place in estimated else word
        for place, word in enumerate(result)
    ]
    return synchronized(after, sound, media_ms=media_ms)


def _heard(token: Token) -> HeardWord:
    return HeardWord(word=token.value, start_ms=token.start_time, end_ms=token.end_time)


def _with_recognized(
    after: ElementList, kept: Container[int], known: Mapping[int, HeardWord]
) -> dict[int, HeardWord]:
    """Return the known words with those that a recognizer has found since, which it is not certain of.

    What people type is certain. A word that lies out of the order of the known ones is aligned like others.
    """
    found = dict(known)
    places = sorted(found)
    for place, word in _recognized_words(after):
        if place in kept:
            continue
        at = bisect_left(places, place)
        earliest = found[places[at - 1]].end_ms if at else 0
        latest = found[places[at]].start_ms if at < len(places) else word.end_ms
        if earliest <= word.start_ms and word.end_ms <= latest:
            found[place] = word
            places.insert(at, place)
    return found


def _recognized_words(elementlist: ElementList) -> Iterator[tuple[int, HeardWord]]:
    """Yield the words with a confidence below 1 whose time is not estimated, and their places."""
    place = 0
    for segment in elementlist.segments:
        for sequence in segment.sequences:
            score = sequence.confidence_score
            for token in sequence.tokens:
                if token.type is not TokenType.WORD:
                    continue
                if score is not None and score < 1 and not token.interpolated:
                    yield place, _heard(token)
                place += 1


def edited_segments(before: ElementList, after: ElementList) -> list[int]:
    """Return the places of the segments in `after` with a word that is not in `before`."""
    kept = unchanged(before, after)
    found, place = [], 0
    for number, segment in enumerate(after.segments):
        words = sum(
            token.type is TokenType.WORD for sequence in segment.sequences for token in sequence.tokens
        )
        if any(each not in kept for each in range(place, place + words)):
            found.append(number)
        place += words
    return found


def _edited(count: int, kept: Container[int], known: Container[int]) -> set[int]:
    """Return the places to align again: of new words, and of all words up to the next certain ones."""
    found: set[int] = set()
    gap: list[int] = []
    for place in range(count + 1):
        if place < count and place not in known:
            gap.append(place)
            continue
        if any(each not in kept for each in gap):
            found.update(gap)
        gap = []
    return found


def _aligned(
    pool: RecognizerPool,
    audio: Path,
    words: Sequence[str],
    gap: Gap,
    known: Mapping[int, HeardWord],
    check_wanted: Callable[[], None],
) -> list[tuple[GapWindow, list[Span | None]]]:
    """Align the first window of the gap in which anything is found; return it, if there is one."""
    for window in gap.windows:
        try:
            spans = _spans(pool, audio, window, words, gap, check_wanted)
        except RecognitionFailed:
            continue
        if any(spans):
            return [(window, [_new(span, window.first + step, known) for step, span in enumerate(spans)])]
    return []


def _spans(
    pool: RecognizerPool,
    audio: Path,
    window: GapWindow,
    words: Sequence[str],
    gap: Gap,
    check_wanted: Callable[[], None],
) -> list[Span | None]:
    wanted = words[window.first : window.last]
    return with_retries(
        "aligning edited words",
        lambda: pool.align(audio, window.span, wanted, wide=gap.wide, check_wanted=check_wanted),
        check_wanted,
    )


def _new(span: Span | None, place: int, known: Mapping[int, HeardWord]) -> Span | None:
    """Return the time of a new word, as its neighbours allow; None for a word that keeps its own."""
    if span is None or place in known:
        return None
    start = max(span.start_ms, known[place - 1].end_ms if place - 1 in known else 0)
    end = min(span.end_ms, known[place + 1].start_ms if place + 1 in known else span.end_ms)
    return Span(start_ms=start, end_ms=end) if start < end else None
