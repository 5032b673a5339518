"""What the options change in the text of a sentence, token by token, before anything is laid out.

Sounds, then hesitations, then for each word slang, spelling and profanity.  A word that becomes two keeps its
time.
"""

from __future__ import annotations

from scribedock_captions.elementlist.model import Segment, Sequence, Tag, Token, TokenType
from scribedock_captions.options import TextOptions
from scribedock_captions.text.disfluencies import disfluencies, without_disfluencies
from scribedock_captions.text.profanity import is_profane, masked
from scribedock_captions.text.slang import without_slang
from scribedock_captions.text.sounds import with_sounds
from scribedock_captions.text.spelling import respelled


class Transforms:
    """The transforms that the options ask for, in one language."""

    def __init__(self, language: str, options: TextOptions) -> None:
        self._language = language
        self._options = options
        english = language.partition("-")[0] == "en"
        self._spelling = options.replace_english_spelling if english else None
        self._hesitations = disfluencies(language) if options.remove_disfluencies else frozenset[str]()
        self.rewrites = options.mask_profanity or options.replace_slang or self._spelling is not None
        self._seen: dict[tuple[str, str, bool], str] = {}

    def sequences(self, segment: Segment) -> list[Sequence]:
        """Return the sequences that are shown."""
        kept = list(segment.sequences)
        if any(token.type is TokenType.SOUND for sequence in kept for token in sequence.tokens):
            kept = with_sounds(kept, self._options)
        if self._hesitations and any(
            token.value in self._hesitations for sequence in kept for token in sequence.tokens
        ):
            kept = without_disfluencies(kept, self._language)
        return kept

    def text(self, token: Token, *, starts_sentence: bool) -> str:
        """Return the token as it is shown."""
        if token.type is not TokenType.WORD:
            return token.display_as
        key = (token.value, token.display_as, starts_sentence)
        found = self._seen.get(key)
        if found is None:
            found = self._seen[key] = self._rewritten(*key)
        return found

    def _rewritten(self, value: str, text: str, starts_sentence: bool) -> str:
        options = self._options
        if options.mask_profanity and is_profane(value, self._language):
            return masked(text)
        if options.replace_slang:
            text = without_slang(value, text, self._language) or text
        if self._spelling is not None:
            parts = text.split(" ")
            for index, part in enumerate(parts):
                first = starts_sentence and index == 0
                parts[index] = respelled(part.lower(), part, self._spelling, starts_sentence=first) or part
            text = " ".join(parts)
        return text


def ends_sentence(tokens: tuple[Token, ...] | list[Token]) -> bool:
    """Tell whether one of the tokens is tagged as the end of a sentence."""
    return any(Tag.ENDS_SENTENCE in token.tags for token in tokens)
