"""From recognized words to an ElementList.

Where the engine punctuates, its sentences are taken as they are. Where it does not, the only
honest sign of a sentence is a pause: there a full stop is set, and the next word has a capital.
Nothing else is added to what was recognized.
"""

from __future__ import annotations

import math
from collections.abc import Sequence as SequenceOf
from dataclasses import dataclass, replace
from itertools import pairwise

from scribedock.speech.diarization.turns import Turn, speaker_changes
from scribedock.speech.recognizer import Origin, TimedWord
from scribedock.speech.span import Span
from scribedock.speech.timing import clean_words, fit_words
from scribedock_captions.elementlist.model import (
    UNRECOGNIZED,
    ElementList,
    Segment,
    Sequence,
    Tag,
    Token,
    TokenType,
)
from scribedock_captions.elementlist.punctuation import (
    SENTENCE_ENDS,
    WIDE_SENTENCE_ENDS,
    WordParts,
    split_punctuation,
)

CUT_MS = 50
"""Spans closer than this were cut in mid-speech; where there was silence, they are at least 100 ms apart
(`vad.MIN_SILENCE_MS` less twice `vad.PAD_MS`)."""

PAUSE_MS = 700
"""A silence this long between two words ends a sentence of an engine that does not punctuate."""

LONG_PAUSE_MS = 2000
"""A silence this long ends a sentence whatever the punctuation says: a caption does not wait for the rest."""


