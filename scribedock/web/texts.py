"""What pages say, in the language of whoever reads them.

A catalogue is a JSON object from keys to texts; `{name}` in a text is replaced by a value. Where a text
depends on a number, its keys end in `.one` and `.other`. The scripts of the pages read the same catalogues.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources

from starlette.requests import Request

LANGUAGES: Mapping[str, str] = {"en": "English", "de": "Deutsch"}
"""The languages that pages are in, each by its own name. The first is that of everybody else."""
DEFAULT = next(iter(LANGUAGES))
LANGUAGE_COOKIE = "scribedock-language"
PLACEHOLDER = re.compile(r"\{(\w+)\}")
_RANGE = re.compile(r"\s*([a-z]{1,8})(?:-[a-z0-9-]*)?\s*(?:;\s*q\s*=\s*([01](?:\.[0-9]{0,3})?)\s*)?\Z", re.I)
MAX_RANGES = 20


@cache
def catalogue(language: str) -> Mapping[str, str]:
    """Return the texts of a language by their keys."""
    file = resources.files("scribedock.web").joinpath("locales", f"{language}.json")
    found: Mapping[str, str] = json.loads(file.read_text("utf-8"))
    return found


def texts_of(language: str, parts: Collection[str]) -> Mapping[str, str]:
    """Return the texts whose keys begin with one of these parts, for the scripts of a page."""
    return {key: text for key, text in catalogue(language).items() if key.partition(".")[0] in parts}


@dataclass(frozen=True, kw_only=True)
class Texts:
    """The texts in one language. Called with a key, it returns the text with its values."""

    language: str

    @classmethod
    def for_request(cls, request: Request) -> Texts:
        """Return the texts in the language that the reader has chosen, else prefers, else in English."""
        chosen = request.cookies.get(LANGUAGE_COOKIE, "")
        if chosen not in LANGUAGES:
            chosen = preferred(",".join(request.headers.getlist("accept-language")))
        return cls(language=chosen)

    def __call__(self, key: str, **values: object) -> str:
        """Return the text of this key. Raises KeyError for an unknown key or a missing value."""
        return PLACEHOLDER.sub(lambda found: str(values[found[1]]), catalogue(self.language)[key])

    def plural(self, key: str, count: int, **values: object) -> str:
        """Return the text of this key for a number, which it names `{count}`."""
        form = "one" if count == 1 else "other"  # the rule of English and German (CLDR)
        return self(f"{key}.{form}", count=count, **values)


def preferred(accept_language: str) -> str:
    """Return the language that suits best what a browser says it accepts (RFC 9110 §12.5.4)."""
    best, best_weight = DEFAULT, 0.0
    for part in accept_language.split(",")[:MAX_RANGES]:
        found = _RANGE.match(part)
        if found is None or found[1].lower() not in LANGUAGES:
            continue
        weight = float(found[2]) if found[2] else 1.0
        if weight > best_weight:  # of two that are equal, the first
            best, best_weight = found[1].lower(), weight
    return best
