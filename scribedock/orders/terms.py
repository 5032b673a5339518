"""The terms in a customer's guidelines: names and words that a recognizer should know how to spell.

Guidelines are written for people, so this looks for what people mark as terms: the items of lists and
glossaries, quoted words, names and abbreviations inside sentences.  What it does not do: tell
a term of one common word in a sentence from any other word.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

import regex
from lxml import etree, html

MAX_TERMS = 1000
MAX_WORDS = 6
MAX_TERM = 100  # characters
MAX_TEXT = 1024 * 1024
MARKUP = regex.compile(r"\A\s*<(?:!doctype html|html|head|body|\?xml|p|div|ul|ol|table|h[1-6])\b", regex.I)
BLOCKS = "p div li tr td th dt dd h1 h2 h3 h4 h5 h6 br pre blockquote table ul ol".split()
BULLET = regex.compile(r"\A\s*(?:[-*•‣·–—]|\(?\d{1,3}[.)]|\(?[a-z][.)])\s+")
DEFINITION = regex.compile(r"\A(?P<term>[^:=\t]{1,100}?)\s*(?:\t|:\s|=|\s[–—-]\s)\s*(?P<meaning>.+)\Z")
LABEL = regex.compile(
    r"\A(?:the\s+)?(?:(?:key|proper|speaker|technical|special|common|important)\s+)?"
    r"(?:terms?|names?|speakers?|glossary|vocabulary|key ?words?|spell(?:ing|ings|ed)?|acronyms?|"
    r"abbreviations?|people|places|products?|brands?|compan(?:y|ies))\Z",
    regex.I,
)
HEADING = regex.compile(
    r"\A(?:notes?|guidelines?|style(?: guide)?|instructions?|format|glossary|terms|names)"
    r"(?:\s+(?:for|of|on|in|from)\s.*)?\Z",
    regex.I,
)
NON_TERM_CHARACTERS = set("@<>{}\\")
ARTICLE = regex.compile(r"\A(?:an?|the)\s+\p{Ll}")
QUOTATION = regex.compile(r"“([^”\n]{2,100})”|\"([^\"\n]{2,100})\"|«([^»\n]{2,100})»|„([^“\n]{2,100})“")
WORD = regex.compile(r"[\p{L}\p{N}][\p{L}\p{N}\p{M}'’&.+#/-]*[\p{L}\p{N}\p{M}+#]|[\p{L}\p{N}]")
SENTENCE_END = regex.compile(r"[.!?…:;。！？：；]['\"”’)]*\s*\Z")
NAME_PARTICLES = frozenset("of the de la le du von van der den da do dos".split())


def terms_of(guideline: str) -> tuple[str, ...]:
    """Return the terms of a guideline (text or HTML) as they are spelled in it, each once, in order.

    At most MAX_TERMS, each of at most MAX_WORDS words.
    """
    found: dict[str, str] = {}
    for line in plain_text(guideline.removeprefix("\ufeff"))[:MAX_TEXT].splitlines():
        for term in _of_line(line):
            clean = regex.sub(r"\s+", " ", term).strip(" .,;:!?\"“”«»„()[]'’")
            if _is_term(clean):
                found.setdefault(clean.casefold(), clean)
        if len(found) >= MAX_TERMS:
            break
    return tuple(islice(found.values(), MAX_TERMS))


def plain_text(guideline: str) -> str:
    """Return the text of a guideline: of HTML what a reader sees, each block on a line of its own."""
    if not MARKUP.match(guideline):
        return guideline
    parser = html.HTMLParser(no_network=True, huge_tree=False, recover=True, encoding="utf-8")
    try:
        root = html.document_fromstring(guideline[:MAX_TEXT].encode("utf-8", "replace"), parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        return ""
    for hidden in root.xpath("//script | //style | //template | //comment()"):
        hidden.drop_tree()
    for block in root.iter(*BLOCKS):
        block.text = "\n" + (block.text or "")
        block.tail = "\n" + (block.tail or "")
    return str(root.text_content())


def _of_line(line: str) -> Iterator[str]:
    item = BULLET.sub("", line).strip()
    if not item:
        return
    for quoted in QUOTATION.finditer(item):
        yield next(part for part in quoted.groups() if part)
    definition = DEFINITION.match(item)
    if definition:
        term, meaning = definition["term"].strip(), definition["meaning"]
        if LABEL.match(term) or _lists_names(meaning):
            yield from _parts(meaning)
        else:
            yield from [] if HEADING.match(term) else [term]
            yield from _names(meaning)
    elif _reads_as_list(item):
        yield from _parts(item)
    else:
        yield from _names(item)


def _reads_as_list(item: str) -> bool:
    """Return whether a line is a term, or several with commas, and not a sentence."""
    if LABEL.match(item) or HEADING.match(item) or ARTICLE.match(item) or SENTENCE_END.search(item):
        return False
    return all(len(part.split()) <= 4 for part in _parts(item))


def _lists_names(text: str) -> bool:
    """Return whether the text is names with commas between them; a heading and a colon may precede them."""
    parts = _parts(text)
    return len(parts) > 1 and all(part[0].isupper() and len(part.split()) <= 4 for part in parts)


def _parts(text: str) -> list[str]:
    return [part.strip() for part in regex.split(r"[,;|/]\s|\s(?:and|or)\s", text) if part.strip(" .")]


def _names(sentence: str) -> Iterator[str]:
    """Yield names, abbreviations, and words with capitals or digits inside them."""
    run: list[str] = []
    end = 0
    first = True
    for word in WORD.finditer(sentence):
        gap = sentence[end : word.start()]
        text = word.group()
        begins = first or bool(SENTENCE_END.search(gap))
        joins = gap.isspace()
        if run and (not joins or not (text[0].isupper() or text.lower() in NAME_PARTICLES)):
            yield from _name(run)
            run = []
        if (run and joins) or (text[0].isupper() and (not begins or _is_coined(text))):
            run.append(text)
        elif _is_coined(text):
            yield text
        end, first = word.end(), False
    yield from _name(run)


def _name(run: list[str]) -> Iterator[str]:
    """Yield the name in a run of capitalized words: without the small words at its end."""
    while run and run[-1].lower() in NAME_PARTICLES:
        run.pop()
    if run and run != ["I"]:
        yield " ".join(run)


def _is_coined(word: str) -> bool:
    """Return whether it is an abbreviation or spelled unusually: iPhone, McDonald, COVID-19, C++."""
    letters = [character for character in word if character.isalpha()]
    if not letters:
        return False
    capitals = sum(character.isupper() for character in letters)
    inside = any(character.isupper() for character in word[1:])
    has_digit = any(character.isdigit() for character in word)
    return (capitals >= 2 or inside or has_digit or word[-1] in "+#") and len(word) >= 2


def _is_term(text: str) -> bool:
    return (
        2 <= len(text) <= MAX_TERM
        and len(text.split()) <= MAX_WORDS
        and any(character.isalpha() for character in text)
        and "://" not in text
        and not NON_TERM_CHARACTERS & set(text)
        and not LABEL.match(text)
        and not HEADING.match(text)
    )
