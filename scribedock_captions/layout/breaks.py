"""What it costs a reader when a line or a caption breaks between two words, and why.

Source of the rules: the timed-text guides of broadcasters (see docs/captions.md).  Break after punctuation
and before conjunctions and prepositions; keep an article with its noun, a first name with the last, an
auxiliary with its verb.  The cost of a break is that of leaving the word before (how much it needs what
follows) and that of beginning with the word after; pairs that do something else together have costs of their
own below.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple
from unicodedata import category

from scribedock_captions.elementlist.punctuation import ABBREVIATIONS, NUMBERED, is_initial
from scribedock_captions.text.function_words import CAPITALISES_NOUNS, FUNCTION_WORDS, Kind
from scribedock_captions.text.words import Word

SENTENCE_END_COST = 0.0
COLON_COST = 0.2
COMMA_CLAUSE_COST = 0.3
COMMA_COST = 0.5
QUOTE_COST = 0.7
PLAIN_COST = 1.5
MARK_COST = 9.0  # a line never begins with a full stop
LABEL_COST = 5.0  # between the words of a speaker's name
LABEL_END_COST = 2.0  # between the name and what is said
BAD_BREAK_COST = 2.0
"""From here on a break tears apart what belongs together."""

SENTENCE_MARKS = ".?!…。？！।؟"
STRONG_MARKS = ";:—–；："
COMMA_MARKS = ",،、，"
JOINING_SIGNS = ("&", "+", "/", "@")
CLOSING_MARKS = "\"'”’»)]」』"
OPENING_MARKS = '"“‘«([¿¡「『'

LEAVING_COSTS = {
    Kind.TITLE: 3.5,
    Kind.DETERMINER: 3.2,
    Kind.PREPOSITION: 3.0,
    Kind.OF: 3.0,
    Kind.INFINITIVE: 3.0,
    Kind.COORDINATOR: 3.0,
    Kind.SUBORDINATOR: 3.0,
    Kind.POSSESSIVE: 2.8,
    Kind.SUBJECT: 2.8,
    Kind.CLAUSE: 2.8,
    Kind.AUXILIARY: 2.6,
    Kind.NEGATION: 2.6,
    Kind.PRONOUN: 2.4,
    Kind.DEGREE: 2.0,
    Kind.NUMBER: 1.6,
    Kind.MODIFIER: 1.2,
    Kind.PARTICLE: 1.2,
}
"""How much a word needs what follows it."""

BEGINNING_COSTS = {
    Kind.COORDINATOR: 0.6,
    Kind.SUBORDINATOR: 0.6,
    Kind.PREPOSITION: 0.8,
    Kind.SUBJECT: 0.9,
    Kind.CLAUSE: 0.9,
    Kind.DETERMINER: 1.1,
    Kind.INFINITIVE: 1.2,
    Kind.OF: 1.0,
    Kind.PRONOUN: 1.5,
    Kind.NEGATION: 2.0,
    Kind.OBJECT: 2.4,
    Kind.PARTICLE: 2.4,
    Kind.MARK: MARK_COST,
}
"""How bad a beginning a word makes; others cost PLAIN_COST."""

CONNECTIVES = (Kind.COORDINATOR, Kind.SUBORDINATOR, Kind.PREPOSITION, Kind.OF, Kind.INFINITIVE)
PAIR_COSTS = {
    (Kind.NAME, Kind.NAME): 3.5,
    (Kind.TITLE, Kind.NAME): 5.0,
    (Kind.NAME, Kind.NUMBER): 2.6,  # "Apollo 11"
    (Kind.NUMBER, Kind.NAME): 2.6,  # "12 March"
    (Kind.NUMBER, Kind.NUMBER): 3.0,
    (Kind.SUBORDINATOR, Kind.COORDINATOR): 2.4,  # "how and why"
    # "is", "have" are verbs of their own before a noun
    (Kind.AUXILIARY, Kind.DETERMINER): 2.4,
    (Kind.AUXILIARY, Kind.PREPOSITION): 2.4,
    (Kind.NAME, Kind.AUXILIARY): 1.3,
    (Kind.CONTENT, Kind.AUXILIARY): 1.3,
    # what leans on a noun or a verb leans on nothing where a new phrase begins: "pick it up | and go"
    **{(Kind.PRONOUN, kind): 1.0 for kind in CONNECTIVES},
    **{(Kind.PARTICLE, kind): 1.3 for kind in CONNECTIVES},
    **{(Kind.NUMBER, kind): 1.0 for kind in CONNECTIVES},
    **{(Kind.MODIFIER, kind): 1.0 for kind in CONNECTIVES},
    **{
        (before, after): PLAIN_COST
        for before in (Kind.MODIFIER, Kind.NUMBER)
        for after in (Kind.AUXILIARY, Kind.SUBJECT, Kind.CLAUSE)
    },
    **{
        (kind, Kind.OF): 3.0 for kind in (Kind.PRONOUN, Kind.PARTICLE, Kind.NUMBER, Kind.DETERMINER)
    },  # "one | of them"
}
FIXED_PHRASES = frozenset(
    tuple(pair.split("_"))
    for pair in """kind_of sort_of lot_of lots_of couple_of because_of instead_of front_of each_other such_as
    as_well so_that even_though even_if as_if as_though rather_than more_than less_than want_to used_to
    need_to able_to have_to has_to had_to much_as soon_as long_as far_as make_sure thank_you per_cent
    good_morning good_evening good_night parce_que dès_que plus_de""".split()
)
FIXED_PHRASE_BEGINNINGS = frozenset(pair[0] for pair in FIXED_PHRASES)
FIXED_PHRASE_COST = 2.0

ADJECTIVE_ENDINGS = ("ful", "ous", "ive", "able", "ible", "less", "ical", "ish")
"""Of English words that nearly always stand before a noun or at the end of a clause."""


class Trait(NamedTuple):
    """What a break beside a word depends on."""

    kind: Kind
    closing: float | None  # the cost of a break after its punctuation; None: it has none
    comma: bool
    opens: bool  # it begins with a quotation mark or a bracket
    value: str
    special: bool  # what follows it is not decided by the kinds alone


class Breaks:
    """The costs of breaks in one language.  Remembers each word that it has seen."""

    def __init__(self, language: str = "en") -> None:
        self._language = language.partition("-")[0]
        self._table = FUNCTION_WORDS.get(self._language, {})
        self._names = self._language not in CAPITALISES_NOUNS
        self._seen: dict[tuple[str, str], Trait] = {}

    def costs(self, words: Iterable[Word]) -> list[float]:
        """Return the cost of a break before each word; 0 before the first."""
        costs: list[float] = []
        seen, trait_of, between = self._seen, self.trait, KIND_COSTS
        last: Trait | None = None
        ended = True
        for word in words:
            key = (word.text, word.value)
            trait = seen.get(key) or trait_of(word)
            if last is None or ended:
                costs.append(SENTENCE_END_COST)
            elif last.special or trait.opens:
                costs.append(_marked(last, trait))
            else:
                costs.append(between[last.kind][trait.kind])
            last, ended = trait, word.ends_sentence
        return costs

    def cost(self, before: Word, after: Word) -> float:
        """Return the cost of a break between two words: 0 at the end of a sentence, about 5 at the worst."""
        return self.costs((before, after))[1]

    def reason(self, before: Word, after: Word) -> str:
        """Say why the break costs what it does, for people."""
        first, second = self.trait(before), self.trait(after)
        if before.ends_sentence or first.closing == SENTENCE_END_COST:
            return "at the end of a sentence"
        if first.closing is not None:
            return "after a comma" if first.comma else "after a colon, semicolon or dash"
        if (first.value, second.value) in FIXED_PHRASES:
            return f"inside “{first.value} {second.value}”"
        if (first.kind, second.kind) == (Kind.NAME, Kind.NAME):
            return "inside a name"
        cost = KIND_COSTS[first.kind][second.kind]
        if cost >= BAD_BREAK_COST and LEAVING_COSTS.get(first.kind, 0.0) >= BEGINNING_COSTS.get(
            second.kind, PLAIN_COST
        ):
            return f"after {KIND_NAMES.get(first.kind, 'a word')} that needs what follows"
        if second.kind in BEGINNING_COSTS:
            return f"before {KIND_NAMES[second.kind]}"
        return "between two words"

    def trait(self, word: Word) -> Trait:
        """Return what breaks beside the word depend on."""
        key = (word.text, word.value)
        found = self._seen.get(key)
        if found is None:
            found = self._seen[key] = self._trait(word)
        return found

    def _trait(self, word: Word) -> Trait:
        text = word.text
        value = (
            word.value or text.strip(OPENING_MARKS + CLOSING_MARKS + COMMA_MARKS + STRONG_MARKS).lower()
        ).replace("’", "'")
        kind = self._kind(text, value)
        closing, comma = self._closing(text, kind)
        return Trait(
            kind=kind,
            closing=closing,
            comma=comma,
            opens=len(text) > 1 and text[0] in OPENING_MARKS,
            value=value,
            special=closing is not None or value in FIXED_PHRASE_BEGINNINGS,
        )

    def _kind(self, text: str, value: str) -> Kind:
        if not any(character.isalnum() for character in text):
            return _kind_of_symbols(text)
        kind = self._table.get(value) or self._table.get(value.rstrip("."))
        if text[-1] == "." and value.rstrip(".") in NUMBERED:
            return Kind.TITLE
        if kind is not None and (kind is not Kind.TITLE or text[:1].isupper() or text[-1] == "."):
            return kind
        bare = text.lstrip(OPENING_MARKS)
        if bare[0].isdigit() or bare[0] in "$€£#":
            return Kind.NUMBER
        if self._language == "en" and value.endswith(("'s", "s'")):
            return Kind.POSSESSIVE
        if len(bare) == 2 and bare[0].isupper() and bare[1] == ".":
            return Kind.NAME
        if self._names and bare[0].isupper() and not (len(bare) > 1 and bare.isupper()):
            return Kind.NAME
        if self._language == "en" and len(value) > 5 and value.endswith(ADJECTIVE_ENDINGS):
            return Kind.MODIFIER
        return Kind.CONTENT

    def _closing(self, text: str, kind: Kind) -> tuple[float | None, bool]:
        if text[-1] in STRONG_MARKS:
            return COLON_COST, False
        mark = text.rstrip(CLOSING_MARKS)[-1:]
        if mark and mark in SENTENCE_MARKS:
            # the point of an abbreviation or an initial ends nothing
            word = text[:-1].lower()
            abbreviated = mark == "." and (kind is Kind.TITLE or is_initial(word) or word in ABBREVIATIONS)
            return (None, False) if abbreviated else (SENTENCE_END_COST, False)
        if mark and mark in STRONG_MARKS:
            return COLON_COST, False
        if mark and mark in COMMA_MARKS:
            return COMMA_COST, True
        return (QUOTE_COST, False) if text[-1] in ")]" else (None, False)


def _kind_of_symbols(text: str) -> Kind:
    """Classify a word without letters: "&" and "=" join two others, a picture is a word."""
    if text in JOINING_SIGNS or all(category(character) == "Sm" for character in text):
        return Kind.COORDINATOR
    return Kind.CONTENT if any(category(character)[0] == "S" for character in text) else Kind.MARK


def _marked(before: Trait, after: Trait) -> float:
    """Return the cost of a break where punctuation or a fixed expression decides it."""
    if after.kind is Kind.MARK:
        return MARK_COST
    if before.closing is not None:
        return COMMA_CLAUSE_COST if before.comma and after.kind in CLAUSE_KINDS else before.closing
    cost = KIND_COSTS[before.kind][after.kind]
    if (before.value, after.value) in FIXED_PHRASES:
        return cost + FIXED_PHRASE_COST
    return min(cost, QUOTE_COST + LEAVING_COSTS.get(before.kind, 0.0) / 2) if after.opens else cost


CLAUSE_KINDS = frozenset(
    (Kind.COORDINATOR, Kind.SUBORDINATOR, Kind.SUBJECT, Kind.CLAUSE, Kind.PRONOUN, Kind.PREPOSITION)
)
KIND_NAMES = {
    Kind.TITLE: "a title",
    Kind.DETERMINER: "an article",
    Kind.POSSESSIVE: "a possessive",
    Kind.PREPOSITION: "a preposition",
    Kind.OF: "a preposition",
    Kind.INFINITIVE: "“to”",
    Kind.COORDINATOR: "a conjunction",
    Kind.SUBORDINATOR: "a conjunction",
    Kind.SUBJECT: "a pronoun",
    Kind.PRONOUN: "a pronoun",
    Kind.OBJECT: "a pronoun",
    Kind.CLAUSE: "a clause",
    Kind.AUXILIARY: "an auxiliary",
    Kind.NEGATION: "a negation",
    Kind.DEGREE: "an adverb",
    Kind.NUMBER: "a number",
    Kind.MODIFIER: "an adjective",
    Kind.PARTICLE: "a particle",
    Kind.MARK: "a punctuation mark",
}


def _between(before: Kind, after: Kind) -> float:
    if after is Kind.MARK:
        return MARK_COST
    return PAIR_COSTS.get(
        (before, after), BEGINNING_COSTS.get(after, PLAIN_COST) + LEAVING_COSTS.get(before, 0.0)
    )


KIND_COSTS = tuple(tuple(_between(before, after) for after in Kind) for before in Kind)
"""By the kinds of the words before and after."""
