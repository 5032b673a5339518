"""Stored recordings, as the workflows read them."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import structlog

from scribedock.media.audio import DecodedAudio, decode
from scribedock.media.limits import Limits
from scribedock.media.unusable import MediaUnusable
from scribedock.speech.pool.failures import RecognitionFailed
from scribedock.speech.pool.pool import RecognizerPool, always
from scribedock.speech.span import Span
from scribedock.storage.store import LocalFiles, ObjectDamaged
from scribedock.workflow.steps.attempts import with_retries
from scribedock.workflow.steps.mixing import (
    ChosenChannel,
    candidate_channels,
    choose_channel,
    gain,
    gain_notice,
)

log = structlog.get_logger("scribedock.worker")

CHANGED_MESSAGE = (
    "The recording is not the one that was stored: another was uploaded to the same URL after the "
    "order, or a part of it is gone. Add it again, then order again."
)
GONE_MESSAGE = "The recording is not in the server's storage any more. Add it again, then order again."
SAMPLE_S = 600  # of each of several tracks, to look for speech in
MAX_TRACKS = 16
MIN_SPEECH_SHARE = 0.5
"""The share of the most speech in any track with which a likelier one is kept: a dub or a second microphone
has as much, music and a dead channel have none."""


@contextmanager
def local_recording(store: LocalFiles, key: str) -> Iterator[Path]:
    """Provide the recording as a local file. Raises MediaUnusable where it was changed or is gone."""
    with ExitStack() as stack:
        try:
            path = stack.enter_context(store.local(key))
        except ObjectDamaged:
            raise MediaUnusable(CHANGED_MESSAGE) from None
        except FileNotFoundError:  # trying again would hold up the work of others
            log.error("a recording is not in the store", key=key)
            raise MediaUnusable(GONE_MESSAGE) from None
        yield path


@dataclass(frozen=True, kw_only=True)
class Decoded:
    """What was decoded of a recording."""

    # The index of the audio track, where there are several.
    track: int | None
    # The notice about it for `info`.
    notice: str = ""


def decode_speech(
    recording: Path,
    destination: Path,
    pool: RecognizerPool,
    limits: Limits,
    *,
    track: int | None = None,
    progress: Callable[[float], None] | None = None,
    check_wanted: Callable[[], None] = always,
) -> Decoded:
    """Decode the audio track and channels in which people speak, loud enough to be recognized.

    track is its index where it is known. check_wanted is called about once a second, and may raise. Writes
    and raises as `decode` does.
    """
    draft = destination.with_name(f"draft-{os.getpid()}-{destination.name}")  # of one of several workers
    reader = _Reader(recording=recording, pool=pool, limits=limits, check_wanted=check_wanted)
    decoded, gain = reader.decode(draft, track=track, progress=progress)
    known = track
    if track is None and len(decoded.tracks) > 1:
        known = track_with_most_speech(reader.speech_of_tracks(draft, decoded.tracks), decoded.track)
        if known != decoded.track:
            decoded, gain = reader.decode(draft, track=known, progress=progress)
    alone = ChosenChannel()
    if numbers := candidate_channels(decoded.levels):
        alone = choose_channel(decoded.levels, reader.speech_of_channels(draft, decoded.track, numbers))
        if alone.channel is not None:
            channel = alone.channel
            decoded, gain = reader.decode(draft, track=decoded.track, channel=channel, progress=progress)
    log.info("sound chosen", track=decoded.track, channel=alone.channel, gain=gain, parts=len(decoded.parts))
    draft.replace(destination)
    notices = (alone.notice, gain_notice(gain), _parts_notice(decoded))
    return Decoded(track=known, notice=" ".join(filter(None, notices)))


def track_with_most_speech(speech_ms: Mapping[int, int], otherwise: int) -> int:
    """Return the first track with at least half as much speech as any; `otherwise` without speech.

    speech_ms: how much speech each has, the likeliest track first.
    """
    enough = MIN_SPEECH_SHARE * max(speech_ms.values(), default=0)
    return next((track for track, speech in speech_ms.items() if speech and speech >= enough), otherwise)


@dataclass(frozen=True, kw_only=True)
class _Reader:
    """Decodes the wanted parts of one recording."""

    recording: Path
    pool: RecognizerPool
    limits: Limits
    check_wanted: Callable[[], None]

    def decode(
        self,
        destination: Path,
        *,
        track: int | None = None,
        channel: int | None = None,
        at_most_s: int | None = None,
        progress: Callable[[float], None] | None = None,
    ) -> tuple[DecodedAudio, float]:
        """Return what was decoded, and its amplification, which is known only after all of it was read."""
        read = partial(
            decode,
            self.recording,
            destination,
            self.limits,
            track=track,
            channel=channel,
            at_most_s=at_most_s,
            progress=progress,
            check_wanted=self.check_wanted,
        )
        decoded = read()
        factor = gain(decoded.levels)
        return (decoded, factor) if factor == 1 else (read(gain=factor), factor)

    def speech_of_tracks(self, draft: Path, tracks: Sequence[int]) -> dict[int, int]:
        """Return how many milliseconds of speech the beginning of each track has."""
        found = {}
        for track in tracks[:MAX_TRACKS]:
            with suppress(MediaUnusable, RecognitionFailed):
                found[track] = self._speech_ms(draft, track, None)
        log.info("track chosen by its speech", speech_ms=found)
        return found

    def speech_of_channels(self, draft: Path, track: int, channels: Sequence[int]) -> dict[int | None, int]:
        """Return the milliseconds of speech in the beginning of each channel, and in the mix (None)."""
        found: dict[int | None, int] = {}
        for channel in (None, *channels):
            with suppress(MediaUnusable, RecognitionFailed):
                found[channel] = self._speech_ms(draft, track, channel)
        log.info("channels listened to", speech_ms={str(channel): found[channel] for channel in found})
        return found

    def _speech_ms(self, draft: Path, track: int, channel: int | None) -> int:
        sample = draft.with_name(f"sample-{draft.name}")
        try:
            self.decode(sample, track=track, channel=channel, at_most_s=SAMPLE_S)

            def find() -> list[Span]:
                return self.pool.speech_spans(sample, check_wanted=self.check_wanted)

            spans = with_retries("finding speech", find, self.check_wanted)
        finally:
            sample.unlink(missing_ok=True)
        return sum(span.end_ms - span.start_ms for span in spans)


def _parts_notice(decoded: DecodedAudio) -> str:
    found = []
    count = len(decoded.parts)
    if count > 1:
        found.append(
            f"The file holds {count} recordings, one after the other: all were transcribed, as if "
            "they were one."
        )
    if decoded.unread_bytes:
        found.append(
            f"The file continues with another recording, of {decoded.unread_bytes:,} bytes, that cannot be "
            "read: it was not transcribed."
        )
    return " ".join(found)
