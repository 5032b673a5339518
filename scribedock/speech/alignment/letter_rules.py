"""How English spelling is read, where no dictionary has the word: letter-to-sound rules.

A rule is what stands before, the letters, what comes after, and their phones (ARPAbet without stress, as the
acoustic model has them). At each place of a word the first rule that fits is taken. The notation and the
approach are those of Elovitz et al., "Automatic translation of English text to phonetics by means of
letter-to-sound rules" (Naval Research Laboratory, 1976); the rules are fewer, and fitted to names and new
words.

In the contexts ^ is a consonant, # one or more vowels, + one of e, i, y, $ the edge of the word, @ a
consonant and an ending that make the vowel before them long, as in "made"; anything else is itself.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache

CLASSES = {
    "^": "[bcdfghjklmnpqrstvwxz]",
    "#": "[aeiouy]+",
    "+": "[eiy]",
    "$": r"\b",
    "@": "[bcdfgjklmnpqstvz](?:e(?:s|d|r|ly|less|ful|ment)?$|ing$|able$)",
}
FOLDED = str.maketrans({"ß": "ss", "æ": "e", "œ": "e", "ø": "o", "ð": "d", "þ": "th", "ł": "l", "đ": "d"})

RULES = """
a: $|a|$:AH  |augh|:AO  |au|:AO  |aw|:AO  |ay|:EY  |ai|r:EH  |ai|:EY  |ae|:IY  |air|:EH R  |are|$:EH R
 w|ar|:AO R  |arr|:EH R  |ar|:AA R  ^^|a|ble:AH  |a|ble$:AH  |ation|:EY SH AH N  |age|$:IH JH  |al|k:AO
 |all|:AO L  |al|$:AH L  |alm|:AA M  |ange|:EY N JH  w|a|t:AA  w|a|sh:AA  |a|@:EY  |a|st$:AE  |a|$:AH  |a|:AE
b: |bb|:B  m|b|$:  |b|t$:  |b|:B
c: |ch|r:K  s|ch|:K  |cch|:K  |ch|:CH  |ck|:K  |cc|+:K S  |cc|:K  s|c|+:  |cia|:SH AH  |cious|:SH AH S
 |ciou|:SH AH  |c|+:S  |cq|:K  |c|:K
d: |dd|:D  |dge|:JH  |dg|+:JH  |dj|:JH  |d|:D
e: #^|ed|$:D  d|ed|$:IH D  t|ed|$:IH D  p|ed|$:T  k|ed|$:T  s|ed|$:T  f|ed|$:T  ch|ed|$:T  sh|ed|$:T  |ed|$:D
 |eau|:OW  |eigh|:EY  |ei|:IY  |eer|:IH R  |ee|:IY  |ear|^:ER  |ear|:IH R  |ead|:EH D  |ea|:IY  |ew|:UW
 |eu|:Y UW  |ey|$:IY  |ey|:EY  |er|:ER  |ere|$:IH R  s|es|$:IH Z  z|es|$:IH Z  x|es|$:IH Z  ch|es|$:IH Z
 sh|es|$:IH Z  g|es|$:IH Z  c|es|$:IH Z  |es|$:Z  #^|e|$:  #^^|e|$:  #|e|$:  ^|e|$:  |e|ment$:  |e|ly$:
 |e|less$:  |e|ful$:  |e|ness$:  |el|$:AH L  |en|$:AH N  |e|@:IY  |e|:EH
f: |ff|:F  |f|:F
g: |gg|:G  |gh|$:  #|gh|t:  #|gh|:  |gh|:G  $|gn|:N  |gn|$:N  |gu|+:G  |ge|$:JH  |ge|o:JH  |gi|o:JH  |g|+:JH
 |g|:G
h: |h|#:HH  |h|:
i: $|i|$:AY  |ier|$:IY ER  |ies|$:IY Z  |ied|$:IY D  |ie|$:IY  |ie|:IY  |igh|:AY  |ign|$:AY N  |ild|$:AY L D
 |ind|$:AY N D  |ing|$:IH NG  |ique|:IY K  |ir|#:AY R  |ir|:ER  |ism|:IH Z AH M  |ize|:AY Z  |ise|:AY Z
 |ible|:AH B AH L  |ion|$:Y AH N  |ious|:IY AH S  |ia|:IY AH  |io|:IY OW  |iu|:IY AH  |i|@:AY  |i|$:IY  |i|:IH
