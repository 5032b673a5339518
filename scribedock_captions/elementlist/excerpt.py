"""What of an ElementList lies in a stretch of the recording."""

from __future__ import annotations

from dataclasses import replace

from scribedock_captions.elementlist.model import ElementList, Segment, Sequence, Token, TokenType


def excerpt(elementlist: ElementList, start_ms: int, end_ms: int) -> ElementList:
    """Return the list with what is said in a stretch: each word of which the middle lies in it.

    start_ms and end_ms are milliseconds from the start of the media; no time of a word lies outside of them.
    """
    cut = (_segment(segment, start_ms, end_ms) for segment in elementlist.segments)
    return replace(elementlist, segments=tuple(each for each in cut if each is not None))


def has_words(elementlist: ElementList) -> bool:
    """Return whether the list has any word, and not sounds alone."""
    return any(
        token.type is TokenType.WORD
        for segment in elementlist.segments
        for sequence in segment.sequences
        for token in sequence.tokens
    )


def _segment(segment: Segment, start_ms: int, end_ms: int) -> Segment | None:
    sequences = tuple(
        _clamped(each, start_ms, end_ms)
        for each in segment.sequences
        if start_ms <= (each.start_time + each.end_time) // 2 < end_ms
    )
    if not sequences:
        return None
    return replace(
        segment, start_time=sequences[0].start_time, end_time=sequences[-1].end_time, sequences=sequences
    )


def _clamped(sequence: Sequence, start_ms: int, end_ms: int) -> Sequence:
    def clamp(time_ms: int) -> int:
        return min(max(time_ms, start_ms), end_ms)

    def clamped_token(token: Token) -> Token:
        return replace(token, start_time=clamp(token.start_time), end_time=clamp(token.end_time))

    return replace(
        sequence,
        start_time=clamp(sequence.start_time),
        end_time=clamp(sequence.end_time),
        tokens=tuple(map(clamped_token, sequence.tokens)),
    )
