"""Cues as an ElementList.

A file of captions says when each caption is shown, not when each word is said; so the time of a word is its
share, by length, of its caption's, and counts as interpolated.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import NamedTuple

from scribedock_captions.conversion.rolling import said_once
from scribedock_captions.conversion.speakers import speaker_reader
from scribedock_captions.conversion.timing import in_turn, timed
from scribedock_captions.document import UNKNOWN_LANGUAGE
from scribedock_captions.elementlist import model
from scribedock_captions.elementlist.model import ElementList, Segment, Speaker, Tag, Token, TokenType
from scribedock_captions.elementlist.normalisation import normalised
from scribedock_captions.elementlist.punctuation import split_punctuation
from scribedock_captions.elementlist.sentences import SentenceEnds
from scribedock_captions.readers.cue import CueFile, Line
from scribedock_captions.style import PLAIN, Style
from scribedock_captions.text.scripts import are_unspaced, phrases_of

SENTENCE_SILENCE_MS = 2000  # between captions, that ends a sentence
UNIT = re.compile(r"\[[^\[\]]{1,80}\][^\s\w\[\]]*|[^\s\[]+|\[")
OPEN_SOUND = re.compile(r"\[[^\[\]]{0,80}\Z")
CLOSED_SOUND = re.compile(r"[^\[\]]{0,80}\]")
SOUND = re.compile(r"\[([^\[\]]{1,80})\]")


def elementlist_of(
    file: CueFile, *, language: str = "", duration: int | None = None, styled: bool = False
) -> ElementList:
    """Return the words of the cues in sentences of one speaker.

    language: as "en" or "pt-br"; absent, that of the file, or UNKNOWN_LANGUAGE.  duration: of the recording,
    in ms.  styled: the style of a sequence says which letters are italic, bold or underlined, for our own
    layout.
    """
    file = said_once(file)
    tongue = (language or file.language or UNKNOWN_LANGUAGE).lower().replace("_", "-")
    units = list(_units(file, duration, tongue))
    speakers = dict.fromkeys(unit.speaker for unit in units if unit.speaker)
    names = {name: number for number, name in enumerate(speakers, start=1)}
    segments = []
    ends = SentenceEnds([unit.text for unit in units])
    for _, group in groupby(_numbered(units, ends), key=lambda pair: pair[0]):
        segments.append(_segment([unit for _, unit in group], names, styled=styled))
    return normalised(
        ElementList(
            start_time=0,
            end_time=max([duration or 0, *(unit.end for unit in units)]),
            language=tongue,
            segments=tuple(segments),
            speakers=tuple(Speaker(id=number, name=name) for name, number in names.items()),
        )
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class _Unit:
    """A word with its marks, or a phrase of writing that puts no spaces."""

    text: str
    start: int
    end: int
    speaker: str
    changes: bool  # somebody begins to speak
    breaks: bool  # nothing of this sentence was said before
    joined: bool  # no space stands before it
    style: Style


class _Text(NamedTuple):
    text: str
    speaker: str
    changes: bool
    joined: bool
    style: Style


def _units(file: CueFile, duration: int | None, language: str) -> Iterator[_Unit]:
    read_speaker = speaker_reader(file)
    phrases = phrases_of((line.text for cue in file.cues for line in cue.lines), language)
    speaker, last_end, last_text = "", 0, ""
    changed = False  # somebody else speaks, of whom nothing was said yet
    for timed_cue in in_turn(timed(file.cues, duration)):
        cue, start, end = timed_cue.cue, timed_cue.start, timed_cue.end
        breaks = cue.end is None or start - last_end > SENTENCE_SILENCE_MS
        texts: list[_Text] = []
        for line in _with_whole_sounds(cue.lines):
            said, name, begins = read_speaker(line, speaker)
            changes = changed or begins
            for number, match in enumerate(UNIT.finditer(said)):
                joined = not number and are_unspaced(last_text, match[0])
                style = _style_at(line, len(line.text) - len(said) + match.start())
                for part in phrases.divide(match[0]):
                    texts.append(_Text(part, name, changes, joined, style))
                    changes, joined = False, True
                last_text = match[0]
            speaker, changed = name, changes
        total = sum(len(each.text) + 1 for each in texts)
        done = 0
        for text in texts:
            begin = start + (end - start) * done // total
            done += len(text.text) + 1
            yield _Unit(
                text=text.text,
                start=begin,
                end=start + (end - start) * done // total,
                speaker=text.speaker,
                changes=text.changes,
                breaks=breaks or text.changes,
                joined=text.joined,
                style=text.style,
            )
            breaks = False
        last_end = end


def _numbered(units: Sequence[_Unit], ends: SentenceEnds) -> Iterator[tuple[int, _Unit]]:
    """Give each unit the number of its segment, which is a sentence of one speaker."""
    number, ended = 0, False
    for position, unit in enumerate(units):
        if position and (ended or unit.breaks):
            number += 1
        ended = ends.at(position)
        yield number, unit


def _with_whole_sounds(lines: Sequence[Line]) -> list[Line]:
    """Join lines where a sound in brackets goes on in the next one."""
    found: list[Line] = []
    for line in lines:
        if found and OPEN_SOUND.search(found[-1].text) and CLOSED_SOUND.match(line.text):
            before = found[-1]
            moved = len(before.text) + 1
            spans = [replace(span, start=span.start + moved, end=span.end + moved) for span in line.spans]
            found[-1] = replace(before, text=f"{before.text} {line.text}", spans=(*before.spans, *spans))
        else:
            found.append(line)
    return found


def _style_at(line: Line, place: int) -> Style:
    return next((span.style for span in line.spans if span.start <= place < span.end), PLAIN)


def _segment(units: Sequence[_Unit], names: Mapping[str, int], *, styled: bool) -> Segment:
    sequences: list[model.Sequence] = []
    for unit in units:
        sequence = _sequence(unit, styled=styled)
        if unit.joined and sequences:
            tokens = (*sequences[-1].tokens, *sequence.tokens)
            sequences[-1] = replace(sequences[-1], tokens=tokens, end_time=unit.end)
        else:
            sequences.append(sequence)
    if split_punctuation(units[-1].text).ends_sentence:
        *before, last = sequences[-1].tokens
        tagged = replace(last, tags=last.tags | {Tag.ENDS_SENTENCE})
        sequences[-1] = replace(sequences[-1], tokens=(*before, tagged))
    return Segment(
        start_time=units[0].start,
        end_time=units[-1].end,
        sequences=tuple(sequences),
        speaker_change=units[0].changes,
        speaker_id=names.get(units[0].speaker),
        interpolated=True,
    )


def _sequence(unit: _Unit, *, styled: bool) -> model.Sequence:
    sound = SOUND.match(unit.text)
    rest = unit.text[sound.end() :] if sound else unit.text
    parts = split_punctuation(rest)
    tokens = [_sound(sound, unit)] if sound else []
    tokens += [_mark(mark, unit.start) for mark in parts.before]
    if parts.word:
        tokens.append(_token(TokenType.WORD, parts.word, unit.start, unit.end))
    tokens += [_mark(mark, unit.end) for mark in parts.after]
    return model.Sequence(
        start_time=unit.start,
        end_time=unit.end,
        tokens=tuple(tokens),
        interpolated=True,
        style=str(unit.style) if styled else "",
    )


def _sound(sound: re.Match[str], unit: _Unit) -> Token:
    name = sound[1].strip().upper().replace(" ", "_")
    known = name in Tag.__members__ and name != Tag.ENDS_SENTENCE
    tag = Tag(name) if known else Tag.UNKNOWN
    return _token(TokenType.SOUND, sound[0], unit.start, unit.end, tag)


def _mark(text: str, at: int) -> Token:
    return _token(TokenType.PUNCTUATION, text, at, at)


def _token(type: TokenType, text: str, start: int, end: int, *tags: Tag) -> Token:
    return Token(
        type=type,
        value=text.lower(),
        display_as=text,
        start_time=start,
        end_time=end,
        interpolated=True,
        tags=frozenset(tags),
    )
