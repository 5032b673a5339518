"""`replace_english_spelling`: one word at a time, into a variety of English.

What is certain from the word alone is changed; a word whose spelling depends on the sentence stays, and so
does a capital word inside a sentence, which is a name.  The tables are our own: those of packages have two
varieties at most, and entries that change the word ("program" into "programme").
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache

from scribedock_captions.options import Spelling
from scribedock_captions.text import spelling_table as table
from scribedock_captions.text.case import cased_like

IZE_VARIETIES = frozenset({Spelling.AMERICAN, Spelling.BRITISH_IZE, Spelling.CANADIAN})
YZE_VARIETIES = frozenset({Spelling.AMERICAN, Spelling.CANADIAN})
ISE_VERB = re.compile(
    r"(?P<root>[a-z]{2,}i)[sz](?P<ending>e|es|ed|ing|ings|ingly|er|ers|able|ation|ations|ational|ationally|ement)"
)
YSE_VERB = re.compile(
    r"(?P<root>(?:anal|paral|catal|breathal|hydrol|electrol|dial|psychoanal|reanal|overanal)y)[sz]"
    r"(?P<ending>e|ed|ing|er|ers)"
)
ISE_ROOTS = frozenset(word[:-2] for word in table.ISE_WORDS.split())
IZE_ROOTS = frozenset(word[:-2] for word in table.IZE_WORDS.split())
MIN_ROOT_LETTERS = 4  # letters with the i: "iodise"
VOWELS_BEFORE_I = "aeou"  # "appraise", "turquoise", "disguise": no verbs in -ize


def respelled(value: str, written: str, spelling: Spelling, *, starts_sentence: bool = False) -> str | None:
    """Spell a word as the variety does, in its case; return None if it is spelled so already.

    `value` is the word in lower case.
    """
    if written[:1].isupper() and not starts_sentence and not (written.isupper() and len(written) > 1):
        return None
    parts = re.split(r"([-'’])", value)
    changed = [_respelled(part, spelling) or part for part in parts]
    return None if changed == parts else cased_like(written, "".join(changed))


def _respelled(word: str, spelling: Spelling) -> str | None:
    found = _table(spelling).get(word)
    if found is not None:
        return found if found != word else None
    for pattern, letter in (
        (YSE_VERB, "sz"[spelling in YZE_VARIETIES]),
        (ISE_VERB, "sz"[spelling in IZE_VARIETIES]),
    ):
        match = pattern.fullmatch(word)
        if match:
            root = match["root"]
            stays = pattern is ISE_VERB and (
                len(root) < MIN_ROOT_LETTERS
                or root[-2] in VOWELS_BEFORE_I
                or root in ISE_ROOTS
                or root in IZE_ROOTS
            )
            found = f"{root}{letter}{match['ending']}"
            return None if stays or found == word else found
    return None


@cache
def _table(spelling: Spelling) -> Mapping[str, str]:
    """Return the spelling of the variety for every form of every word of the tables."""
    as_american = {
        Spelling.AMERICAN: None,  # all
        Spelling.CANADIAN: frozenset(table.AMERICAN_STEMS_IN_CANADA.split()),
        Spelling.AUSTRALIAN: frozenset(table.AMERICAN_STEMS_IN_AUSTRALIA.split()),
    }.get(spelling, frozenset[str]())
    forms: dict[str, str] = {}
    for stem, american, british in _pairs():
        wanted = american if as_american is None or stem in as_american else british
        forms[american] = forms[british] = wanted
    forms |= {
        british: american
        for stem, british, american in _lines(table.AMERICAN_SPELLINGS)
        if as_american is None or stem in as_american
    }
    return forms


def _pairs() -> Iterator[tuple[str, str, str]]:
    """Give each form of each word: its stem in the tables, American, British."""
    for stem in table.OUR_STEMS.split():
        for ending in _endings(table.OUR_ENDINGS):
            yield stem, f"{stem}or{ending}", f"{stem}our{ending}"
    for stem in table.CENTRE_STEMS.split():
        for ending in _endings(table.CENTRE_ENDINGS):
            yield stem, f"{stem}er{ending}", f"{stem}re{ending}"
    for stem in table.DOUBLED_STEMS.split():
        for ending in _endings(table.DOUBLED_ENDINGS):
            yield stem, f"{stem}{ending}", f"{stem}{stem[-1]}{ending}"
    yield from _lines(table.SPELLING_PAIRS)


def _lines(text: str) -> Iterator[tuple[str, str, str]]:
    for line in text.strip().splitlines():
        first, second, *endings = line.split()
        for ending in _endings(" ".join(endings)):
            yield first, first + ending, second + ending


def _endings(text: str) -> list[str]:
    return ["" if ending == "." else ending for ending in text.split()]
