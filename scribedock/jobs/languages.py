"""The languages of the API's public list, in the vendor's own spellings."""

from __future__ import annotations

from collections.abc import Mapping

from scribedock.errors import InvalidOption

SOURCE_LANGUAGES = frozenset(
    """
    af am ar az bg bn bs ca cz de dk en es es-es et eu fa fi fil fr fr-ca gl gr gu he hi hr hu hy id is
    it ja jv ka kk km kn ko lo lt lv mk ml mn mr ms my ne nl no pa pl pt pt-pt ro ru se si sk sl sq sr
    su sw ta te th tl tr uk ur uz vn xh zh-cmn zh-tw zh-yue zu
    """.split()
)

OLDER_SPELLINGS: Mapping[str, str] = {"jp": "ja", "cmn": "zh-cmn", "zh": "zh-cmn"}

AUTO = "auto"  # in place of a source language: it is to be detected

# Where the list's code is not the language's (ISO 639-1), or names a country's form of it.
ISO_CODES: Mapping[str, str] = {
    "cz": "cs",
    "dk": "da",
    "fil": "tl",
    "gr": "el",
    "se": "sv",
    "vn": "vi",
    "zh-cmn": "zh",
    "zh-tw": "zh",
    "zh-yue": "yue",
    "es-es": "es",
    "fr-ca": "fr",
    "pt-pt": "pt",
}


def source_language(code: str) -> str:
    """Return the code of a source language as the list spells it. Raises InvalidOption for any other."""
    known = code.strip().lower().replace("_", "-")
    known = OLDER_SPELLINGS.get(known, known)
    if known not in SOURCE_LANGUAGES:
        raise InvalidOption(
            f"language {code!r} is not on the list; use one of {', '.join(sorted(SOURCE_LANGUAGES))}"
        )
    return known


def spoken_language(code: str) -> str:
    """Return a source language as the list spells it, or AUTO. Raises InvalidOption for any other."""
    return AUTO if code.strip().lower() == AUTO else source_language(code)


def listed_language(code: str) -> str | None:
    """Return the list's code of a language that a recognizer detected (ISO 639-1); None if it has none."""
    if code in SOURCE_LANGUAGES:
        return code
    return next((spelling for spelling, iso in ISO_CODES.items() if iso == code), None)


def target_language(code: str) -> str:
    """Return a language to translate into as the list spells it: any language of the list will do.

    Raises InvalidOption for one that is not on it.
    """
    try:
        return source_language(code)
    except InvalidOption as error:
        raise InvalidOption(f"target_language: {error.comment}") from None


def iso_code(language: str) -> str:
    """Return a recognizer's code for a language of the list: ISO 639-1 where there is one."""
    return ISO_CODES.get(language, language)
