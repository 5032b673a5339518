"""The words of an ElementList as they will be shown: what no space divides, with its time."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import NamedTuple

from scribedock_captions.elementlist.model import ElementList, Segment, Tag, Token, TokenType
from scribedock_captions.elementlist.punctuation import WIDE_SENTENCE_ENDS
from scribedock_captions.options import CaptionOptions, Case, SpeakerDisplay, TextOptions
from scribedock_captions.style import PLAIN, Style, style_named
from scribedock_captions.text.case import cased
from scribedock_captions.text.graphemes import width
from scribedock_captions.text.scripts import Phrases, is_unspaced, phrases_of, pieces
from scribedock_captions.text.sounds import NO_SOUNDS, tags_of
from scribedock_captions.text.transforms import Transforms, ends_sentence

MAX_WIDTH = 10**9  # of a transcript, which has no lines
EFFECTS_SPEAKER = "Effects"
UNSPACED_LANGUAGES = frozenset({"zh", "ja", "th", "lo", "km", "my", "yue", "wuu", "bo", "dz"})
"""Languages (ISO 639) that put no spaces between words; in them, a line may break between tokens."""
CONTROL_CHARACTERS = re.compile(r"[\x00-\x1f\x7f\x80-\x9f\u2028\u2029\ufeff]+")


@dataclass(frozen=True, kw_only=True, slots=True)
class Word:
    """A word with its punctuation, or a sound."""

    text: str
    start: int  # ms
    end: int  # ms
    segment: int  # which sentence of the ElementList it belongs to
    value: str = ""  # the bare word in lower case; empty for a sound
    spaced: bool = True  # a space stands before it, unless a line begins
    continues: bool = False  # it is more text of the same word or sound
    ends_sentence: bool = False
    new_speaker: bool = False  # somebody else begins here
    label: str = ""  # what is shown before it: the marker and the name of the speaker
    sounds: frozenset[Tag] = NO_SOUNDS
    style: Style = PLAIN


def writes_spaces(language: str) -> bool:
    """Tell whether spaces divide the words of a language, as "de" or "zh-tw"."""
    return language.partition("-")[0] not in UNSPACED_LANGUAGES


def words_of(elementlist: ElementList, options: TextOptions, *, styled: bool = False) -> list[Word]:
    """Return all words that are shown, in order; segments that are left empty vanish.

    styled: the styles of sequences are those of `Style`; those of a list that somebody made may be anything.
    """
    words: list[Word] = []
    waiting = False  # a new speaker whose segment vanished
    read = _Reader(elementlist, options, styled=styled)
    for index, segment in enumerate(elementlist.segments):
        waiting = waiting or segment.speaker_change or (index == 0 and segment.speaker_id is not None)
        begin = len(words)
        words += read.segment(segment, index)
        if len(words) == begin:
            continue
        if not words[-1].ends_sentence:
            words[-1] = replace(words[-1], ends_sentence=True)
        if begin and words[begin - 1].text[-1] in WIDE_SENTENCE_ENDS:
            words[begin] = replace(words[begin], spaced=False)
        if waiting:
            label = read.finished(_label(elementlist, segment, options))
            words[begin] = replace(words[begin], new_speaker=True, label=label)
            waiting = False
    return words


class _Reader:
    """Makes words of segments, all with the same options."""

    def __init__(self, elementlist: ElementList, options: TextOptions, *, styled: bool) -> None:
        language = self._language = elementlist.language
        self._elementlist = elementlist
        self._styled = styled
        self._transforms = Transforms(language, options)
        self._unspaced = not writes_spaces(language)
        captions = options if isinstance(options, CaptionOptions) else None
        self._strips = captions is not None and captions.strip_square_brackets
        self._case = captions.force_case if captions is not None else Case.KEPT
        self._width = captions.characters_per_caption_line if captions is not None else MAX_WIDTH
        self._plain = not (self._strips or self._case is not Case.KEPT or self._unspaced)

    def segment(self, segment: Segment, index: int) -> Iterator[Word]:
        """Give the words of a segment, which is the one of this index."""
        starts = True  # a sentence
        rewrites = self._transforms.rewrites
        for sequence in self._transforms.sequences(segment):
            tokens = sequence.tokens
            text = "" if rewrites else _plain(tokens)
            style = style_named(sequence.style) if self._styled else PLAIN
            if text and self._plain and not self._is_too_wide(text):
                first = tokens[0]
                yield Word(
                    text=text,
                    start=first.start_time,
                    end=first.end_time if len(tokens) == 1 else max([each.end_time for each in tokens]),
                    segment=index,
                    value=first.value,
                    ends_sentence=ends_sentence(tokens),
                    style=style,
                )
            else:
                yield from self._words(tokens, index, style, starts_sentence=starts)
                starts = ends_sentence(tokens)

    def finished(self, text: str) -> str:
        """Put the text in one line and in its final spelling: case, and brackets deleted."""
        text = " ".join(CONTROL_CHARACTERS.sub(" ", text).split())
        if self._strips:
            text = text.replace("[", "").replace("]", "")
        return cased(text, self._case, self._language) if self._case is not Case.KEPT else text

    def _is_too_wide(self, text: str) -> bool:
        """Tell whether a text must be divided, and can be, since no spaces divide it."""
        return is_unspaced(text) and width(text) > self._width

    def _words(
        self, sequence: tuple[Token, ...], index: int, style: Style, *, starts_sentence: bool
    ) -> Iterator[Word]:
        spaced = True
        for tokens in _units(sequence) if self._unspaced or _has_phrases(sequence) else [list(sequence)]:
            shown = [self._transforms.text(token, starts_sentence=starts_sentence) for token in tokens]
            texts = self.finished("".join(shown)).split()
            values = [token.value for token in tokens if token.type is TokenType.WORD]
            sounds = tags_of(tokens)
            parts = [part for text in texts for part in self._parts(text)]
            times = _shares(tokens, parts, whole=bool(sounds) or len(parts) == len(texts))
            for number, (part, (start, end)) in enumerate(zip(parts, times, strict=True)):
                yield Word(
                    text=part.text,
                    start=start,
                    end=end,
                    segment=index,
                    value=values[0] if len(parts) == 1 and len(values) == 1 else "",
                    spaced=spaced if number == 0 else part.spaced,
                    continues=number > 0 and (bool(sounds) or not part.begins_phrase),
                    ends_sentence=number == len(parts) - 1 and ends_sentence(tokens),
                    sounds=sounds,
                    style=style,
                )
            spaced = False

    def _parts(self, text: str) -> Iterator[_Part]:
        """Give the phrases of a text that is wider than the line, or their pieces; or the text itself."""
        if not self._is_too_wide(text):
            yield _Part(text, spaced=True, begins_phrase=False)
            return
        for phrase_number, phrase in enumerate(self._phrases.divide(text)):
            for number, piece in enumerate(pieces(phrase, self._width)):
                yield _Part(
                    piece, spaced=phrase_number == number == 0, begins_phrase=phrase_number > 0 == number
                )

    @cached_property
    def _phrases(self) -> Phrases:
        tokens = (
            token.display_as
            for segment in self._elementlist.segments
            for sequence in segment.sequences
            for token in sequence.tokens
        )
        return phrases_of(tokens, self._language)


class _Part(NamedTuple):
    """A part of what one token says."""

    text: str
    spaced: bool
    begins_phrase: bool  # after another one, in writing without spaces


def _shares(tokens: Sequence[Token], parts: Sequence[_Part], *, whole: bool) -> Iterator[tuple[int, int]]:
    """Give the time of each part in ms: its share by length, or that of all of them."""
    start = min(token.start_time for token in tokens)
    end = max(token.end_time for token in tokens)
    total, done = sum(len(part.text) for part in parts), 0
    for part in parts:
        if whole:
            yield start, end
            continue
        begin = start + (end - start) * done // total
        done += len(part.text)
        yield begin, start + (end - start) * done // total


def _has_phrases(tokens: tuple[Token, ...]) -> bool:
    """Tell whether no spaces stand between the words of a sequence, since its writing has none."""
    words = [token.display_as for token in tokens if token.type is TokenType.WORD]
    return len(words) > 1 and any(map(is_unspaced, words))


def _plain(tokens: tuple[Token, ...]) -> str:
    """Return the text of a word and the punctuation after it, which most sequences are; empty otherwise."""
    first = tokens[0]
    if first.type is not TokenType.WORD:
        return ""
    text = first.display_as
    for token in tokens[1:]:
        if token.type is not TokenType.PUNCTUATION:
            return ""
        text += token.display_as
    return text if text.isprintable() and " " not in text else ""


def _units(tokens: Iterable[Token]) -> list[list[Token]]:
    """Divide tokens before each word or sound, so that punctuation stays where it is written."""
    units: list[list[Token]] = []
    open_before = True
    for token in tokens:
        if not units or (token.type is not TokenType.PUNCTUATION and not open_before):
            units.append([])
        units[-1].append(token)
        open_before = token.type is TokenType.PUNCTUATION and all(
            each.type is TokenType.PUNCTUATION for each in units[-1]
        )
    return units


def _label(elementlist: ElementList, segment: Segment, options: TextOptions) -> str:
    marker = options.emit_speaker_change_tokens_as
    name = _name(elementlist, segment, options) if isinstance(options, CaptionOptions) else ""
    return " ".join(part for part in (marker, f"{name}:" if name else "") if part)


def _name(elementlist: ElementList, segment: Segment, options: CaptionOptions) -> str:
    number = segment.speaker_id
    if number is None or options.display_speaker_id is SpeakerDisplay.NO:
        return ""
    name = next((each.name for each in elementlist.speakers if each.id == number), "").strip()
    if number == 0 or name == EFFECTS_SPEAKER:
        return options.display_effects_speaker_as
    if options.display_speaker_id is SpeakerDisplay.NUMBER or not name:
        return f"Speaker {number}"
    return name
