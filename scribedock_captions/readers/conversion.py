"""Cues as captions, and as an ElementList.

A file of captions says when each caption is shown, not when each word is said; so the time of a word is its
share, by length, of its caption's, and counts as interpolated.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from scribedock_captions.caption import Caption
from scribedock_captions.elementlist import model
from scribedock_captions.elementlist.model import ElementList, Segment, Speaker, Tag, Token, TokenType
from scribedock_captions.elementlist.normalisation import normalised
from scribedock_captions.elementlist.punctuation import split_punctuation
from scribedock_captions.readers.cue import Cue, CueFile, Line

SPEAKING_RATE = 15  # characters a second, where a file has no times
MIN_CUE_MS = 500
SENTENCE_SILENCE_MS = 2000  # between captions, that ends a sentence
UNIT = re.compile(r"\[[^\[\]]{1,80}\][^\s\w\[\]]*|[^\s\[]+|\[")
SOUND = re.compile(r"\[([^\[\]]{1,80})\]")
SPEAKER_MARKER = re.compile(r">>+\s*(?:(?P<name>[^\s:>][^:>]{0,60}):(?=\s|\Z))?")
CAPITALS_LABEL = re.compile(r"(?P<name>[^\W\d_][^:a-z\n]{1,40}):(?=\s)")


def captions_of_cues(file: CueFile, *, duration: int | None = None) -> list[Caption]:
    """Return the cues as captions, a speaker's name first; ascending, and not overlapping.

    Times that the file lacks are estimated; duration is the length of the recording in ms.
    """
    captions: list[Caption] = []
    speaker = ""
    for cue, start, end in _timed(file.cues, duration):
        lines = []
        for line in cue.lines:
            changed = line.speaker and line.speaker != speaker
            speaker = line.speaker or speaker
            lines.append(f">> {speaker}: {line.text}" if changed else line.text)
        captions.append(Caption(lines=tuple(lines), start=start, end=end))
    return captions


def elementlist_of(file: CueFile, *, language: str = "", duration: int | None = None) -> ElementList:
    """Return the words of the cues in sentences of one speaker.

    language: as "en" or "pt-br"; absent, that of the file, or English.  duration: of the recording, in ms.
    """
    units = list(_units(file, duration))
    speakers = dict.fromkeys(unit.speaker for unit in units if unit.speaker)
    names = {name: number for number, name in enumerate(speakers, start=1)}
    segments = []
    for _, group in groupby(_numbered(units), key=lambda pair: pair[0]):
        segments.append(_segment([unit for _, unit in group], names))
    return normalised(
        ElementList(
            start_time=0,
            end_time=max([duration or 0, *(unit.end for unit in units)]),
            language=(language or file.language or "en").lower().replace("_", "-"),
            segments=tuple(segments),
            speakers=tuple(Speaker(id=number, name=name) for name, number in names.items()),
        )
    )


def _timed(cues: Sequence[Cue], duration: int | None) -> Iterator[tuple[Cue, int, int]]:
    """Give the cues their times, by their beginnings; each ends when the next begins, if not before."""
    ordered = sorted(_with_beginnings(cues, duration), key=lambda pair: pair[1])
    earliest = 0
    for (cue, begin), (_, following) in zip(ordered, [*ordered[1:], (None, None)], strict=False):
        start = max(begin, earliest)
        end = cue.end if cue.end is not None and cue.end > start else start + _speaking_time(cue)
        earliest = max(end if following is None else min(end, following), start + 1)
        yield cue, start, earliest


def _with_beginnings(cues: Sequence[Cue], duration: int | None) -> list[tuple[Cue, int]]:
    rate = 1.0
    if duration and all(cue.start is None for cue in cues):
        rate = duration / max(sum(_speaking_time(cue) for cue in cues), 1)
    found, at = [], 0.0
    for cue in cues:
        at = at if cue.start is None else cue.start
        found.append((cue, int(at)))
        at = cue.end if cue.end is not None and cue.end > at else at + _speaking_time(cue) * rate
    return found


def _speaking_time(cue: Cue) -> int:
    """Return how long it takes to say a cue, in ms."""
    return max(MIN_CUE_MS, sum(len(line.text) + 1 for line in cue.lines) * 1000 // SPEAKING_RATE)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Unit:
    """A text that no space divides."""

    text: str
    start: int
    end: int
    speaker: str
    changes: bool  # somebody begins to speak
    breaks: bool  # nothing of this sentence was said before


def _units(file: CueFile, duration: int | None) -> Iterator[_Unit]:
    labels = _labels(file)
    speaker, last_end = "", 0
    for cue, start, end in _timed(file.cues, duration):
        breaks = cue.end is None or start - last_end > SENTENCE_SILENCE_MS
        texts = []
        for line in cue.lines:
            said, name, changes = _speaker(line, speaker, labels)
            for text in UNIT.findall(said):
                texts.append((text, name, changes))
                changes = False
            speaker = name
        total = sum(len(text) + 1 for text, _, _ in texts)
        done = 0
        for text, name, changes in texts:
            begin = start + (end - start) * done // total
            done += len(text) + 1
            until = start + (end - start) * done // total
            yield _Unit(
                text=text, start=begin, end=until, speaker=name, changes=changes, breaks=breaks or changes
            )
            breaks = False
        last_end = end


def _labels(file: CueFile) -> frozenset[str]:
    """Find the names in capitals before a colon that occur twice: once, it may be anything."""
    found = Counter(
        match["name"]
        for cue in file.cues
        for line in cue.lines
        if (match := CAPITALS_LABEL.match(line.text)) and match["name"].isupper()
    )
    return frozenset(name for name, times in found.items() if times > 1)


def _speaker(line: Line, before: str, labels: frozenset[str]) -> tuple[str, str, bool]:
    """Return what is said, by whom, and whether somebody else spoke before."""
    if match := SPEAKER_MARKER.match(line.text):
        return line.text[match.end() :], (match["name"] or line.speaker).strip(), True
    match = CAPITALS_LABEL.match(line.text)
    if match and match["name"] in labels:
        return line.text[match.end() :], match["name"], match["name"] != before
    speaker = line.speaker or before
    return line.text, speaker, speaker != before


def _numbered(units: Sequence[_Unit]) -> Iterator[tuple[int, _Unit]]:
    """Give each unit the number of its segment, which is a sentence of one speaker."""
    number, ended = 0, False
    for position, unit in enumerate(units):
        if position and (ended or unit.breaks):
            number += 1
        ended = split_punctuation(unit.text).ends_sentence
        yield number, unit


def _segment(units: Sequence[_Unit], names: Mapping[str, int]) -> Segment:
    sequences = [_sequence(unit) for unit in units]
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


def _sequence(unit: _Unit) -> model.Sequence:
    sound = SOUND.match(unit.text)
    rest = unit.text[sound.end() :] if sound else unit.text
    parts = split_punctuation(rest)
    tokens = [_sound(sound, unit)] if sound else []
    tokens += [_mark(mark, unit.start) for mark in parts.before]
    if parts.word:
        tokens.append(_token(TokenType.WORD, parts.word, unit.start, unit.end))
    tokens += [_mark(mark, unit.end) for mark in parts.after]
    return model.Sequence(start_time=unit.start, end_time=unit.end, tokens=tuple(tokens), interpolated=True)


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
