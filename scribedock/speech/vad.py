"""Where somebody speaks: Silero's voice activity detector over a file of any length.

The file is read in blocks, so memory does not grow with the recording.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from scribedock.speech.pauses import MAX_SPAN_MS, cut_at_pauses, joined_runs, with_context
from scribedock.speech.recognizer import SAMPLE_RATE
from scribedock.speech.span import Span

if TYPE_CHECKING:
    from scribedock.speech.recognizer import Pcm

BLOCK_S = 120
MIN_SILENCE_MS = 500
# Less than half of MIN_SILENCE_MS: so spans with a pause between them never touch, and spans that
# touch were cut in mid-speech.
PAD_MS = 200
# Samples before a span that is judged again, to bring the detector into its earlier state.
LEAD_IN_SAMPLES = SAMPLE_RATE
LONG_PAUSE_MS = 1000  # after which the detector listens once more without what it has heard before
AFTER_PAUSE_SAMPLES = 10 * SAMPLE_RATE  # of what it heard then
MIN_MISSED_MS, SURE_MISSED_MS = 300, 1000  # each stretch; the longest: music has shorter ones
SAMPLE_BYTES = 2
SAMPLES_PER_MS = SAMPLE_RATE // 1000
MIN_PAUSE_MS = 100  # from which a span that is too long may be cut
MAX_SPEECH_MS = MAX_SPAN_MS - 2 * PAD_MS


def read_pcm(audio: Path, start: int, count: int) -> Pcm:
    """Return at most count samples of a raw mono s16le file, from sample number start; fewer at its end."""
    import numpy as np

    return np.fromfile(audio, dtype="<i2", count=count, offset=start * SAMPLE_BYTES)


def speech_spans(audio: Path, *, block_s: int = BLOCK_S) -> list[Span]:
    """Return the stretches of speech in a raw mono 16 kHz s16le file.

    In order, inside the media, not overlapping, none longer than 30 seconds. Between two spans is a pause;
    where speech goes on for longer than a span may, the next begins where it ends.
    """
    total = audio.stat().st_size // SAMPLE_BYTES
    found = _heard(audio, total, block_s * SAMPLE_RATE)
    found = sorted([*found, *_missed(audio, total, block_s * SAMPLE_RATE, found)])
    return [
        Span(start_ms=begin // SAMPLES_PER_MS, end_ms=finish // SAMPLES_PER_MS)
        for begin, finish in found
        if finish // SAMPLES_PER_MS > begin // SAMPLES_PER_MS
    ]


def _heard(audio: Path, total: int, block: int) -> list[tuple[int, int]]:
    """Return the stretches of speech that are found from the beginning on, in samples."""
    start = 0
    found: list[tuple[int, int]] = []
    while start < total:
        end = min(start + block, total)
        speech = _speech(read_pcm(audio, start, end - start), start)
        if end == total:
            found += speech
            break
        # The last span may continue in the next block: it is judged again there, as a whole.
        unfinished = end - (MIN_SILENCE_MS + PAD_MS) * SAMPLES_PER_MS
        resume = end
        if speech and speech[-1][1] > unfinished:
            resume = speech.pop()[0]
        found += speech
        start = max(resume - LEAD_IN_SAMPLES, found[-1][1] if found else 0)
    return found


def _missed(
    audio: Path, total: int, block: int, found: Sequence[tuple[int, int]]
) -> Iterator[tuple[int, int]]:
    """Yield the stretches that are speech for a detector which has heard nothing before a pause, in samples.

    After a clear voice, it takes a hoarse one for no speech, for ten seconds and more.
    """
    pauses = zip([0, *(end for _, end in found)], [*(start for start, _ in found), total], strict=True)
    added: list[tuple[int, int]] = []
    for place, (begin, finish) in enumerate(pauses):
        if finish - begin < LONG_PAUSE_MS * SAMPLES_PER_MS:
            continue
        last = min(finish + AFTER_PAUSE_SAMPLES, total)
        added = [each for each in added if each[1] > begin]
        known = [*added, *found[place : bisect_left(found, (last, 0))]]
        new: list[tuple[int, int]] = []
        for at in range(begin, last, block):
            for speech in _speech(read_pcm(audio, at, min(block, last - at)), at):
                new += _without(speech, [*known, *new])
        if any(end - start >= SURE_MISSED_MS * SAMPLES_PER_MS for start, end in new):
            added += new
            yield from new


def _without(stretch: tuple[int, int], known: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Yield the parts of a stretch that are in none of the known ones, and no mere edge of one."""
    begin, finish = stretch
    for start, end in sorted(known):
        if end <= begin or start >= finish:
            continue
        if start - begin >= MIN_MISSED_MS * SAMPLES_PER_MS:
            yield begin, start
        begin = max(begin, end)
    if finish - begin >= MIN_MISSED_MS * SAMPLES_PER_MS:
        yield begin, finish


def _speech(pcm: Pcm, offset: int) -> list[tuple[int, int]]:
    """Return the first and the last sample of each stretch of speech; pcm begins at sample number offset."""
    import numpy as np
    from faster_whisper.vad import VadOptions, get_speech_timestamps

    options = VadOptions(min_silence_duration_ms=MIN_PAUSE_MS, speech_pad_ms=0)
    found = [
        Span(start_ms=start, end_ms=min(start + MAX_SPEECH_MS, each["end"] // SAMPLES_PER_MS))
        for each in get_speech_timestamps(pcm.astype(np.float32) / 32768, options)
        for start in range(each["start"] // SAMPLES_PER_MS, each["end"] // SAMPLES_PER_MS, MAX_SPEECH_MS)
    ]
    cut = [
        Span(start_ms=group[0].start_ms, end_ms=group[-1].end_ms)
        for run in joined_runs(found, MIN_SILENCE_MS - 1)
        for group in cut_at_pauses(run, MAX_SPEECH_MS)
    ]
    return [
        (offset + span.start_ms * SAMPLES_PER_MS, offset + span.end_ms * SAMPLES_PER_MS)
        for span in with_context(
            cut, context_ms=PAD_MS, media_ms=len(pcm) // SAMPLES_PER_MS, longest_ms=MAX_SPAN_MS
        )
    ]
