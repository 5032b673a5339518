"""Apertium, a translator by rules, where the system has it (on Debian: apertium and its language pairs).

It runs behind the fence of `media.program`.
"""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from scribedock.media.program import PROGRAMS, ProgramFailed, ProgramLimits, run
from scribedock.translation.engine import LanguagePair, TranslationEngine, TranslationFailed, Translator

PROGRAM = "apertium"
BATCH_SENTENCES = 100  # sentences
SOURCE, TARGET = "source.txt", "target.txt"
PROGRAM_LIMITS = ProgramLimits(memory=2 * 1024**3, cpu_s=60, file_bytes=16 * 1024**2)
LISTING_TIMEOUT_S = 30
# ISO 639-3, by which most of its pairs are named, to ISO 639-1.
ISO_639_1_CODES: Mapping[str, str] = {
    "afr": "af", "ara": "ar", "arg": "an", "bel": "be", "bul": "bg", "cat": "ca", "cym": "cy", "dan": "da",
    "deu": "de", "ell": "el", "eng": "en", "epo": "eo", "eus": "eu", "fra": "fr", "glg": "gl", "hbs": "sh",
    "hin": "hi", "ind": "id", "isl": "is", "ita": "it", "kaz": "kk", "mkd": "mk", "mlt": "mt", "msa": "ms",
    "nld": "nl", "nno": "nn", "nob": "no", "oci": "oc", "pol": "pl", "por": "pt", "ron": "ro", "rus": "ru",
    "slv": "sl", "spa": "es", "swe": "sv", "tat": "tt", "ukr": "uk", "urd": "ur",
}  # fmt: skip


class Apertium:
    def __init__(self, mode: str) -> None:
        self._mode = mode

    def translate(self, texts: Sequence[str]) -> list[str]:
        found: list[str] = []
        for start in range(0, len(texts), BATCH_SENTENCES):
            batch = [" ".join(text.split()) for text in texts[start : start + BATCH_SENTENCES]]
            # An empty line ends a sentence for it, whatever the sentence ends with.
            lines = [line for line in _run(self._mode, "\n\n".join(batch)).split("\n") if line.strip()]
            if len(lines) != len(batch):
                lines = [" ".join(_run(self._mode, text).split()) for text in batch]
            found += [line.strip() for line in lines]
        return found


def _run(mode: str, text: str) -> str:
    program = shutil.which(PROGRAM)
    if program is None:
        raise TranslationFailed(f"{PROGRAM} is no longer installed")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / SOURCE).write_text(text, encoding="utf-8")
        try:
            run(
                [program, "-u", mode, SOURCE, TARGET], folder=folder, readable=PROGRAMS, bounds=PROGRAM_LIMITS
            )
        except ProgramFailed as error:
            raise TranslationFailed(str(error)) from error
        return (folder / TARGET).read_text(encoding="utf-8", errors="replace")


def _modes() -> Mapping[LanguagePair, str]:
    """Return the installed language pairs and apertium's names for them."""
    if shutil.which(PROGRAM) is None:
        return {}
    try:
        done = subprocess.run(
            [PROGRAM, "-l"], capture_output=True, text=True, timeout=LISTING_TIMEOUT_S, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return {}
    return modes_of(done.stdout)


def modes_of(listing: str) -> Mapping[LanguagePair, str]:
    """Return what `apertium -l` lists, by pair; variants of a language (`en_US`) only without another."""
    found: dict[LanguagePair, str] = {}
    for mode in sorted(listing.split(), key=lambda mode: ("_" in mode, mode)):
        codes = [code.partition("_")[0] for code in mode.split("-")]
        if len(codes) == 2:
            source, target = (ISO_639_1_CODES.get(code, code) for code in codes)
            found.setdefault(LanguagePair(source=source, target=target), mode)
    return found


def pairs(models: Path | None) -> frozenset[LanguagePair]:
    return frozenset(_modes())


def load(models: Path | None, pair: LanguagePair) -> Translator:
    return Apertium(_modes()[pair])


ENGINE = TranslationEngine(pairs=pairs, load=load)
