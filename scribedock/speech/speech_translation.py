"""A translation that was made from the sound, with what the transcript knows beside its words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from scribedock.speech.diarization.turns import Turn, is_said, speaker_of
from scribedock_captions.elementlist.model import ElementList, Segment, Sequence, Tag, TokenType
from scribedock_captions.elementlist.normalisation import normalised

OF_RECOGNITION = frozenset({Tag.BLANK_AUDIO, Tag.INAUDIBLE})
"""Sounds that say how the transcript was recognized; the translation has its own."""


def with_speakers_and_sounds(translation: ElementList, transcript: ElementList) -> ElementList:
    """Return the translation with the transcript's speakers, and its sounds.

    A sentence has the speaker who has most of its time in the transcript.
    """
    segments = [*_spoken(translation, transcript)]
    for sound in _sounds(transcript):
        place = next(
            (
                number
                for number, segment in enumerate(segments)
                if is_said(segment) and segment.start_time <= sound.start_time < segment.end_time
            ),
            None,
        )
        if place is None:
            segments.append(Segment(start_time=sound.start_time, end_time=sound.end_time, sequences=(sound,)))
        else:
            found = sorted([*segments[place].sequences, sound], key=lambda each: each.start_time)
            segments[place] = replace(segments[place], sequences=tuple(found))
    segments.sort(key=lambda segment: segment.start_time)
    return normalised(replace(translation, segments=tuple(segments), speakers=transcript.speakers))


def _spoken(translation: ElementList, transcript: ElementList) -> Iterator[Segment]:
    """Give the sentences, each with its speaker."""
    turns: list[Turn] = []
    begun: dict[int, Segment] = {}  # the sentence with which a turn begins
    for segment in filter(is_said, transcript.segments):
        if not turns or segment.speaker_change:
            begun[len(begun) + 1] = segment
        turns.append(Turn(start_ms=segment.start_time, end_ms=segment.end_time, speaker=len(begun)))
    last = None
    for segment in translation.segments:
        if not turns or not is_said(segment):
            yield segment
            continue
        number = speaker_of(segment, turns)
        changes = begun[number].speaker_change if last is None else number != last
        yield replace(segment, speaker_id=begun[number].speaker_id, speaker_change=changes)
        last = number


def _sounds(transcript: ElementList) -> Iterator[Sequence]:
    for segment in transcript.segments:
        for sequence in segment.sequences:
            if all(
                token.type is TokenType.SOUND and not token.tags & OF_RECOGNITION for token in sequence.tokens
            ):
                yield sequence
