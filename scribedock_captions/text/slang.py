"""Slang and clipped speech, and what is written instead: closed tables, by language (ISO 639)."""

from __future__ import annotations

from collections.abc import Mapping

from scribedock_captions.text.case import cased_like

SLANG: Mapping[str, Mapping[str, str]] = {
    "en": {
        "gonna": "going to",
        "gon'": "going to",
        "wanna": "want to",
        "gotta": "got to",
        "hafta": "have to",
        "hasta": "has to",
        "oughta": "ought to",
        "useta": "used to",
        "supposeta": "supposed to",
        "tryna": "trying to",
        "finna": "going to",
        "imma": "I'm going to",
        "i'ma": "I'm going to",
        "gimme": "give me",
        "lemme": "let me",
        "dunno": "don't know",
        "gotcha": "got you",
        "betcha": "bet you",
        "getcha": "get you",
        "whatcha": "what are you",
        "whaddya": "what do you",
        "d'you": "do you",
        "d'ya": "do you",
        "c'mon": "come on",
        "y'all": "you all",
        "y'know": "you know",
        "ya": "you",
        "kinda": "kind of",
        "sorta": "sort of",
        "lotta": "lot of",
        "lotsa": "lots of",
        "outta": "out of",
        "cuppa": "cup of",
        "loadsa": "loads of",
        "coulda": "could have",
        "shoulda": "should have",
        "woulda": "would have",
        "musta": "must have",
        "mighta": "might have",
        "'cause": "because",
        "cuz": "because",
        "coz": "because",
        "'em": "them",
        "'til": "until",
        "'bout": "about",
        "'round": "around",
        "'nother": "another",
        "thru": "through",
        "tho": "though",
        "altho": "although",
        "nite": "night",
        "tonite": "tonight",
        "innit": "isn't it",
        "wassup": "what's up",
        "'sup": "what's up",
        "lil'": "little",
        "lil": "little",
        "ol'": "old",
        "an'": "and",
        "o'": "of",
        "nuff": "enough",
        "'nuff": "enough",
        "yep": "yes",
        "yup": "yes",
        "yeah": "yes",
        "nope": "no",
        "nah": "no",
    },
    "de": {
        "nich": "nicht",
        "nix": "nichts",
        "'ne": "eine",
        "'nen": "einen",
        "'nem": "einem",
        "'ner": "einer",
        "hab'": "habe",
        "is'": "ist",
        "biste": "bist du",
        "haste": "hast du",
        "kannste": "kannst du",
        "willste": "willst du",
        "isses": "ist es",
        "wennste": "wenn du",
        "rüber": "herüber",
        "grad": "gerade",
    },
    "fr": {
        "ouais": "oui",
        "chuis": "je suis",
        "j'suis": "je suis",
        "j'sais": "je sais",
        "chais": "je sais",
        "t'as": "tu as",
        "t'es": "tu es",
        "y'a": "il y a",
        "p'tit": "petit",
        "p'tite": "petite",
    },
    "es": {"pa": "para", "pa'": "para", "na'": "nada", "to'": "todo"},
    "pt": {
        "tá": "está",
        "tô": "estou",
        "tava": "estava",
        "pra": "para",
        "pro": "para o",
        "né": "não é",
        "cê": "você",
        "cês": "vocês",
    },
}
CLIPPED_ENDING = "in'"
MIN_CLIPPED_LETTERS = 5  # letters of "doin'"


def without_slang(value: str, written: str, language: str) -> str | None:
    """Return what is written instead of a word, in its case; None if it is no slang."""
    value = value.replace("’", "'")
    family = language.partition("-")[0]
    found = SLANG.get(family, {}).get(value)
    if (
        found is None
        and family == "en"
        and value.endswith(CLIPPED_ENDING)
        and len(value) >= MIN_CLIPPED_LETTERS
    ):
        found = value[:-1] + "g"
    return None if found is None else cased_like(written, found)
