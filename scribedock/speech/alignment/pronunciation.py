"""How written English is said: the words of numbers, symbols and abbreviations.

"1998" is said as nineteen ninety eight, "$5" as five dollars, "FBI" letter by letter.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from scribedock.speech.alignment.numbers import (
    THOUSANDS,
    SpokenWords,
    cardinal,
    clock,
    decimal,
    digits,
    integer,
    ordinal,
    plural,
)

MAX_SPOKEN_FORMS = 6
MAX_CHARACTERS = 100
MAX_SPELLED_CAPITALS = 4  # more capitals than this are likelier a word than letters
MAX_WORDS = 24  # for one written word: anything longer is a number or an address that nobody reads out
SYMBOLS: dict[str, SpokenWords] = {
    "&": ("and",),
    "@": ("at",),
    "%": ("percent",),
    "+": ("plus",),
    "=": ("equals",),
    "°": ("degrees",),
    "#": ("number",),
    "×": ("times",),
    "÷": ("divided", "by"),
    "§": ("section",),
    "<": ("less", "than"),
    ">": ("greater", "than"),
}
CURRENCIES = {
    "$": ("dollar", "cent"),
    "£": ("pound", "penny"),
    "€": ("euro", "cent"),
    "¥": ("yen", "sen"),
}
IRREGULAR_PLURALS = {"penny": "pence", "yen": "yen", "sen": "sen"}
ABBREVIATIONS: dict[str, list[SpokenWords]] = {
    "mr": [("mister",)],
    "mrs": [("missus",), ("mistress",)],
    "ms": [("miz",), ("miss",)],
    "dr": [("doctor",), ("drive",)],
    "prof": [("professor",)],
    "st": [("saint",), ("street",)],
    "jr": [("junior",)],
    "sr": [("senior",)],
    "vs": [("versus",)],
    "etc": [("et", "cetera")],
    "approx": [("approximately",)],
    "km": [("kilometers",), ("k", "m")],
    "kg": [("kilograms",), ("kilos",)],
    "mph": [("miles", "per", "hour"), ("m", "p", "h")],
    "e.g": [("e", "g"), ("for", "example")],
    "i.e": [("i", "e"), ("that", "is")],
}
FRACTIONS = {"1/2": ("one", "half"), "1/4": ("one", "quarter"), "3/4": ("three", "quarters")}
VULGAR_FRACTIONS = str.maketrans({"½": "1/2", "¼": "1/4", "¾": "3/4"})

NUMBER = re.compile(r"(\d+)?(?:\.(\d+))?")
MONEY = re.compile(r"([$£€¥])(\d+)(?:\.(\d+))?([kmb]|bn|tn)?")
MAGNITUDES = {"k": "thousand", "m": "million", "b": "billion", "bn": "billion", "tn": "trillion"}
MARKS = '.,;:!?"()[]{}“”«»¿¡…–—-_*~/\\|'
CLOCK = re.compile(r"(\d{1,2}):(\d{2})([ap]\.?m\.?)?")
ORDINAL = re.compile(r"(\d{1,15})(?:st|nd|rd|th)")
DECADE = re.compile(r"'?(\d{2,4})'?s")
PARTS = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)*|\d+(?:\.\d+)?|[^\w\s]")
PLAIN_WORD = re.compile(r"'?[^\W\d_]+(?:'[^\W\d_]+)*'?")
ACRONYM = re.compile(r"[A-Z]{2,6}s?|(?:[A-Za-z]\.)+[A-Za-z]\.?")
APOSTROPHES = str.maketrans({"’": "'", "ʼ": "'", "‘": "'", "`": "'"})
SPOKEN_SYMBOLS = frozenset(SYMBOLS) | frozenset(CURRENCIES)


def bare_word(written: str) -> str:
    """Return the word for comparison: composed, in lower case, without the marks around it."""
    text = unicodedata.normalize("NFC", written).translate(APOSTROPHES).lower()
    first = next(
        (place for place, mark in enumerate(text) if mark.isalnum() or mark in SPOKEN_SYMBOLS), len(text)
    )
    last = next(
        (place for place, mark in enumerate(text[::-1]) if mark.isalnum() or mark in SPOKEN_SYMBOLS), 0
    )
    return text[first : len(text) - last]


def spoken_forms(written: str) -> list[SpokenWords]:
    """Return the ways to say a written word, likeliest first, as words in lower case; none for a mark.

    At most 6 ways of at most 24 words each.
    """
    if len(written) > MAX_CHARACTERS:
        return []
    text = unicodedata.normalize("NFKC", written.translate(VULGAR_FRACTIONS)).translate(APOSTROPHES)
    ways = _ways("".join(_ascii_digit(character) for character in text))
    found = dict.fromkeys(tuple(word for word in way if word) for way in ways)
    return [way for way in found if 0 < len(way) <= MAX_WORDS][:MAX_SPOKEN_FORMS]


def _ascii_digit(character: str) -> str:
    return str(unicodedata.decimal(character)) if character.isdecimal() else character


def _ways(text: str) -> list[SpokenWords]:
    core = text.strip(MARKS)
    if core[:1].isdecimal() and text.partition(core)[0].endswith("."):
        core = f".{core}"
    lower = THOUSANDS.sub("", core.lower())
    if not lower:
        return []
    known = _known(lower)
    if known:
        return known
    if ACRONYM.fullmatch(core):
        return _acronym(core)
    if PLAIN_WORD.fullmatch(lower):
        return [(lower.strip("'"),)]
    return _pieces(core)


def _known(lower: str) -> list[SpokenWords]:
    if lower in ABBREVIATIONS:
        return ABBREVIATIONS[lower]
    if lower in FRACTIONS:
        return [FRACTIONS[lower], ("a", *FRACTIONS[lower][1:])]
    if lower.isdecimal():
        return integer(lower)
    if (match := NUMBER.fullmatch(lower)) and match[2]:
        return decimal(match[1] or "", match[2])
    if match := MONEY.fullmatch(lower):
        return _money(match)
    if (match := CLOCK.fullmatch(lower)) and int(match[1]) < 25:
        return [
            (*way, *(tuple(match[3].replace(".", "")) if match[3] else ()))
            for way in clock(match[1], match[2])
        ]
    if match := ORDINAL.fullmatch(lower):
        return [ordinal(int(match[1]))]
    if match := DECADE.fullmatch(lower):
        return [plural(integer(match[1])[0])]
    if len(lower) > 1 and lower.endswith("%") and (inner := _ways(lower[:-1])):
        return [(*way, "percent") for way in inner]
    return []


def _money(match: re.Match[str]) -> list[SpokenWords]:
    currency, whole, fraction, magnitude = match.groups()
    unit, part = CURRENCIES[currency]
    if magnitude:
        amounts = decimal(whole, fraction) if fraction else integer(whole)
        return [(*amount, MAGNITUDES[magnitude], _many(unit)) for amount in amounts]
    amounts = integer(whole)
    name = unit if int(whole) == 1 else _many(unit)
    if not fraction or not fraction.strip("0"):
        return [(*amount, name) for amount in amounts]
    if len(fraction) != 2:
        return [(*amount, _many(unit)) for amount in decimal(whole, fraction)]
    rest = cardinal(int(fraction))
    small = part if int(fraction) == 1 else _many(part)
    return [
        (*amounts[0], name, "and", *rest, small),
        (*amounts[0], name, *rest, small),
        (*amounts[0], name, *rest),
        (*amounts[0], *rest),
    ]


def _many(unit: str) -> str:
    return IRREGULAR_PLURALS.get(unit, f"{unit}s")


def _acronym(core: str) -> list[SpokenWords]:
    """Return the ways to say an acronym: letter by letter, or as a word."""
    letters = tuple(core.replace(".", "").lower())
    if core.endswith("s") and core[:-1].isupper():
        return [(*letters[:-2], f"{letters[-2]}'s"), (core.lower(),)]
    if "." in core:
        return [letters]
    ways: list[SpokenWords] = [letters, (core.lower(),)]
    return ways if len(core) <= MAX_SPELLED_CAPITALS else ways[::-1]


def _pieces(core: str) -> list[SpokenWords]:
    """Return joined parts, said one after the other: covid-19, and/or, 3d, name@example.org."""
    pieces = PARTS.findall(THOUSANDS.sub("", core))
    ways = [_joined(_piece(piece) for piece in pieces)]
    if any(piece.isdecimal() for piece in pieces):
        ways += [
            _joined(digits(piece, zero=zero) if piece.isdecimal() else _piece(piece) for piece in pieces)
            for zero in ("zero", "oh")
        ]
        # As 1-800-555-0199: one eight hundred, and the rest digit by digit.
        ways.append(
            _joined(
                digits(piece) if piece.isdecimal() and piece[-2:] != "00" else _piece(piece)
                for piece in pieces
            )
        )
    return ways


def _piece(piece: str) -> SpokenWords:
    if piece in SYMBOLS:
        return SYMBOLS[piece]
    if piece in CURRENCIES:
        return (_many(CURRENCIES[piece][0]),)
    if piece == ".":
        return ("dot",)
    if ACRONYM.fullmatch(piece):
        return _acronym(piece)[0]
    return (_known(piece.lower()) or [(piece.lower(),) if piece[0].isalnum() else ()])[0]


def _joined(parts: Iterable[SpokenWords]) -> SpokenWords:
    return tuple(word for part in parts for word in part)
