"""Stored recordings, as the workflows read them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import structlog

from scribedock.media.audio import decode
from scribedock.media.limits import Limits
from scribedock.media.unusable import MediaUnusable
from scribedock.speech.failures import RecognitionFailed
from scribedock.speech.pool import RecognizerPool, always
from scribedock.speech.span import Span
from scribedock.storage.store import ObjectDamaged, Store
from scribedock.workflow.attempts import patiently

log = structlog.get_logger("scribedock.worker")

DAMAGED = (
    "The recording is not what it was when it was stored: another was uploaded to the same URL after the "
    "order, or a part of it is gone. Add it again, then order again."
)
SAMPLE_S = 600  # of each of several tracks, in which speech is sought
MAX_TRACKS = 16
ENOUGH = 0.5
"""The share of the most speech in any track that keeps a likelier one: a dub or a second microphone has as
much, music and a dead channel have none."""


@contextmanager
def local(store: Store, key: str) -> Iterator[Path]:
    """The recording as a local file. Raises MediaUnusable where it is not what was stored."""
    try:
        with store.local(key) as path:
            yield path
    except ObjectDamaged:
        raise MediaUnusable(DAMAGED) from None


def decode_spoken(
    recording: Path,
    destination: Path,
    pool: RecognizerPool,
    limits: Limits,
    *,
    track: int | None = None,
    progress: Callable[[float], None] | None = None,
    check_wanted: Callable[[], None] = always,
) -> int | None:
    """Decodes the sound track in which people speak; returns its index where there are several.

    track is its index where it is known. Writes and raises as `decode` does.
    """
    draft = destination.with_name(f"draft-{destination.name}")
    decoded = decode(recording, draft, limits, track=track, progress=progress, check_wanted=check_wanted)
    chosen = track
    if track is None and len(decoded.tracks) > 1:
        speech_ms = _speech_ms(recording, draft, decoded.tracks, pool, limits, check_wanted)
        chosen = most_spoken(speech_ms, decoded.track)
        if chosen != decoded.track:
            decode(recording, draft, limits, track=chosen, progress=progress, check_wanted=check_wanted)
    draft.replace(destination)
    return chosen


def most_spoken(speech_ms: Mapping[int, int], otherwise: int) -> int:
    """The first of the tracks that has at least half as much speech as any; `otherwise` without any speech.

    speech_ms: how much speech each has, the likeliest track first.
    """
    enough = ENOUGH * max(speech_ms.values(), default=0)
    return next((track for track, speech in speech_ms.items() if speech and speech >= enough), otherwise)


def _speech_ms(
    recording: Path,
    draft: Path,
    tracks: tuple[int, ...],
    pool: RecognizerPool,
    limits: Limits,
    check_wanted: Callable[[], None],
) -> dict[int, int]:
    """How much speech the beginning of each track has."""
    found: dict[int, int] = {}
    sample = draft.with_name(f"sample-{draft.name}")
    for track in tracks[:MAX_TRACKS]:
        try:
            decode(recording, sample, limits, track=track, at_most_s=SAMPLE_S, check_wanted=check_wanted)
            found[track] = _spoken_ms(pool, sample, check_wanted)
        except (MediaUnusable, RecognitionFailed) as error:
            log.warning("track passed over", track=track, reason=str(error))
        finally:
            sample.unlink(missing_ok=True)
    log.info("track chosen by its speech", speech_ms=found)
    return found


def _spoken_ms(pool: RecognizerPool, audio: Path, check_wanted: Callable[[], None]) -> int:
    def find() -> list[Span]:
        return pool.speech_spans(audio, check_wanted=check_wanted)

    return sum(span.end_ms - span.start_ms for span in patiently("finding speech", find, check_wanted))
