"""The characters of CEA-608, and how they are sent.

Source: 47 CFR 15.119 (g) and CEA-608, the standard, special and extended character sets.  A standard
character is one byte; a special one is a pair, like a control code; an extended one is a pair that takes
the place of the standard character before it, which an older decoder shows instead.  Every pair that is a
control code is sent twice, and a decoder ignores the second (CEA-608, §8.4).
"""

from __future__ import annotations

PADDING = b"\x80"  # a zero, with parity


def with_parity(code: int) -> int:
    """Add to seven bits the eighth that makes the number of ones odd."""
    return code if code.bit_count() % 2 else code | 0x80


def _standard() -> dict[str, int]:
    """Return the standard set: ASCII, except for ten places."""
    codes = {chr(code): code for code in range(0x20, 0x7F)}
    for letter in "*\\^_`{|}~":
        del codes[letter]
    codes |= {"á": 0x2A, "é": 0x5C, "í": 0x5E, "ó": 0x5F, "ú": 0x60, "ç": 0x7B, "÷": 0x7C, "Ñ": 0x7D}
    codes |= {"ñ": 0x7E, "’": 0x27, "\u00a0": 0x20}  # 0x7F is a block, which some decoders do not show
    return {letter: with_parity(code) for letter, code in codes.items()}


def _pairs(first: int, letters: str, start: int) -> dict[str, bytes]:
    return {
        letter: bytes((with_parity(first), with_parity(start + place)))
        for place, letter in enumerate(letters)
        if letter != " "
    }


STANDARD = _standard()
SPECIAL = _pairs(0x11, "®°½¿™¢£♪à èâêîôû", 0x30)
EXTENDED = _pairs(0x12, "ÁÉÓÚÜü‘¡* —©℠•“”ÀÂÇÈÊËëÎÏïÔÙùÛ«»", 0x20) | _pairs(
    0x13, "ÃãÍÌìÒòÕõ{}\\^_|~ÄäÖöß¥¤¦ÅåØø┌┐└┘", 0x20
)
FALLBACKS = dict(
    zip(
        "ÁÉÓÚÜü‘¡*—©℠•“”ÀÂÇÈÊËëÎÏïÔÙùÛ«»ÃãÍÌìÒòÕõ{}\\^_|~ÄäÖöß¥¤¦ÅåØø┌┐└┘",
        'AEOUUu\'!.-CS.""AACEEEeIIiOUuU""AaIIiOoOo()/\'-!-AaOosY$!AaOo++++',
        strict=True,
    )
)
"""What stands in the place of an extended character where a decoder does not know it."""
CHARACTERS = frozenset([*STANDARD, *SPECIAL, *EXTENDED])

_ASCII_BYTES = bytes(STANDARD.get(chr(code), 0) for code in range(256))
_UNKNOWN = b"\0"  # no byte with parity is zero


def encoded(text: str) -> bytes:
    """Encode a text of CHARACTERS in whole pairs of bytes."""
    if text.isascii():
        plain = text.encode("ascii").translate(_ASCII_BYTES)
        if _UNKNOWN not in plain:
            return plain + PADDING if len(plain) % 2 else plain
    found = b""
    for letter in text:
        code = STANDARD.get(letter)
        if code is not None:
            found += bytes((code,))
            continue
        pair = SPECIAL.get(letter)
        if pair is None:
            pair = EXTENDED[letter]
            found += bytes((STANDARD[FALLBACKS[letter]],))
        found = _padded(found) + pair + pair
    return _padded(found)


def _padded(found: bytes) -> bytes:
    return found + PADDING if len(found) % 2 else found


def _read_as() -> dict[int, str]:
    """Return what the codes of the standard set mean, without parity; of two meanings, that of ASCII."""
    found = {code & 0x7F: letter for letter, code in reversed(STANDARD.items())}
    return {**found, 0x7F: "█"}


READ_AS = _read_as()
PAIRS_READ_AS = {
    (pair[0] & 0x7F, pair[1] & 0x7F): letter for letter, pair in (SPECIAL | EXTENDED).items()
} | {
    (0x11, 0x39): "\u00a0",  # a transparent space
    (0x12, 0x29): "'",
}
"""What the pairs of the special and extended sets mean, without parity, in the first channel."""
