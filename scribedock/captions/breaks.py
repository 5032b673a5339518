"""What it costs a reader when a line or a caption breaks between two words.

Source of the rules: the timed-text guides of broadcasters (see docs/captions.md).  Break
after punctuation and before conjunctions and prepositions; keep an article with its noun,
a first name with the last, an auxiliary with its verb.
"""

from __future__ import annotations

from scribedock.captions.words import Word

ARTICLES = frozenset(
    "a an the this that these those my your his her its our their no every each some any".split()
)
PREPOSITIONS = frozenset(
    """about above across after against along among around at before behind below beside between beyond by
    down during for from in inside into near of off on onto out over since through to toward towards under
    until up upon with within without""".split()
)
CONJUNCTIONS = frozenset(
    """and but or nor so yet because although though while when where which who whom whose that if
    unless""".split()
)
AUXILIARIES = frozenset(
    """am is are was were be been being have has had do does did will would shall should can could may might
    must i'm you're he's she's it's we're they're i've we've they've i'll you'll he'll she'll we'll they'll
    isn't aren't wasn't weren't haven't hasn't hadn't don't doesn't didn't won't wouldn't can't couldn't
    shouldn't not to""".split()
)
PRONOUNS = frozenset("i you he she it we they".split())

FREE = 0.0
AFTER_COLON = 0.2
AFTER_COMMA = 0.4
BEFORE_CONJUNCTION = 0.7
BEFORE_PREPOSITION = 0.9
PLAIN = 1.5
HELD = 2.0  # added where the word before leans on the one after
LEANING = 1.2
INSIDE_NAME = 2.0

SENTENCE_MARKS = ".?!…。？！"
STRONG_MARKS = ";:—–)；："
COMMAS = ",،、，"


def break_cost(before: Word, after: Word) -> float:
    """0 at the end of a sentence, up to about 5 where a break is worst."""
    mark = before.text.rstrip("\"'”’»)]")[-1:]
    if before.ends_sentence or (mark and mark in SENTENCE_MARKS):
        return FREE
    if before.text[-1] in STRONG_MARKS or mark in STRONG_MARKS:
        return AFTER_COLON
    if mark and mark in COMMAS:
        return AFTER_COMMA
    cost = PLAIN
    if after.value in CONJUNCTIONS:
        cost = BEFORE_CONJUNCTION
    elif after.value in PREPOSITIONS:
        cost = BEFORE_PREPOSITION
    if before.value in ARTICLES or before.value in PREPOSITIONS or before.value in CONJUNCTIONS:
        cost += HELD
    elif before.value in AUXILIARIES or before.value in PRONOUNS:
        cost += LEANING
    if _is_name(before) and _is_name(after):
        cost += INSIDE_NAME
    return cost


def _is_name(word: Word) -> bool:
    return word.text[:1].isupper() and word.value not in PRONOUNS and not word.text.isupper()
