"""Parakeet, Canary and other NeMo models through onnx-asr, without torch.

This takes the extra `pip install scribedock[models]`.

What it does not do: download, use terms, and find out the languages of a model. A file `languages.txt` in the
folder, one code a line, names them (`scribedock models pull` writes it); without it, a model counts as
English. Canary gives no times: its words share the time of their chunk, and count as interpolated.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scribedock.settings import SettingsError
from scribedock.speech.catalogue import CatalogueModel
from scribedock.speech.recognizer import SAMPLE_RATE, Origin, RecognizerEngine, RecognizerSpec, TimedWord

if TYPE_CHECKING:
    from scribedock.speech.recognizer import Pcm

KINDS = {
    "nemo-conformer-ctc": ("model",),
    "nemo-conformer-rnnt": ("encoder-model", "decoder_joint-model"),
    "nemo-conformer-tdt": ("encoder-model", "decoder_joint-model"),
    "nemo-conformer-aed": ("encoder-model", "decoder-model"),
}
"""The parts of each kind of model: NAME.onnx, or NAME.int8.onnx, which is preferred."""
LANGUAGE_AWARE_KIND = "nemo-conformer-aed"
QUANTIZATION = "int8"
LANGUAGES_FILE = "languages.txt"
LANGUAGE_CODE = re.compile(r"[a-z]{2,3}")
MAX_TOKEN_MS = 240  # how long a word lasts after its last token begins: three frames of 80 ms
MAX_CONFIG_BYTES = 1024 * 1024
MIN_SAMPLES = SAMPLE_RATE // 100  # of fewer the library takes a single one for none


class Onnx:
    """A loaded model, on the GPU where onnxruntime has one."""

    def __init__(self, folder: Path, threads: int) -> None:
        import onnx_asr
        import onnxruntime

        kind = kind_of(folder)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.log_severity_level = 3
        self._takes_language = kind == LANGUAGE_AWARE_KIND
        self._model: Any = onnx_asr.load_model(
            kind, folder, quantization=quantization_of(folder, kind), sess_options=options
        ).with_timestamps()

    def recognize(
        self, pcm: Pcm, offset_ms: int, language: str, terms: Sequence[str] = ()
    ) -> list[TimedWord]:
        import numpy as np

        if len(pcm) < MIN_SAMPLES:
            return []
        options = {"language": language, "target_language": language} if self._takes_language else {}
        result = self._model.recognize(pcm.astype(np.float32) / 32768, sample_rate=SAMPLE_RATE, **options)
        length_ms = len(pcm) * 1000 // SAMPLE_RATE
        if result.timestamps is None:
            return spread(result.text.split(), offset_ms, length_ms)
        return words(result.tokens, result.timestamps, result.logprobs, offset_ms, length_ms)


def words(
    tokens: Sequence[str],
    starts_s: Sequence[float],
    log_probabilities: Sequence[float] | None,
    offset_ms: int,
    length_ms: int,
) -> list[TimedWord]:
    """Return the words of tokens, where a token that begins with a space begins a word.

    A word ends where the next begins, or a little after its last token; its confidence is the geometric mean
    of those of its tokens, as the model gives them.
    """
    starts = [min(round(start * 1000), length_ms) for start in starts_s]
    firsts = [place for place, token in enumerate(tokens) if not place or token.startswith(" ")]
    found = []
    for first, after in zip(firsts, [*firsts[1:], len(tokens)], strict=True):
        end = min(starts[after] if after < len(tokens) else length_ms, starts[after - 1] + MAX_TOKEN_MS)
        scores = log_probabilities[first:after] if log_probabilities is not None else ()
        text = "".join(tokens[first:after])
        if text.strip():
            found.append(
                TimedWord(
                    text=f" {text.strip()}",
                    start_ms=offset_ms + starts[first],
                    end_ms=offset_ms + end,
                    confidence=math.exp(min(sum(scores) / len(scores), 0.0)) if scores else None,
                )
            )
    return found


def spread(texts: Sequence[str], offset_ms: int, length_ms: int) -> list[TimedWord]:
    """Return words that have no times; they share the chunk by their length."""
    letters = sum(len(text) + 1 for text in texts)
    found = []
    done = 0
    for text in texts:
        start = length_ms * done // letters
        done += len(text) + 1
        found.append(
            TimedWord(
                text=f" {text}",
                start_ms=offset_ms + start,
                end_ms=offset_ms + length_ms * done // letters,
                confidence=None,
                origin=Origin.INTERPOLATED,
            )
        )
    return found


def check(model: Path | None) -> Path:
    """Return the absolute folder. Raises SettingsError unless the extra and the whole model are there."""
    if find_spec("onnx_asr") is None:
        raise SettingsError(
            "SCRIBEDOCK_SPEECH_ENGINE: onnx needs its extra; install it with pip install 'scribedock[models]'"
        )
    if model is None:
        raise SettingsError("SCRIBEDOCK_SPEECH_MODEL: must be the folder of a model for the engine onnx")
    if not model.is_dir():
        raise SettingsError(f"SCRIBEDOCK_SPEECH_MODEL: {model} is not a folder")
    kind = kind_of(model)
    missing = [name for name in files(kind, quantization_of(model, kind)) if not (model / name).is_file()]
    if missing:
        raise SettingsError(
            f"SCRIBEDOCK_SPEECH_MODEL: {model} is not a {kind} model, it lacks {', '.join(missing)}"
        )
    return model.resolve()


def files(kind: str, quantization: str | None) -> list[str]:
    """Return the files that a model of this kind must have."""
    suffix = f".{quantization}" if quantization else ""
    return ["vocab.txt", *(f"{part}{suffix}.onnx" for part in KINDS[kind])]


def kind_of(folder: Path) -> str:
    """Return the kind that config.json names. Raises SettingsError."""
    path = folder / "config.json"
    try:
        if path.stat().st_size > MAX_CONFIG_BYTES:
            raise ValueError(f"it is larger than {MAX_CONFIG_BYTES} bytes")
        config = json.loads(path.read_text(encoding="utf-8"))
        kind = config.get("model_type") if isinstance(config, dict) else None
    except (OSError, ValueError, RecursionError) as error:
        raise SettingsError(f"SCRIBEDOCK_SPEECH_MODEL: {path} cannot be read: {error}") from None
    if not isinstance(kind, str) or kind not in KINDS:
        raise SettingsError(f"SCRIBEDOCK_SPEECH_MODEL: {path} must name a model_type of {', '.join(KINDS)}")
    return kind


def quantization_of(folder: Path, kind: str) -> str | None:
    """Return the quantization of the files; the smaller ones where there are both."""
    smaller = files(kind, QUANTIZATION)
    return QUANTIZATION if all((folder / name).is_file() for name in smaller) else None


def languages(spec: RecognizerSpec) -> frozenset[str]:
    """Return the languages in `languages.txt`; English without that file."""
    assert spec.model is not None
    path = spec.model / LANGUAGES_FILE
    if not path.is_file():
        return frozenset({"en"})
    try:
        if path.stat().st_size > MAX_CONFIG_BYTES:
            raise ValueError(f"it is larger than {MAX_CONFIG_BYTES} bytes")
        codes = frozenset(path.read_text(encoding="utf-8").split())
    except (OSError, ValueError) as error:
        raise SettingsError(f"SCRIBEDOCK_SPEECH_MODEL: {path} cannot be read: {error}") from None
    if not codes or not all(LANGUAGE_CODE.fullmatch(code) for code in codes):
        raise SettingsError(f"SCRIBEDOCK_SPEECH_MODEL: {path} must have codes as en, one a line")
    return codes


def load(spec: RecognizerSpec) -> Onnx:
    assert spec.model is not None
    return Onnx(check(spec.model), spec.threads)


def owns(folder: Path) -> bool:
    """Return whether a file of ONNX is in the folder."""
    return any(folder.glob("*.onnx"))


def _model(
    repository: str, kind: str, megabytes: int, about: str, languages: Iterable[str], rank: int, cost: float
) -> CatalogueModel:
    return CatalogueModel(
        repository=repository,
        files=("config.json", *files(kind, QUANTIZATION)),
        megabytes=megabytes,
        licence="CC-BY-4.0",
        about=about,
        added={LANGUAGES_FILE: "".join(f"{code}\n" for code in sorted(languages))},
        rank=rank,
        cost=cost,
    )


EUROPEAN_LANGUAGES = "bg cs da de el en es et fi fr hr hu it lt lv mt nl pl pt ro ru sk sl sv uk".split()
CATALOGUE = {
    "parakeet-tdt-0.6b-v2": _model(
        "istupakov/parakeet-tdt-0.6b-v2-onnx",
        "nemo-conformer-tdt",
        660,
        "English; fast without a GPU",
        ("en",),
        rank=90,
        cost=0.5,
    ),
    "parakeet-tdt-0.6b-v3": _model(
        "istupakov/parakeet-tdt-0.6b-v3-onnx",
        "nemo-conformer-tdt",
        670,
        "25 European languages; fast without a GPU",
        EUROPEAN_LANGUAGES,
        rank=80,
        cost=0.5,
    ),
    "canary-1b-v2": _model(
        "istupakov/canary-1b-v2-onnx",
        "nemo-conformer-aed",
        1030,
        "25 European languages; without word times",
        EUROPEAN_LANGUAGES,
        rank=65,
        cost=0.9,
    ),
}

ENGINE = RecognizerEngine(
    punctuates=True,
    check=check,
    languages=languages,
    load=load,
    owns=owns,
    catalogue=CATALOGUE,
    confidence="the model's own, not calibrated; Canary has none",
    early_ms=0,
)