TURN_SLACK_MS = 700
"""Within this distance of where the voice seems to change, the longest silence between two words is where it
does."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Unit:
    """A word, or several words where the script puts no space between them."""

    words: tuple[TimedWord, ...]
    ends_sentence: bool = False

    @property
    def start_ms(self) -> int:
        return self.words[0].start_ms

    @property
    def end_ms(self) -> int:
        return self.words[-1].end_ms


def assemble(
    chunks: SequenceOf[tuple[Span, list[TimedWord] | None]],
    *,
    language: str,
    media_ms: int,
    punctuates: bool,
    turns: SequenceOf[Turn] = (),
) -> ElementList:
    """Return the transcript of a recording of media_ms milliseconds.

    chunks are its spans of speech, in order, each with its words; None instead of words says that the
    recognizer failed, and becomes the sound INAUDIBLE in the style UNRECOGNIZED. Where nothing was said at
    all, the sound BLANK_AUDIO fills the list. language is a code such as "en". turns say who speaks when: a
    change of speaker begins another sentence for an engine that does not punctuate.

    A word lasts at least 1 ms; a punctuation mark has no duration. A sequence has a confidence score where
    each of its words has a confidence: their mean.
    """
    runs = _runs(chunks, media_ms, punctuates)
    segments: list[Segment] = []
    for run in runs:
        if isinstance(run, Span):
            segments.append(_sound(Tag.INAUDIBLE, run.start_ms, run.end_ms, style=UNRECOGNIZED))
        else:
            turned = run if punctuates else _with_turns(run, speaker_changes(turns))
            segments += [_sentence(units, punctuates) for units in _sentences(turned)]
    return ElementList(
        start_time=0,
        end_time=media_ms,
        language=language,
        segments=tuple(segments) or (_sound(Tag.BLANK_AUDIO, 0, media_ms),),
    )


def _runs(
    chunks: SequenceOf[tuple[Span, list[TimedWord] | None]], media_ms: int, punctuates: bool
) -> list[list[Unit] | Span]:
    """Return runs of uninterrupted speech and the inaudible spans in between."""
    runs: list[list[Unit] | Span] = []
    earliest = 0
    for index, (span, words) in enumerate(chunks):
        start, end = max(span.start_ms, earliest), min(span.end_ms, media_ms)
        if start >= end:
            continue
        earliest = end
        if words is None:
            runs.append(Span(start_ms=start, end_ms=end))
            continue
        units = _units(fit_words(clean_words(words), start, end), joins=punctuates)
        if not units:
            continue
        following = chunks[index + 1][0].start_ms if index + 1 < len(chunks) else math.inf
        if following - span.end_ms >= (LONG_PAUSE_MS if punctuates else CUT_MS):
            units[-1] = replace(units[-1], ends_sentence=True)
        if runs and isinstance(runs[-1], list):
            runs[-1] += units
        else:
            runs.append(units)
    if runs and isinstance(runs[-1], list):
        runs[-1][-1] = replace(runs[-1][-1], ends_sentence=True)
    return [run if isinstance(run, Span) else _with_ends(run, punctuates) for run in runs]


def _units(words: list[TimedWord], *, joins: bool) -> list[Unit]:
    """Return the units of one chunk; with `joins`, a word without a space before it joins the last unit."""
    units: list[Unit] = []
    for word in words:
        text = word.text.strip()
        bare = replace(word, text=text)
        if joins and units and text == word.text and not _ends_without_space(units[-1].words[-1].text):
            units[-1] = Unit(words=(*units[-1].words, bare))
        else:
            units.append(Unit(words=(bare,)))
    return units


def _ends_without_space(text: str) -> bool:
    return any(mark[0] in WIDE_SENTENCE_ENDS for mark in split_punctuation(text).after)


def _with_ends(units: list[Unit], punctuates: bool) -> list[Unit]:
    """Return the units of a run, marked where a sentence ends."""
    enough = LONG_PAUSE_MS if punctuates else PAUSE_MS
    silences = [following.start_ms - unit.end_ms for unit, following in pairwise(units)]
    return [
        replace(
            unit,
            ends_sentence=unit.ends_sentence
            or silence >= enough
            or (punctuates and split_punctuation(unit.words[-1].text).ends_sentence),
        )
        for unit, silence in zip(units, [*silences, 0], strict=True)
    ]


def _with_turns(units: list[Unit], changes: SequenceOf[int]) -> list[Unit]:
    """Return the units, marked as well where another speaker begins."""
    found = list(units)
    for change in changes:
        near = [
            (following.start_ms - unit.end_ms, -abs(unit.end_ms - change), place)
            for place, (unit, following) in enumerate(pairwise(units))
            if following.start_ms >= change - TURN_SLACK_MS and unit.end_ms <= change + TURN_SLACK_MS
        ]
        if near:
            _, _, place = max(near)
            found[place] = replace(found[place], ends_sentence=True)
    return found


def _sentences(units: list[Unit]) -> list[list[Unit]]:
    """Return the sentences; the last may lack its end, where the recognizer failed in mid-speech."""
    sentences: list[list[Unit]] = [[]]
    for unit in units:
        sentences[-1].append(unit)
        if unit.ends_sentence:
            sentences.append([])
    return [sentence for sentence in sentences if sentence]


def _sentence(units: list[Unit], punctuates: bool) -> Segment:
    sequences = [_sequence(unit, punctuates) for unit in units]
    if not punctuates:
        sequences = [_spelled(sequence, first=not index) for index, sequence in enumerate(sequences)]
    if units[-1].ends_sentence:
        sequences[-1] = _ended(sequences[-1], full_stop=not punctuates)
    return Segment(start_time=units[0].start_ms, end_time=units[-1].end_ms, sequences=tuple(sequences))


def _sequence(unit: Unit, punctuates: bool) -> Sequence:
    tokens: list[Token] = []
    for word in unit.words:
        # Without punctuation, the apostrophe of 'em and the points of a.m. are the word's spelling.
        part = split_punctuation(word.text) if punctuates else WordParts(before=(), word=word.text, after=())
        tokens += [_mark(mark, word.start_ms) for mark in part.before]
        if part.word:
            tokens.append(
                Token(
                    type=TokenType.WORD,
                    value=part.word.lower(),
                    display_as=part.word,
                    start_time=word.start_ms,
                    end_time=word.end_ms,
                    interpolated=word.origin is Origin.INTERPOLATED,
                )
            )
        tokens += [_mark(mark, word.end_ms) for mark in part.after]
    known = [word.confidence for word in unit.words if word.confidence is not None]
    return Sequence(
        start_time=unit.start_ms,
        end_time=unit.end_ms,
        tokens=tuple(tokens),
        confidence_score=sum(known) / len(known) if len(known) == len(unit.words) else None,
        interpolated=all(word.origin is Origin.INTERPOLATED for word in unit.words),
    )


def _spelled(sequence: Sequence, *, first: bool) -> Sequence:
    """Return the sequence with the capitals that are certain: the first word's, and that of "I"."""
    tokens = [
        replace(token, display_as=token.display_as[0].upper() + token.display_as[1:])
        if token.type is TokenType.WORD and (first or token.value == "i" or token.value.startswith("i'"))
        else token
        for token in sequence.tokens
    ]
    return replace(sequence, tokens=tuple(tokens))


def _ended(sequence: Sequence, *, full_stop: bool) -> Sequence:
    tokens = sequence.tokens
    if full_stop and tokens[-1].display_as[-1] not in SENTENCE_ENDS:
        tokens = (*tokens, _mark(".", sequence.end_time))
    return replace(sequence, tokens=(*tokens[:-1], replace(tokens[-1], tags=frozenset({Tag.ENDS_SENTENCE}))))


def _mark(text: str, time: int) -> Token:
    return Token(
        type=TokenType.PUNCTUATION,
        value=text.lower(),
        display_as=text,
        start_time=time,
        end_time=time,
        interpolated=True,
    )


def _sound(tag: Tag, start_ms: int, end_ms: int, *, style: str = "") -> Segment:
    name = f"[{tag}]"
    token = Token(
        type=TokenType.SOUND,
        value=name.lower(),
        display_as=name,
        start_time=start_ms,
        end_time=end_ms,
        tags=frozenset({tag}),
        style=style,
    )
    sequence = Sequence(start_time=start_ms, end_time=end_ms, tokens=(token,))
    return Segment(start_time=start_ms, end_time=end_ms, sequences=(sequence,))
