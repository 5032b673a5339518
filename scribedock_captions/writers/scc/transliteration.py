"""Any text in the characters of CEA-608: nothing that can be seen is left out.

Letters of other scripts become Latin ones, roughly as their languages are romanized: those of the scripts
below by our tables, Indian ones with the vowel that they imply, all others by anyascii. Symbols and emoji
become their names in brackets; what has neither sound nor name becomes ?.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from anyascii import anyascii

from scribedock_captions.cea608.characters import CHARACTERS

UNKNOWN_LETTER = "?"


def _pairs(text: str) -> dict[str, str]:
    words = text.split()
    return dict(zip(words[::2], words[1::2], strict=True))


LATIN = _pairs(
    """Æ AE æ ae Œ OE œ oe Đ D đ d Ð D ð d Þ Th þ th Ł L ł l Ħ H ħ h ı i ĸ k Ŋ Ng ŋ ng Ŧ T ŧ t ẞ SS ſ s
    Ə E ə e Ɛ E ɛ e Ɔ O ɔ o Ʒ Zh ʒ zh ʻ ‘ ʼ ' ʹ ' ʺ " ˈ ' ː : ª a º o"""
)
MARKS = _pairs(
    """– - ― — ‐ - ‑ - ‒ - − - … ... ‚ , „ " ‟ " ‹ « › » ′ ' ″ " ` ' ´ ' ¨ " ¸ , · • ‧ • × x ⁄ / ∕ / ±
    +/- ≈ ~ ≠ =/= ≤ <= ≥ >= ∞ [infinity] ♫ ♪ ♬ ♪ ♩ ♪ ♭ b ♯ # € EUR ₽ RUB ₹ INR ₩ KRW § S. ¶ P. † + ‡ ++
    ■ # █ # ▪ • ● • ★ * ☆ * 。 . 、 , 「 “ 」 ” 『 “ 』 ” 《 « 》 » 〈 « 〉 » ・ • ー - 〜 ~ ، , ؛ ; ؟ ? ۔ . ।
    . ॥ . ։ . ¯ - ¬ - ¹ 1 ² 2 ³ 3 µ u ¼ 1/4 ¾ 3/4 ⅓ 1/3 ⅔ 2/3 ⅛ 1/8"""
)
GREEK = _pairs(
    """α a β v γ g δ d ε e ζ z η i θ th ι i κ k λ l μ m ν n ξ x ο o π p ρ r σ s ς s τ t υ y φ f χ ch ψ
    ps ω o"""
)
CYRILLIC = _pairs(
    """а a б b в v г g д d е e ж zh з z и i й y к k л l м m н n о o п p р r с s т t у u ф f х kh ц ts ч
    ch ш sh щ shch ъ ' ы y ь ' э e ю yu я ya ё yo є ye і i ї yi ґ g ў w ђ dj ј j љ lj њ nj ћ c џ dz
    ѓ gj ќ kj ѕ dz"""
)
HEBREW = _pairs(
    """א ' ב b ג g ד d ה h ו v ז z ח ch ט t י y ך kh כ k ל l ם m מ m ן n נ n ס s ע ' ף f פ p ץ ts צ ts
    ק k ר r ש sh ת t"""
)
ARABIC = _pairs(
    """ء ' آ aa أ a ؤ u إ i ئ y ا a ب b ة a ت t ث th ج j ح h خ kh د d ذ dh ر r ز z س s ش sh ص s ض d ط t
    ظ z ع ' غ gh ف f ق q ك k ل l م m ن n ه h و w ى a ي y پ p چ ch ژ zh گ g ک k ی y"""
)
TABLE = LATIN | MARKS | GREEK | CYRILLIC | HEBREW | ARABIC
TABLE |= {letter.upper(): sound.capitalize() for letter, sound in (CYRILLIC | GREEK).items() if letter != "ς"}

INDIAN = "DEVANAGARI|BENGALI|GURMUKHI|GUJARATI|ORIYA|TAMIL|TELUGU|KANNADA|MALAYALAM|SINHALA"
INDIAN_LETTER = re.compile(rf"\A(?:{INDIAN}) (?:LETTER|VOWEL SIGN) (?P<sound>[A-Z]+)\b")
SILENT = re.compile(r"VIRAMA|HALANT|NUKTA")


def transliterated(text: str) -> str:
    """Return the text in CHARACTERS; the same text where it has no others.  It may be longer."""
    if CHARACTERS.issuperset(text):
        return text
    found: list[str] = []
    for letter in unicodedata.normalize("NFC", text):
        if letter in CHARACTERS:
            found.append(letter)
            continue
        if found and _takes_vowel(letter):
            found[-1] = found[-1].removesuffix("a")
        found.append(_sound(letter))
    return "".join(found)


@lru_cache(maxsize=4096)
def _sound(letter: str) -> str:
    if (known := TABLE.get(letter)) is not None:
        return known
    if (digit := unicodedata.decimal(letter, None)) is not None:
        return str(digit)
    name, category = unicodedata.name(letter, ""), unicodedata.category(letter)
    plain = unicodedata.normalize("NFKD", letter)
    if plain != letter and not name.startswith("HANGUL"):
        return "".join(each if each in CHARACTERS else _sound(each) for each in plain)
    if SILENT.search(name):
        return ""
    if indian := INDIAN_LETTER.match(name):
        return indian["sound"].lower()
    if category[0] in "LM" and (sound := _romanized(letter)):
        return sound.lower() if name.startswith("HANGUL") else sound
    if category == "Zs":
        return " "
    if category in ("Mn", "Me", "Mc", "Cf", "Cc"):  # an accent, or nothing that shows
        return ""
    if category[0] == "S" and name:
        return f"[{name.lower().replace(' ', '-')}]"
    return UNKNOWN_LETTER


def _romanized(letter: str) -> str:
    return "".join(each for each in anyascii(letter) if each in CHARACTERS)


@lru_cache(maxsize=4096)
def _takes_vowel(letter: str) -> bool:
    """Tell whether a sign replaces the vowel that an Indian consonant before it implies."""
    name = unicodedata.name(letter, "")
    return "VOWEL SIGN" in name or SILENT.search(name) is not None
