"""An ElementList in another language: its sentences at their times, its words at estimated ones.

A translation does not say when a word is said: the time of a word is its share, by length, of the time in
which the sentence's words are said, and counts as interpolated.  Sounds stay where they are.

Where a language writes no spaces, words are what Unicode's rules divide (UAX #29): a run of katakana or of
digits, else a single character.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from collections.abc import Sequence as Many
from dataclasses import replace
from itertools import groupby

import regex

from scribedock_captions.elementlist.model import ElementList, Segment, Sequence, Tag, Token, TokenType
from scribedock_captions.elementlist.normalisation import normalised
from scribedock_captions.elementlist.punctuation import split_punctuation
from scribedock_captions.text.words import writes_spaces

WORD_BOUNDARY = regex.compile(r"\b", regex.WORD | regex.V1)


def sentences(elementlist: ElementList) -> list[str]:
    """Return what is said in each segment, without sounds; empty where there are only sounds."""
    return [
        " ".join(_said(sequence) for sequence in segment.sequences if not _is_sound(sequence))
        for segment in elementlist.segments
    ]


def translated(elementlist: ElementList, texts: Many[str], language: str) -> ElementList:
    """Return the list with `texts` in place of `sentences(elementlist)`.

    language: as "de" or "pt-br".  Keywords, topics and entities are left out.
    """
    spaces = writes_spaces(language)
    segments = [
        _segment(segment, text, spaces=spaces)
        for segment, text in zip(elementlist.segments, texts, strict=True)
    ]
    return normalised(
        replace(
            elementlist,
            language=language,
            segments=tuple(segment for segment in segments if segment.sequences),
            keywords=(),
            topics=(),
            entities=(),
        )
    )


def _segment(segment: Segment, text: str, *, spaces: bool) -> Segment:
    sounds = [each for each in segment.sequences if _is_sound(each)]
    spans = [(each.start_time, each.end_time) for each in segment.sequences if not _is_sound(each)]
    begins = [each.start_time for each in sounds]
    words = [_sequence(parts) for parts in _sequences(text.split(), spans, begins, spaces=spaces)]
    if words and split_punctuation(text.split()[-1]).ends_sentence:
        *before, last = words[-1].tokens
        tagged = replace(last, tags=last.tags | {Tag.ENDS_SENTENCE})
        words[-1] = replace(words[-1], tokens=(*before, tagged))
    ordered = sorted([*sounds, *words], key=lambda each: each.start_time)
    return replace(segment, sequences=tuple(ordered), interpolated=bool(words) or segment.interpolated)


def _sequences(
    chunks: Many[str], spans: Many[tuple[int, int]], sounds: Many[int], *, spaces: bool
) -> Iterator[list[tuple[str, int, int]]]:
    """Give what stands between two spaces, as words with their times; a sound divides it, too."""
    parts = [(place, part) for place, chunk in enumerate(chunks) for part in _parts(chunk, spaces=spaces)]
    timed = _spread([part for _, part in parts], spans)
    placed = zip((place for place, _ in parts), timed, strict=False)  # without speech nothing is spread

    def where(one: tuple[int, tuple[str, int, int]]) -> tuple[int, int]:
        return one[0], sum(begin <= one[1][1] for begin in sounds)

    for _, group in groupby(placed, key=where):
        yield [word for _, word in group]


def _parts(chunk: str, *, spaces: bool) -> list[str]:
    """Split a text without spaces into words, each with the marks around it."""
    if spaces:
        return [chunk]
    parts: list[str] = []
    opening = ""
    for piece in WORD_BOUNDARY.split(chunk):
        if any(unicodedata.category(character)[0] in "LNMS" for character in piece):
            parts.append(opening + piece)
            opening = ""
        elif parts and not opening and not _opens(piece):
            parts[-1] += piece
        else:
            opening += piece
    if opening and parts:
        parts[-1] += opening
    return parts or [chunk]


def _opens(piece: str) -> bool:
    return any(unicodedata.category(character) in {"Ps", "Pi"} for character in piece)


def _spread(words: Many[str], spans: Many[tuple[int, int]]) -> Iterator[tuple[str, int, int]]:
    """Give each word its time within the spans; one that would lie over a pause ends before it."""
    if not spans:
        return
    total = sum(end - start for start, end in spans)
    letters = sum(len(word) + 1 for word in words)
    done = 0
    for word in words:
        begin = total * done // letters
        done += len(word) + 1
        start, limit = _place(begin, spans)
        yield word, start, min(start + total * done // letters - begin, limit)


def _place(offset: int, spans: Many[tuple[int, int]]) -> tuple[int, int]:
    """Return where an offset into the speech lies, and when the speech there ends."""
    for position, (start, end) in enumerate(spans):
        if offset < end - start or position == len(spans) - 1:
            return min(start + offset, end), _end_of_run(position, spans)
        offset -= end - start
    raise AssertionError("there is a last span")


def _end_of_run(position: int, spans: Many[tuple[int, int]]) -> int:
    """Return the end of the last span that follows without a pause."""
    while position + 1 < len(spans) and spans[position + 1][0] <= spans[position][1]:
        position += 1
    return spans[position][1]


def _is_sound(sequence: Sequence) -> bool:
    return all(token.type is TokenType.SOUND for token in sequence.tokens)


def _said(sequence: Sequence) -> str:
    return "".join(token.display_as for token in sequence.tokens if token.type is not TokenType.SOUND)


def _sequence(words: Many[tuple[str, int, int]]) -> Sequence:
    tokens: list[Token] = []
    for text, start, end in words:
        parts = split_punctuation(text)
        tokens += [_token(TokenType.PUNCTUATION, mark, start, start) for mark in parts.before]
        if parts.word:
            tokens.append(_token(TokenType.WORD, parts.word, start, end))
        tokens += [_token(TokenType.PUNCTUATION, mark, end, end) for mark in parts.after]
    return Sequence(start_time=words[0][1], end_time=words[-1][2], tokens=tuple(tokens), interpolated=True)


def _token(type: TokenType, text: str, start: int, end: int) -> Token:
    return Token(
        type=type, value=text.lower(), display_as=text, start_time=start, end_time=end, interpolated=True
    )
