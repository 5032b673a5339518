"""Sounds in a sentence: left out, or put between the chosen boundaries."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from scribedock_captions.elementlist.model import UNRECOGNIZED, Sequence, Tag, Token, TokenType
from scribedock_captions.options import TextOptions

NO_SOUNDS: frozenset[Tag] = frozenset()


def tags_of(tokens: Iterable[Token]) -> frozenset[Tag]:
    """Return the tags of the sounds among the tokens; a sound without one is UNKNOWN."""
    found: set[Tag] = set()
    for token in tokens:
        if token.type is TokenType.SOUND:
            found |= (token.tags - {Tag.ENDS_SENTENCE}) or {Tag.UNKNOWN}
    return frozenset(found)


def with_sounds(sequences: Iterable[Sequence], options: TextOptions) -> list[Sequence]:
    """Return a sentence with its sounds as the options ask for.

    What becomes empty goes; the punctuation of a sound that is left out goes to the word before it.
    """
    kept: list[Sequence] = []
    for sequence in sequences:
        if all(token.type is not TokenType.SOUND for token in sequence.tokens):
            kept.append(sequence)
            continue
        tokens = tuple(
            _bounded(token, options) if token.type is TokenType.SOUND else token
            for token in sequence.tokens
            if token.type is not TokenType.SOUND or not _left_out(token, options)
        )
        if any(token.type is not TokenType.PUNCTUATION for token in tokens):
            kept.append(replace(sequence, tokens=tokens))
        elif tokens and kept and kept[-1].tokens[-1].type is not TokenType.PUNCTUATION:
            kept[-1] = replace(kept[-1], tokens=(*kept[-1].tokens, *tokens))
    return kept


def _left_out(token: Token, options: TextOptions) -> bool:
    """Tell whether the options leave the sound out; unrecognized speech goes only by its name.

    SOUND is an older name of UNKNOWN, which is what readers of our lists know it by.
    """
    if options.remove_sound_references and token.style != UNRECOGNIZED:
        return True
    tags = {tag.value for tag in tags_of((token,))}
    if Tag.SOUND.value in tags:
        tags.add(Tag.UNKNOWN.value)
    return not tags.isdisjoint(options.remove_sounds_list)


def _bounded(token: Token, options: TextOptions) -> Token:
    before, after = options.sound_boundaries
    name = token.display_as.removeprefix("[").removesuffix("]")
    return replace(token, display_as=f"{before}{name}{after}")
