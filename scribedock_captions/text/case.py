"""Upper and lower case, as languages write it."""

from __future__ import annotations

import re
from unicodedata import normalize

from scribedock_captions.options import Case


def cased(text: str, case: Case, language: str) -> str:
    """Put a text in upper or lower case, as the language writes it.

    Turkish and Azerbaijani have a dotted and a dotless i; a Lithuanian i keeps its dot under an accent
    (Unicode, SpecialCasing).
    """
    family = language.partition("-")[0]
    if family in ("tr", "az"):
        text = text.replace("i", "İ") if case is Case.UPPER else text.replace("I", "ı").replace("İ", "i")
    elif family == "lt" and case is Case.UPPER:
        text = re.sub("(?<=[ijįIJĮ])\u0307", "", text)
    elif family == "lt":
        text = re.sub("[ÌÍĨ]", lambda accented: normalize("NFD", accented[0]), text)
        text = re.sub("([IJĮ])(?=[\u0300\u0301\u0303])", lambda letter: letter[0].lower() + "\u0307", text)
    return text.upper() if case is Case.UPPER else text.lower()


def cased_like(model: str, text: str) -> str:
    """Put a text in capitals if the model is, with a first capital if the model has one."""
    letters = [character for character in model if character.isalpha()]
    if len(letters) > 1 and all(letter.isupper() for letter in letters):
        return text.upper()
    return capitalised(text) if letters and letters[0].isupper() else text


def capitalised(text: str) -> str:
    """Give a text a first capital, unless it has capitals already (iPhone)."""
    return text if text != text.lower() else text[:1].upper() + text[1:]
