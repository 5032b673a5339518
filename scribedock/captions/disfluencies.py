"""Leaving out the sounds of hesitation, and mending the sentence around them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from scribedock.captions.elementlist import Sequence, Token, TokenType

DISFLUENCIES: Mapping[str, frozenset[str]] = {
    "en": frozenset({"um", "umm", "uh", "uhh", "er", "erm", "ah", "hmm", "hm", "mm"}),
}
"""By language, because what hesitates in one means something in another: "er" is "he" in German.
A word that answers ("mm-hmm", "uh-huh", "mhm") is none of them."""

SENTENCE_ENDS = frozenset(".?!…")


def without_disfluencies(sequences: Iterable[Sequence], language: str) -> list[Sequence]:
    """A sentence without its hesitations.

    Punctuation stays where there is something to put it on, never twice; an end of sentence takes the
    place of a comma; a capital goes to the word that is first now.
    """
    table = DISFLUENCIES.get(language.partition("-")[0], frozenset())
    kept: list[Sequence] = []
    capital = False
    for sequence in sequences:
        words = [token for token in sequence.tokens if token.type is not TokenType.PUNCTUATION]
        if not words or any(token.value not in table for token in words):
            kept.append(_capitalised(sequence) if capital else sequence)
            capital = False
            continue
        capital = capital or (not kept and words[0].display_as[:1].isupper())
        marks = tuple(token for token in sequence.tokens if token.type is TokenType.PUNCTUATION)
        if kept and marks:
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


def _ends(marks: tuple[Token, ...]) -> bool:
    return any(mark.display_as in SENTENCE_ENDS for mark in marks)


def _capitalised(sequence: Sequence) -> Sequence:
    tokens = list(sequence.tokens)
    for index, token in enumerate(tokens):
        if token.type is TokenType.WORD:
            tokens[index] = replace(token, display_as=token.display_as[:1].upper() + token.display_as[1:])
            break
    return replace(sequence, tokens=tuple(tokens))
