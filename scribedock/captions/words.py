"""The words of an ElementList as they will be shown: what no space divides, with its time.

This is where the transforms of tokens happen: sounds, disfluencies, case, names of speakers.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from unicodedata import normalize

from scribedock.captions.disfluencies import without_disfluencies
from scribedock.captions.elementlist import ElementList, Segment, Sequence, Tag, Token, TokenType
from scribedock.captions.options import CaptionOptions, Case, SpeakerDisplay, TextOptions

EFFECTS = "Effects"
UNSPACED = frozenset({"zh", "ja", "th", "lo", "km", "my", "yue", "wuu", "bo", "dz"})
"""Languages (ISO 639) that put no spaces between words; in them, a line may break between tokens."""
CONTROL = re.compile(r"[\x00-\x1f\x7f\x80-\x9f\u2028\u2029\ufeff]+")


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
    sounds: frozenset[Tag] = frozenset()


def words_of(elementlist: ElementList, options: TextOptions) -> list[Word]:
    """All words that are shown, in order; segments that are left empty vanish."""
    words: list[Word] = []
    waiting = False  # a new speaker whose segment vanished
    for index, segment in enumerate(elementlist.segments):
        waiting = waiting or segment.speaker_change or (index == 0 and segment.speaker_id is not None)
        shown = list(_segment_words(segment, index, elementlist.language, options))
        if not shown:
            continue
        shown[-1] = replace(shown[-1], ends_sentence=True)
        if waiting:
            label = _label(elementlist, segment, options)
            shown[0] = replace(shown[0], new_speaker=True, label=label)
            waiting = False
        words += shown
    finished = [_finished(word, elementlist.language, options) for word in words]
    return [word for word in finished if word.text]


def _segment_words(segment: Segment, index: int, language: str, options: TextOptions) -> Iterator[Word]:
    sequences = [_with_sounds(sequence, options) for sequence in segment.sequences]
    kept = _attached(segment.sequences, sequences)
    if options.remove_disfluencies:
        kept = without_disfluencies(kept, language)
    unspaced = language.partition("-")[0] in UNSPACED
    for sequence in kept:
        spaced = True
        for tokens in _units(sequence.tokens) if unspaced else [sequence.tokens]:
            texts = CONTROL.sub(" ", "".join(token.display_as for token in tokens)).split()
            for number, text in enumerate(texts):
                yield Word(
                    text=text,
                    start=min(token.start_time for token in tokens),
                    end=max(token.end_time for token in tokens),
                    segment=index,
                    value=next((token.value for token in tokens if token.type is TokenType.WORD), ""),
                    spaced=spaced,
                    continues=number > 0,
                    ends_sentence=number == len(texts) - 1
                    and any(Tag.ENDS_SENTENCE in token.tags for token in tokens),
                    sounds=_sounds(tokens),
                )
                spaced = True
            spaced = False


def _sounds(tokens: Iterable[Token]) -> frozenset[Tag]:
    found = (tag for token in tokens if token.type is TokenType.SOUND for tag in token.tags)
    return frozenset(found) - {Tag.ENDS_SENTENCE}


def _units(tokens: Iterable[Token]) -> list[list[Token]]:
    """Tokens divided before each word or sound, so that punctuation stays where it is written."""
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


def _with_sounds(sequence: Sequence, options: TextOptions) -> Sequence:
    """The sequence with its sounds left out or put between the wanted boundaries."""
    if all(token.type is not TokenType.SOUND for token in sequence.tokens):
        return sequence
    tokens = []
    for token in sequence.tokens:
        if token.type is not TokenType.SOUND:
            tokens.append(token)
        elif not options.remove_sound_references and not (
            {tag.value for tag in token.tags} & set(options.remove_sounds_list)
        ):
            before, after = options.sound_boundaries
            name = token.display_as.removeprefix("[").removesuffix("]")
            tokens.append(replace(token, display_as=f"{before}{name}{after}"))
    return replace(sequence, tokens=tuple(tokens))


def _attached(before: Iterable[Sequence], after: Iterable[Sequence]) -> list[Sequence]:
    """Drops what became empty; the punctuation of a sound that vanished goes to the word before it."""
    kept: list[Sequence] = []
    for original, changed in zip(before, after, strict=True):
        if changed.tokens and (
            changed is original or any(token.type is not TokenType.PUNCTUATION for token in changed.tokens)
        ):
            kept.append(changed)
        elif changed.tokens and kept and kept[-1].tokens[-1].type is not TokenType.PUNCTUATION:
            kept[-1] = replace(kept[-1], tokens=(*kept[-1].tokens, *changed.tokens))
    return kept


def _label(elementlist: ElementList, segment: Segment, options: TextOptions) -> str:
    marker = options.emit_speaker_change_tokens_as
    name = _name(elementlist, segment, options) if isinstance(options, CaptionOptions) else ""
    return " ".join(part for part in (marker, f"{name}:" if name else "") if part)


def _name(elementlist: ElementList, segment: Segment, options: CaptionOptions) -> str:
    number = segment.speaker_id
    if number is None or options.display_speaker_id is SpeakerDisplay.NO:
        return ""
    name = next((each.name for each in elementlist.speakers if each.id == number), "").strip()
    if number == 0 or name == EFFECTS:
        return options.display_effects_speaker_as
    if options.display_speaker_id is SpeakerDisplay.NUMBER or not name:
        return f"Speaker {number}"
    return name


def _finished(word: Word, language: str, options: TextOptions) -> Word:
    """The word in its final spelling: case, and brackets deleted."""
    label = " ".join(CONTROL.sub(" ", word.label).split())
    if not isinstance(options, CaptionOptions):
        return replace(word, label=label)
    text = word.text
    if options.strip_square_brackets:
        text, label = (re.sub(r"[\[\]]", "", each) for each in (text, label))
    if options.force_case is not Case.KEPT:
        text, label = (cased(each, options.force_case, language) for each in (text, label))
    return replace(word, text=text, label=label)


def cased(text: str, case: Case, language: str) -> str:
    """Upper or lower case as the language writes it.

    Turkish and Azerbaijani have a dotted and a dotless i; a Lithuanian i keeps its dot under an accent
    (Unicode, SpecialCasing).
    """
    family = language.partition("-")[0]
    if family in ("tr", "az"):
        text = text.replace("i", "İ") if case is Case.UPPER else text.replace("I", "ı").replace("İ", "i")
    elif family == "lt" and case is Case.UPPER:
        text = re.sub("(?<=[ijįIJĮ])\u0307", "", text)
    elif family == "lt":
        text = re.sub("[ÌÍĨ]", lambda accented: normalize("NFD", accented[0]), text)
        text = re.sub("([IJĮ])(?=[\u0300\u0301\u0303])", lambda letter: letter[0].lower() + "\u0307", text)
    return text.upper() if case is Case.UPPER else text.lower()
