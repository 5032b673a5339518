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

AUTO = "auto"  # in place of a source language: it is to be heard

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
    """The list's spelling of a source language. Raises InvalidOption for one that is not on it."""
    known = code.strip().lower().replace("_", "-")
    known = OLDER_SPELLINGS.get(known, known)
    if known not in SOURCE_LANGUAGES:
        raise InvalidOption(
            f"language {code!r} is not on the list; use one of {', '.join(sorted(SOURCE_LANGUAGES))}"
        )
    return known


def spoken_language(code: str) -> str:
    """The list's spelling of a source language, or AUTO. Raises InvalidOption for what is neither."""
    return AUTO if code.strip().lower() == AUTO else source_language(code)


def listed(code: str) -> str | None:
    """The list's spelling of a language that a recognizer has heard (ISO 639-1); None where it has none."""
    if code in SOURCE_LANGUAGES:
        return code
    return next((spelling for spelling, iso in ISO_CODES.items() if iso == code), None)


def target_language(code: str) -> str:
    """The list's spelling of a language to translate into: every one on the list can be.

    Raises InvalidOption for one that is not on it.
    """
    try:
        return source_language(code)
    except InvalidOption as error:
        raise InvalidOption(f"target_language: {error.comment}") from None


def iso_code(language: str) -> str:
    """What a recognizer calls a language of the list (ISO 639-1 where there is one)."""
    return ISO_CODES.get(language, language)
