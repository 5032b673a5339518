"""What people search for: words, "phrases in quotation marks", and beginnings of words*."""

from __future__ import annotations

from dataclasses import dataclass

import regex

from scribedock.errors import InvalidQuery
from scribedock.search.tokens import FoundToken, tokens_of

MAX_CHARACTERS = 500
MAX_TERMS = 30
MIN_PREFIX_CHARACTERS = 2
_QUOTES = str.maketrans("“”„«»", '"""""')
_PART = regex.compile(r'"([^"]*)"(\*?)|([^\s"]+)')


@dataclass(frozen=True, kw_only=True)
class SearchTerm:
    """Tokens that follow each other."""

    tokens: tuple[str, ...]
    is_prefix: bool = False  # the last token is the beginning of one


def read_query(text: str) -> tuple[SearchTerm, ...]:
    """Return the terms of a query, all of which a passage must have. Raises InvalidQuery."""
    if len(text) > MAX_CHARACTERS:
        raise InvalidQuery(f"query: {len(text):,} characters; the limit is {MAX_CHARACTERS}")
    plain = text.translate(_QUOTES)
    if plain.count('"') % 2:
        raise InvalidQuery('query: a quotation mark lacks its counterpart, as in "deep sea"')
    found = [term for match in _PART.finditer(plain) if (term := _term(match)) is not None]
    if not found:
        raise InvalidQuery("query: has no letters or digits to search for")
    if len(found) > MAX_TERMS:
        raise InvalidQuery(f"query: {len(found)} words; the limit is {MAX_TERMS}")
    return tuple(dict.fromkeys(found))


def _term(match: regex.Match[str]) -> SearchTerm | None:
    phrase, star, word = match[1], match[2], match[3]
    text = word if phrase is None else phrase
    tokens = tuple(each.token for each in tokens_of(text))
    is_prefix = bool(star) or (phrase is None and text.endswith("*"))
    if not tokens:
        return None
    if is_prefix and tokens[-1].isascii() and len(tokens[-1]) < MIN_PREFIX_CHARACTERS:
        raise InvalidQuery(f"query: {text!r}: at least {MIN_PREFIX_CHARACTERS} letters before the *")
    return SearchTerm(tokens=tokens, is_prefix=is_prefix)


def fts5_expression(terms: tuple[SearchTerm, ...]) -> str:
    """Return the terms in the language of SQLite's FTS5. Tokens are letters and digits alone."""
    return " AND ".join(f'"{" ".join(term.tokens)}"{" *" if term.is_prefix else ""}' for term in terms)


def tsquery_expression(terms: tuple[SearchTerm, ...]) -> str:
    """Return the terms in the language of PostgreSQL's to_tsquery."""
    return " & ".join(
        "(" + " <-> ".join(f"'{token}'" for token in term.tokens) + (":*" if term.is_prefix else "") + ")"
        for term in terms
    )


def matches(found: list[FoundToken], terms: tuple[SearchTerm, ...]) -> list[tuple[int, int]]:
    """Return where the terms stand in the text of these tokens, in characters; ascending, not touching."""
    marked: list[tuple[int, int]] = []
    for term in terms:
        length = len(term.tokens)
        for start in range(len(found) - length + 1):
            here = [each.token for each in found[start : start + length]]
            if here[:-1] == list(term.tokens[:-1]) and _is_last(here[-1], term):
                marked.append((found[start].start, found[start + length - 1].end))
    joined: list[tuple[int, int]] = []
    for begin, end in sorted(marked):
        if joined and begin <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((begin, end))
    return joined


def _is_last(token: str, term: SearchTerm) -> bool:
    return token.startswith(term.tokens[-1]) if term.is_prefix else token == term.tokens[-1]
