"""Profane words, which `mask_profanity` hides: closed tables of whole words, by language (ISO 639).

Whole words only, so that "class" and "Scunthorpe" stay; and only words that hardly ever mean anything else,
so that a donkey, a cock that crows and a bitch at a dog show stay too.
"""

from __future__ import annotations

from collections.abc import Mapping

from scribedock_captions.text.graphemes import width


def _forms(stems: str, endings: str) -> set[str]:
    return {stem + ending for stem in stems.split() for ending in ("", *endings.split())}


PROFANITIES: Mapping[str, frozenset[str]] = {
    "en": frozenset(
        _forms("fuck motherfuck mindfuck", "s ed er ers ing in up ups head heads face wit wits")
        | _forms("shit bullshit horseshit dipshit", "s ty ted ting ter ters tier tiest head heads hole show")
        | _forms("cunt twat wanker tosser bollock arsehole asshole dickhead cocksucker bellend", "s")
        | _forms("bastard motherfucker clusterfuck shitstorm dumbass jackass badass smartass", "s")
        | _forms("wank jerkoff", "s ed ing")
        | _forms("piss", "ed er ers ing")
        | _forms("nigger nigga faggot fag kike spic chink", "s")
        | {
            "damn",
            "damned",
            "goddamn",
            "goddamned",
            "goddammit",
            "damnit",
            "dammit",
            "bitch",
            "bitches",
            "bitching",
            "bitchy",
        }
        | {"whore", "whores", "slut", "sluts", "slutty", "fuckin", "motherfuckin", "fuckall", "arse", "arses"}
        | {"unfuckingbelievable", "absofuckinglutely", "pricks", "wankers", "bugger", "buggered"}
    ),
    "de": frozenset(
        _forms("scheiß scheiss scheisse scheiße", "")
        | _forms("scheißegal scheißkerl arschloch wichser hurensohn fotze", "e n s")
        | {"arsch", "ärsche", "arschlöcher", "verfickt", "verfickte", "verfickter", "ficken", "fick", "fickt"}
        | {"gefickt", "scheißkerle", "schlampe", "schlampen", "hurensöhne", "beschissen", "beschissene"}
    ),
    "fr": frozenset(
        _forms("merde putain connard connasse enculé salope salaud bite couille pute", "s")
        | {"merdique", "emmerder", "emmerde", "emmerdes", "foutre", "enculer", "bordel", "conne", "connes"}
    ),
    "es": frozenset(
        _forms("mierda puta puto cabrón gilipollas coño pendejo hijoputa polla", "s")
        | {"cabrones", "cabrona", "joder", "jodido", "jodida", "jodidos", "jode", "follar", "chingar"}
        | {"chingada", "chingado", "chinga", "hostia"}
    ),
    "it": frozenset(
        {"merda", "merde", "cazzo", "cazzi", "stronzo", "stronza", "stronzi", "stronze", "puttana", "puttane"}
        | {"vaffanculo", "fanculo", "coglione", "coglioni", "minchia", "troia", "troie", "incazzato", "figa"}
    ),
    "pt": frozenset(
        _forms("merda caralho puta porra foda viado buceta cuzão", "s")
        | {"foder", "fodido", "fodida", "fodeu", "fodasse", "cabrão", "cabrões", "filhodaputa"}
    ),
    "nl": frozenset(
        {"kut", "klootzak", "klootzakken", "lul", "lullen", "hoer", "hoeren", "neuken", "godverdomme"}
        | {"kutwijf", "schijt", "tering", "tyfus", "kankerlijer"}
    ),
}


def is_profane(value: str, language: str) -> bool:
    """Tell whether a whole word, in lower case, is in the table of the language."""
    bare = value.replace("’", "'").removesuffix("'s").removesuffix("'")
    return bare in PROFANITIES.get(language.partition("-")[0], frozenset())


def masked(text: str) -> str:
    """Replace each character by an asterisk; spaces stay."""
    return " ".join("*" * width(part) for part in text.split(" "))
