"""Translation models in CTranslate2's format, one folder for each pair of languages (`en-de`).

A model comes with the SentencePiece models for its tokens: `source.spm` and `target.spm` beside it, as
OPUS-MT's have, or one `sentencepiece.model` for both languages, as Argos Translate's.

What it does not do: download; and models of many languages at once.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from scribedock.settings import SettingsError
from scribedock.translation.engine import LanguagePair, TranslationEngine, TranslationFailed, Translator

FOLDER_NAME = re.compile(r"([a-z]{2,3})-([a-z]{2,3})\Z")
REQUIRED_FILES = ("model.bin", "config.json")
SHARED_TOKENIZER = "sentencepiece.model"
END_TOKEN = "</s>"  # noqa: S105 - of a sentence
MAX_TOKENS = 160  # pieces at a time: models are trained on sentences
BATCH_SENTENCES = 32  # sentences
BEAM_SIZE = 4


class TranslationModel:
    """A loaded model: int8 on the processor, float16 on a GPU where CTranslate2 finds one."""

    def __init__(self, folder: Path) -> None:
        import ctranslate2
        import sentencepiece

        on_gpu = ctranslate2.get_cuda_device_count() > 0
        self._model: Any = ctranslate2.Translator(
            str(folder), device="cuda" if on_gpu else "cpu", compute_type="float16" if on_gpu else "int8"
        )
        shared = (folder / SHARED_TOKENIZER).is_file()
        names = (SHARED_TOKENIZER, SHARED_TOKENIZER) if shared else ("source.spm", "target.spm")
        self._source, self._target = (
            sentencepiece.SentencePieceProcessor(model_file=str(folder / name)) for name in names
        )
        config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
        self._end = [] if shared or config.get("add_source_eos") else [END_TOKEN]

    def translate(self, texts: Sequence[str]) -> list[str]:
        parts = [(number, part) for number, text in enumerate(texts) for part in self._parts(text)]
        found: list[list[str]] = [[] for _ in texts]
        for start in range(0, len(parts), BATCH_SENTENCES):
            batch = parts[start : start + BATCH_SENTENCES]
            try:
                results = self._model.translate_batch(
                    [[*part, *self._end] for _, part in batch],
                    beam_size=BEAM_SIZE,
                    max_decoding_length=2 * MAX_TOKENS,
                    disable_unk=True,
                )
            except (RuntimeError, ValueError) as error:
                raise TranslationFailed(f"CTranslate2: {error}") from error
            for (number, _), result in zip(batch, results, strict=True):
                found[number].append(self._target.decode(result.hypotheses[0]).strip())
        return [" ".join(each) for each in found]

    def _parts(self, text: str) -> list[list[str]]:
        """Return the parts of a text as tokens, divided at words where it is longer than the model allows."""
        parts: list[list[str]] = [[]]
        for word in text.split():
            pieces = self._source.encode(word, out_type=str)[:MAX_TOKENS]
            if len(parts[-1]) + len(pieces) > MAX_TOKENS:
                parts.append([])
            parts[-1] += pieces
        if len(parts) == 1:
            return [self._source.encode(text, out_type=str)]
        return parts


def pairs(models: Path | None) -> frozenset[LanguagePair]:
    """Return the pairs that have a folder. Raises SettingsError where one lacks a part of a model."""
    if models is None:
        return frozenset()
    if not models.is_dir():
        raise SettingsError(f"SCRIBEDOCK_TRANSLATION_MODELS: {models} is not a folder")
    if find_spec("sentencepiece") is None:
        raise SettingsError(
            "SCRIBEDOCK_TRANSLATION_MODELS: needs an extra; pip install 'scribedock[translation]'"
        )
    found = set()
    for folder in sorted(models.iterdir()):
        match = FOLDER_NAME.match(folder.name)
        if match is not None and folder.is_dir():
            _check(folder)
            found.add(LanguagePair(source=match[1], target=match[2]))
    return frozenset(found)


def _check(folder: Path) -> None:
    missing = [name for name in REQUIRED_FILES if not (folder / name).is_file()]
    if not (folder / SHARED_TOKENIZER).is_file():
        pieces = [name for name in ("source.spm", "target.spm") if not (folder / name).is_file()]
        if pieces:
            missing.append(f"{' and '.join(pieces)} (or {SHARED_TOKENIZER})")
    if missing:
        raise SettingsError(
            f"SCRIBEDOCK_TRANSLATION_MODELS: {folder} is not a translation model, "
            f"it lacks {', '.join(missing)}"
        )


def load(models: Path | None, pair: LanguagePair) -> Translator:
    assert models is not None
    return TranslationModel(models / f"{pair.source}-{pair.target}")


ENGINE = TranslationEngine(pairs=pairs, load=load)
