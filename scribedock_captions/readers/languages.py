"""One of the languages of a file: captions in several of them are never mixed."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace

from scribedock_captions.errors import UnreadableFile
from scribedock_captions.readers.cue import Cue, CueFile
from scribedock_captions.readers.warnings import Warnings

SHORTER = dict(
    pair.split(":")
    for pair in """alb:sq ara:ar arm:hy baq:eu ben:bn bul:bg cat:ca ces:cs chi:zh cze:cs dan:da deu:de dut:nl
    ell:el eng:en est:et eus:eu fas:fa fin:fi fra:fr fre:fr geo:ka ger:de gle:ga glg:gl gre:el heb:he hin:hi
    hrv:hr hun:hu ice:is ind:id isl:is ita:it jpn:ja kat:ka kor:ko lav:lv lit:lt mac:mk may:ms mkd:mk msa:ms
    nld:nl nob:nb nno:nn nor:no per:fa pol:pl por:pt ron:ro rum:ro rus:ru slk:sk slo:sk slv:sl spa:es sqi:sq
    srp:sr swe:sv tam:ta tel:te tha:th tur:tr ukr:uk urd:ur vie:vi wel:cy zho:zh""".split()
)
"""Codes of ISO 639-2 that files have, in either form, and those of ISO 639-1, which BCP 47 asks for."""
TRANSLATED = 1 / 3
"""The share of the captions in a language that are shown beside others, from which on they translate them."""


def in_one_language(file: CueFile, language: str, warnings: Warnings) -> CueFile:
    """Return the captions of one language: the one that is asked for, else the file's, else the first.

    Raises UnreadableFile where there are several, and none is the one that is asked for.
    """
    file = replace(
        file,
        cues=tuple(
            cue if cue.language == (short := shortened(cue.language)) else replace(cue, language=short)
            for cue in file.cues
        ),
        language=shortened(file.language),
    )
    language = shortened(language)
    known = list(dict.fromkeys(cue.language for cue in file.cues if cue.language))
    if not known:
        return file
    if len(known) == 1 and all(cue.language for cue in file.cues):
        return replace(file, language=known[0])
    if language and _nearest(known, language) is None and len(known) > 1:
        raise UnreadableFile(f"The captions are in {', '.join(known)}; none of them is {language}")
    chosen = _nearest(known, language) or _nearest(known, file.language) or file.cues[0].language
    kept = tuple(cue for cue in file.cues if cue.language == chosen)
    for other, count in (Counter(cue.language for cue in file.cues) - Counter({chosen: len(kept)})).items():
        warnings.add(
            f"{count:,} captions in {other or 'a language without a name'} are left out; those in "
            f"{chosen or 'a language without a name'} are read"
        )
    return replace(file, cues=kept, language=chosen)


def shortened(language: str) -> str:
    """Return a language tag that begins with a code of two letters, if there is one: fr-CA for fre-CA."""
    family = language[:3].lower()
    return (
        SHORTER[family] + language[3:] if family in SHORTER and language[3:4] in ("", "-", "_") else language
    )


def with_quotations(cues: Sequence[Cue], quoted: Mapping[str, str]) -> list[Cue]:
    """Return the cues, with those in a language that somebody is only quoted in as part of the others.

    quoted: languages that single captions are in, each with the language of what surrounds them.  Where most
    of them are shown at the time of others, they translate these.
    """
    found = list(cues)
    for language, around in quoted.items():
        others = sorted((cue.start, cue.end) for cue in found if cue.language != language and _is_timed(cue))
        own = [cue for cue in found if cue.language == language]
        beside = sum(_overlaps(cue, others) for cue in own)
        if beside < TRANSLATED * len(own):
            found = [replace(cue, language=around) if cue.language == language else cue for cue in found]
    return found


def _nearest(known: Sequence[str], language: str) -> str | None:
    """Return the known language that is this one, or of its family."""
    wanted = language.lower().replace("_", "-")
    if not wanted:
        return None
    spelled = [(each, each.lower().replace("_", "-")) for each in known]
    families = (each for each, name in spelled if name.partition("-")[0] == wanted.partition("-")[0])
    return next((each for each, name in spelled if name == wanted), next(families, None))


def _is_timed(cue: Cue) -> bool:
    return cue.start is not None and cue.end is not None


def _overlaps(cue: Cue, others: Sequence[tuple[int | None, int | None]]) -> bool:
    """Tell whether one of the others, in the order of their beginnings, is shown at the middle of the cue."""
    if cue.start is None or cue.end is None:
        return False
    middle = (cue.start + cue.end) / 2
    place = bisect_right(others, middle, key=lambda each: each[0] or 0)
    return any((each[1] or 0) > middle for each in others[max(place - 5, 0) : place])
