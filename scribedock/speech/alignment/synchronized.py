"""A given transcript with the times of a recording: found by recognition and alignment, or estimated.

No word is spread over silence: each says whether its time was found in the sound or is estimated, and the
share of those that were found tells whether the transcript is that of the recording at all.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from scribedock.speech.alignment.anchors import HeardWord, common_subsequence
from scribedock.speech.alignment.gaps import GapWindow
from scribedock.speech.alignment.pronunciation import bare_word
from scribedock.speech.recognizer import Origin, TimedWord
from scribedock.speech.span import Span
from scribedock.speech.timing import fit_words
from scribedock_captions.elementlist.model import ElementList, Segment, Token, TokenType
from scribedock_captions.elementlist.model import Sequence as TokenSequence
from scribedock_captions.elementlist.normalisation import normalised

MS_PER_LETTER = 80  # of words that were not found: about two of them a second
MAX_WORDS_PER_SECOND = 15  # of a whole recording; the fastest speakers say six


def words_of(transcript: ElementList) -> list[str]:
    """Return the words of a transcript as written, without sounds and punctuation."""
    return [token.display_as for token in _tokens(transcript) if token.type is TokenType.WORD]


def unchanged(before: ElementList, after: ElementList) -> dict[int, Token]:
    """Return the words of `before` that are also in `after`, in the same order, by their place in `after`."""
    old = [token for token in _tokens(before) if token.type is TokenType.WORD]
    new = [bare_word(word) for word in words_of(after)]
    pairs = common_subsequence(new, [bare_word(token.display_as) for token in old])
    return {place: old[number] for place, number in pairs}


def fits_duration(words: int, media_ms: int) -> bool:
    """Return whether a recording of media_ms milliseconds is long enough for this many words."""
    return words * 1000 <= media_ms * MAX_WORDS_PER_SECOND


def found_words(
    anchors: Mapping[int, HeardWord], aligned: Sequence[tuple[GapWindow, Sequence[Span | None]]]
) -> dict[int, Span]:
    """Return when each word that was found is said, by its place in the text.

    aligned has the words of each window, None for one that was not found. Where a word was both heard and
    aligned, the alignment counts.
    """
    times = {place: Span(start_ms=each.start_ms, end_ms=each.end_ms) for place, each in anchors.items()}
    for window, spans in aligned:
        times |= {window.first + step: span for step, span in enumerate(spans) if span is not None}
    return times


def placed_words(
    transcript: ElementList,
    found: Mapping[int, Span],
    speech: Sequence[Span],
    *,
    timed: bool,
    media_ms: int,
) -> list[TimedWord]:
    """Return the words of the transcript, each with a time: ascending, in the recording, at least 1 ms long.

    speech is where somebody speaks. A word that was not found keeps the time of the transcript where this has
    times (`timed`) that lie between those of the words around it; otherwise such words share the speech
    between the words around them, by their length. `fits_duration` must be true of them.
    """
    tokens = [token for token in _tokens(transcript) if token.type is TokenType.WORD]
    words: list[TimedWord] = []
    ended = 0
    for place in [*sorted(found), len(tokens)]:
        missing = tokens[len(words) : place]
        begins = found[place].start_ms if place in found else media_ms
        words += _estimated(missing, Span(start_ms=ended, end_ms=max(begins, ended)), speech, timed=timed)
        if place in found:
            words.append(_word(tokens[place], found[place].start_ms, found[place].end_ms, Origin.ALIGNED))
            ended = found[place].end_ms
    return fit_words(words, 0, media_ms)


def _estimated(
    tokens: Sequence[Token], gap: Span, speech: Sequence[Span], *, timed: bool
) -> Iterator[TimedWord]:
    if timed and tokens and gap.start_ms <= tokens[0].start_time and tokens[-1].end_time <= gap.end_ms:
        for token in tokens:
            yield _word(token, token.start_time, token.end_time, Origin.INTERPOLATED)
        return
    span = _speech_within(speech, gap)
    letters = sum(len(token.value) + 1 for token in tokens)
    length = min(span.end_ms - span.start_ms, letters * MS_PER_LETTER)
    done = 0
    for token in tokens:
        start = span.start_ms + length * done // letters
        done += len(token.value) + 1
        yield _word(token, start, span.start_ms + length * done // letters, Origin.INTERPOLATED)


def _word(token: Token, start_ms: int, end_ms: int, origin: Origin) -> TimedWord:
    return TimedWord(text=token.display_as, start_ms=start_ms, end_ms=end_ms, confidence=None, origin=origin)


def _speech_within(speech: Sequence[Span], gap: Span) -> Span:
    """Return the span from the first to the last speech in the gap; the whole gap without speech."""
    inside = [span for span in speech if span.start_ms < gap.end_ms and span.end_ms > gap.start_ms]
    if not inside:
        return gap
    return Span(start_ms=max(inside[0].start_ms, gap.start_ms), end_ms=min(inside[-1].end_ms, gap.end_ms))


def share_found(words: Sequence[TimedWord]) -> float:
    """Return the share of the words whose time was found in the sound, 0 to 1; 1 without words."""
    found = sum(word.origin is not Origin.INTERPOLATED for word in words)
    return found / len(words) if words else 1.0


def synchronized(transcript: ElementList, words: Sequence[TimedWord], *, media_ms: int) -> ElementList:
    """Return the transcript with the times of its words; everything else moves with the words around it."""
    times = iter(_times(list(_tokens(transcript)), words, media_ms))
    segments = [
        _segment(segment, [[next(times) for _ in sequence.tokens] for sequence in segment.sequences])
        for segment in transcript.segments
    ]
    return normalised(replace(transcript, start_time=0, end_time=media_ms, segments=tuple(segments)))


def _times(tokens: Sequence[Token], words: Sequence[TimedWord], media_ms: int) -> list[Token]:
    """Return the tokens with times: a sound lies between its neighbours, a mark where its word ends."""
    found: list[Token] = []
    ended, place = 0, 0
    for token in tokens:
        if token.type is TokenType.WORD:
            word = words[place]
            place += 1
            estimated = word.origin is Origin.INTERPOLATED
            found.append(
                replace(token, start_time=word.start_ms, end_time=word.end_ms, interpolated=estimated)
            )
            ended = word.end_ms
            continue
        until = words[place].start_ms if place < len(words) else media_ms
        end = until if token.type is TokenType.SOUND else ended
        found.append(replace(token, start_time=ended, end_time=max(end, ended), interpolated=True))
        ended = max(end, ended)
    return found


def _segment(segment: Segment, tokens: Sequence[Sequence[Token]]) -> Segment:
    sequences = [
        _sequence(sequence, inner) for sequence, inner in zip(segment.sequences, tokens, strict=True)
    ]
    return replace(
        segment,
        start_time=sequences[0].start_time if sequences else 0,
        end_time=sequences[-1].end_time if sequences else 0,
        sequences=tuple(sequences),
        interpolated=all(each.interpolated for each in sequences),
    )


def _sequence(sequence: TokenSequence, tokens: Sequence[Token]) -> TokenSequence:
    spoken = [token for token in tokens if token.type is TokenType.WORD]
    if spoken:
        # What precedes a word, such as an opening quotation mark, begins with it.
        tokens = [
            token
            if token.type is not TokenType.PUNCTUATION or token.start_time >= spoken[0].end_time
            else replace(token, start_time=spoken[0].start_time, end_time=spoken[0].start_time)
            for token in tokens
        ]
    return replace(
        sequence,
        start_time=tokens[0].start_time if tokens else 0,
        end_time=tokens[-1].end_time if tokens else 0,
        tokens=tuple(tokens),
        interpolated=all(token.interpolated for token in spoken),
    )


def _tokens(transcript: ElementList) -> Iterator[Token]:
    for segment in transcript.segments:
        for sequence in segment.sequences:
            yield from sequence.tokens