j: |j|:JH
k: $|kn|:N  |kk|:K  |kh|:K  |k|:K
l: |ll|:L  ^|le|$:AH L  ^|les|$:AH L Z  ^|led|$:AH L D  |l|:L
m: |mm|:M  $|mc|:M AH K  |mb|$:M  |mn|$:M  |m|:M
n: |nn|:N  |ng|$:NG  |ng|th:NG  |nge|:N JH  |ng|#:NG G  |ng|:NG  |nk|:NG K  |nx|:NG K S  |nc|t:NG K  |n|:N
o: |oa|r:AO  |oa|:OW  |oe|$:OW  |oh|:OW  |oi|:OY  |oy|:OY  |ook|:UH K  |oor|:AO R  |oo|:UW  |ough|t:AO
 |ough|:OW  |ould|:UH D  |ou|s$:AH  |our|:AO R  |ou|:AW  |ow|n:AW  |ow|$:OW  |ow|:AW  |or|:AO R  w|or|:ER
 |old|:OW L D  |ol|l$:OW  |ost|$:OW S T  |oth|er:AH DH  |o|@:OW  |o|$:OW  ^|on|$:AH N  |ov|er:OW V  |o|:AA
p: |pp|:P  |ph|:F  $|ps|:S  $|pn|:N  $|pt|:T  |p|:P
q: |que|$:K  |qu|:K W  |q|:K
r: |rr|:R  |rh|:R  |r|:R
s: |ssion|:SH AH N  |sion|:ZH AH N  |ssure|:SH ER  |sure|:ZH ER  |ss|:S  |sch|:SH  |sh|:SH  |sc|+:S  |sth|m:Z
 #|s|m$:Z  #|s|$:Z  #^|s|$:Z  |s|:S
t: |tion|:SH AH N  |tial|:SH AH L  |tious|:SH AH S  |tian|:SH AH N  |tia|:SH AH  |ture|:CH ER  |tch|:CH
 |tt|:T
 $|the|$:DH AH  |th|er:DH  |th|e$:DH  |th|:TH  s|t|le:  |t|:T
u: |ue|$:UW  |ui|t:UW  |uy|:AY  |ur|#:Y UH R  |ur|:ER  q|u|:W  g|u|#:W  $|un|:AH N  r|u|@:UW  l|u|@:UW
 j|u|@:UW
 |u|@:Y UW  |u|$:UW  |u|^^:AH  |u|^$:AH  |u|^#:UW  |u|:AH
v: |vv|:V  |v|:V
w: $|wr|:R  |wh|o:HH  |wh|:W  |w|#:W  $|w|:W  |w|:
x: $|x|:Z  e|x|a:G Z  |xc|+:K S  |x|:K S
y: $|y|#:Y  #^|y|$:IY  #^^|y|$:IY  ^|y|$:AY  |y|@:AY  #|y|#:Y  #^|y|:IH  |y|$:IY  ^|y|^:IH  |y|:IY
z: |zz|:Z  |z|:Z
"""


def phones_by_spelling(word: str) -> str:
    """Return the phones of a word by its spelling, as "W IH Z ER D"; empty without Latin letters."""
    text = "".join(
        mark for mark in unicodedata.normalize("NFKD", word.lower().translate(FOLDED)) if "a" <= mark <= "z"
    )
    phones: list[str] = []
    place = 0
    while place < len(text):
        letters, sounds = _rule_at(text, place)
        phones += sounds
        place += letters
    return " ".join(phones)


def _rule_at(text: str, place: int) -> tuple[int, tuple[str, ...]]:
    for before, letters, after, sounds in _rules()[text[place]]:
        if (
            text.startswith(letters, place)
            and after.match(text, place + len(letters))
            and before.search(text[:place])
        ):
            return len(letters), sounds
    raise AssertionError(f"every letter has a rule that always fits: {text[place]}")


@cache
def _rules() -> dict[str, list[tuple[re.Pattern[str], str, re.Pattern[str], tuple[str, ...]]]]:
    found: dict[str, list[tuple[re.Pattern[str], str, re.Pattern[str], tuple[str, ...]]]] = {}
    for rule in re.split(r"\s{2,}|\n ?", re.sub(r"(?m)^[a-z]: ", "\n", RULES)):
        if rule.strip():
            context, _, sounds = rule.strip().partition(":")
            before, letters, after = context.split("|")
            found.setdefault(letters[0], []).append(
                (
                    re.compile(f"(?:{_pattern(before, before=True)})$"),
                    letters,
                    re.compile(_pattern(after, before=False)),
                    tuple(sounds.split()),
                )
            )
    return found


def _pattern(context: str, *, before: bool) -> str:
    return "".join(("^" if before else "$") if mark == "$" else CLASSES.get(mark, mark) for mark in context)
