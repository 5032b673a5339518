"""Splits a written word: the punctuation before it, the word, the punctuation after it."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

WIDE_SENTENCE_ENDS = frozenset("。！？｡")  # in writing that puts no space after them
SENTENCE_ENDS = frozenset(".?!…؟।॥።۔") | WIDE_SENTENCE_ENDS
MARK_RUN = re.compile(f"[{re.escape(''.join(sorted(SENTENCE_ENDS)))}]+|.", re.DOTALL)
# Marks that Unicode calls punctuation and that are said, or belong to what is said.
WORD_SYMBOLS = frozenset("&@#%*/\\_§¶†‡‰")
INITIALS = re.compile(r"(?:[^\W\d_]\.){2,}")
INITIAL = re.compile(r"[^\W\d_]")
TITLES = frozenset(
    "mr mrs ms dr prof st sr jr rev hon gen col capt lt sgt vs mt ft messrs mme mlle sra srta".split()
)
NUMBERED = frozenset(
    """no nos nr núm fig figs eq sec sect ch chap vol vols p pp pt pts art par approx ca ext apt rte hwy
    pág págs bd abs max min""".split()
)
"""Abbreviations that belong to the number after them."""
ABBREVIATIONS = (
    TITLES
    | NUMBERED
    | frozenset(
        """no nos nr núm fig figs eq sec sect ch chap vol vols pp pt pts art par para col ed eds op cf ca
    approx est etc al dept depts univ inst assn bros corp inc co cos ltd llc plc jan feb mar apr jun jul
    aug sep sept oct nov dec mon tue tues wed thu thur thurs fri sat sun ave av blvd rd str hwy ste apt
    rte ext tel max min misc temp abs bd bzw vgl usw evtl ggf inkl sog tél éd pág págs avda env""".split()
    )
)
"""Words that are written with a point; before a number or a small letter, it ends no sentence."""
SINGLE_LETTER_WORDS = frozenset("aio")  # letters that end a sentence as words of their own


@dataclass(frozen=True, kw_only=True, slots=True)
class WordParts:
    """A word and its marks; a run of full stops, question and exclamation marks is one mark."""

    before: tuple[str, ...]
    word: str  # empty where there is nothing but punctuation
    after: tuple[str, ...]

    @property
    def ends_sentence(self) -> bool:
        """Tell whether a sentence ends here: not at the point of a title or of an initial."""
        marks = [mark for mark in self.after if mark[0] in SENTENCE_ENDS]
        if not marks:
            return False
        word = self.word.lower()
        return marks != ["."] or not (word in TITLES or is_initial(word))


def is_initial(word: str) -> bool:
    """Tell whether a word in small letters is a letter that stands for a name or a longer word."""
    return INITIAL.fullmatch(word) is not None and word not in SINGLE_LETTER_WORDS


def split_punctuation(text: str) -> WordParts:
    """Split a text without white space; its parts together are the text again."""
    start, end = 0, len(text)
    while start < end and _is_mark(text[start]):
        start += 1
    while end > start and _is_mark(text[end - 1]):
        end -= 1
    if start < end < len(text) and INITIALS.fullmatch(text[start : end + 1]):
        end += 1
    # A minus belongs to its number.
    if 0 < start < end and text[start - 1] == "-" and text[start].isdigit():
        start -= 1
    return WordParts(
        before=tuple(MARK_RUN.findall(text[:start])),
        word=text[start:end],
        after=tuple(MARK_RUN.findall(text[end:])),
    )


def _is_mark(character: str) -> bool:
    return unicodedata.category(character).startswith("P") and character not in WORD_SYMBOLS
