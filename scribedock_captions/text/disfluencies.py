"""Removes hesitations (um, uh), and mends the sentence around them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from scribedock_captions.elementlist.model import Sequence, Tag, Token, TokenType
from scribedock_captions.text.case import capitalised

DISFLUENCIES: Mapping[str, frozenset[str]] = {
    "en": frozenset({"um", "umm", "uh", "uhh", "er", "erm", "ah", "hmm", "hm", "mm"}),
    "de": frozenset({"äh", "ähm", "öh", "öhm", "ehm", "hm", "hmm"}),
    "fr": frozenset({"euh", "heu", "hum", "hm"}),
    "es": frozenset({"em", "ehm", "mmm", "hm"}),
    "it": frozenset({"ehm", "uhm", "mmm", "hm"}),
    "pt": frozenset({"hum", "ahn", "hã", "hm"}),
    "nl": frozenset({"uh", "uhm", "ehm", "euh", "hm"}),
}
"""By language, because what hesitates in one means something in another: "er" is "he" in German.
A word that answers ("mm-hmm", "uh-huh", "mhm") is none of them."""

ENDING_MARKS = frozenset(".?!…")


def disfluencies(language: str) -> frozenset[str]:
    """Return the hesitations of a language, in lower case."""
    return DISFLUENCIES.get(language.partition("-")[0], frozenset())


def without_disfluencies(sequences: Iterable[Sequence], language: str) -> list[Sequence]:
    """Remove the hesitations of a sentence.

    Punctuation stays where there is something to put it on, never twice; an end of sentence takes the
    place of a comma; a capital goes to the word that is first now.
    """
    table = disfluencies(language)
    kept: list[Sequence] = []
    capital = False
    for sequence in sequences:
        words = [token for token in sequence.tokens if token.type is not TokenType.PUNCTUATION]
        if not words or any(token.value not in table for token in words):
            kept.append(_capitalised(sequence) if capital else sequence)
            capital = False
            continue
        first = not kept or _ends(kept[-1].tokens)
        capital = capital or (first and words[0].display_as[:1].isupper())
        marks = tuple(token for token in sequence.tokens if token.type is TokenType.PUNCTUATION)
        if kept and marks and not (_ends(marks) and first):
            kept[-1] = _with_marks(kept[-1], marks)
    return kept


def _with_marks(sequence: Sequence, marks: tuple[Token, ...]) -> Sequence:
    last = sequence.tokens[-1]
    if last.type is not TokenType.PUNCTUATION:
        return replace(sequence, tokens=(*sequence.tokens, *marks))
    if _ends(marks) and not _ends((last,)):
        return replace(sequence, tokens=(*sequence.tokens[:-1], *marks))
    tags = last.tags.union(*(mark.tags for mark in marks))
    return replace(sequence, tokens=(*sequence.tokens[:-1], replace(last, tags=tags)))


def _ends(tokens: tuple[Token, ...]) -> bool:
    return any(
        token.display_as in ENDING_MARKS or Tag.ENDS_SENTENCE in token.tags
        for token in tokens
        if token.type is TokenType.PUNCTUATION
    )


def _capitalised(sequence: Sequence) -> Sequence:
    tokens = list(sequence.tokens)
    for index, token in enumerate(tokens):
        if token.type is TokenType.WORD:
            tokens[index] = replace(token, display_as=capitalised(token.display_as))
            break
    return replace(sequence, tokens=tuple(tokens))
