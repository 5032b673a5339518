"""Numbers as English words, in the ways that people say them."""

from __future__ import annotations

import re

ONES = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
    "seventeen eighteen nineteen"
).split()
TENS = "_ _ twenty thirty forty fifty sixty seventy eighty ninety".split()
SCALES = ((10**12, "trillion"), (10**9, "billion"), (10**6, "million"), (10**3, "thousand"))
ORDINALS = {
    "one": "first",
    "two": "second",
    "three": "third",
    "five": "fifth",
    "eight": "eighth",
    "nine": "ninth",
    "twelve": "twelfth",
}
MAX_DIGITS = 15  # of a number: more, and those that begin with zero, are said one by one
MAX_ROUND_DIGITS = 7  # of a number that is never said digit by digit if it ends in two zeros
YEARS = range(1100, 2100)

SpokenWords = tuple[str, ...]


def cardinal(number: int) -> SpokenWords:
    """Return the words of 0 ≤ number < 10¹⁵, as 105: one hundred five."""
    if number < 20:
        return (ONES[number],)
    if number < 100:
        return (TENS[number // 10], *(cardinal(number % 10) if number % 10 else ()))
    if number < 1000:
        return (ONES[number // 100], "hundred", *(cardinal(number % 100) if number % 100 else ()))
    size, name = next(scale for scale in SCALES if number >= scale[0])
    return (*cardinal(number // size), name, *(cardinal(number % size) if number % size else ()))


def ordinal(number: int) -> SpokenWords:
    """Return the ordinal, as twenty first for 21."""
    *before, last = cardinal(number)
    if last in ORDINALS:
        last = ORDINALS[last]
    elif last.endswith("y"):
        last = f"{last[:-1]}ieth"
    else:
        last += "th"
    return (*before, last)


def plural(words: SpokenWords) -> SpokenWords:
    """Return the plural, as nineteen nineties for nineteen ninety."""
    *before, last = words
    last = f"{last[:-1]}ies" if last.endswith("y") else f"{last}es" if last.endswith("x") else f"{last}s"
    return (*before, last)


def digits(text: str, *, zero: str = "zero") -> SpokenWords:
    """Return the digits one by one, as zero zero seven for 007."""
    return tuple(zero if digit == "0" else ONES[int(digit)] for digit in text)


def integer(text: str) -> list[SpokenWords]:
    """Return the ways to say a number written with ASCII digits alone, the likeliest first."""
    if len(text) > MAX_DIGITS or (len(text) > 1 and text[0] == "0"):
        return [digits(text), digits(text, zero="oh")]
    number = int(text)
    ways = [cardinal(number)]
    if number in YEARS:
        ways = [*_year(number), *ways]
    elif 100 <= number < 1000 and number % 100 >= 10:
        ways.append((*cardinal(number // 100), *cardinal(number % 100)))  # flight seven forty seven
    if number >= 100:
        ways.append(_with_and(ways[-1] if "hundred" in ways[-1] else cardinal(number)))
    if len(text) >= 3 and (number % 100 or len(text) > MAX_ROUND_DIGITS):
        ways += [digits(text), digits(text, zero="oh")]  # a code, a room, a telephone
    if number == 100 or number == 1000:
        ways.append(("a", *cardinal(number)[1:]))
    return list(dict.fromkeys(ways))


def _year(number: int) -> list[SpokenWords]:
    century, rest = divmod(number, 100)
    if rest == 0:
        return [] if century % 10 == 0 else [(*cardinal(century), "hundred")]
    if rest < 10:
        spoken = (*cardinal(century), "oh", *cardinal(rest))
        return [spoken] if century % 10 else [cardinal(number), _with_and(cardinal(number)), spoken]
    return [(*cardinal(century), *cardinal(rest))]


def _with_and(words: SpokenWords) -> SpokenWords:
    """Return the number with its "and", as one hundred and five; two thousand and one."""
    for name in ("hundred", "thousand"):
        if name in words[:-1]:
            place = len(words) - words[::-1].index(name)
            if place < len(words):
                return (*words[:place], "and", *words[place:])
    return words


def decimal(whole: str, fraction: str) -> list[SpokenWords]:
    """Return the ways to say a decimal, as three point one four for 3.14."""
    before = digits(whole) if len(whole) > MAX_DIGITS else cardinal(int(whole or 0))
    ways = [(*before, "point", *digits(fraction))]
    if fraction.startswith("0"):
        ways.append((*before, "point", *digits(fraction, zero="oh")))
    if not whole.strip("0"):
        ways.append(("point", *digits(fraction)))
    return ways


def clock(hours: str, minutes: str) -> list[SpokenWords]:
    """Return the ways to say a time, as ten oh five for 10:05."""
    hour = cardinal(int(hours))
    if minutes == "00":
        return [hour, (*hour, "o'clock"), (*hour, "hundred")]
    if minutes.startswith("0"):
        return [(*hour, "oh", *cardinal(int(minutes)))]
    return [(*hour, *cardinal(int(minutes)))]


THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")
