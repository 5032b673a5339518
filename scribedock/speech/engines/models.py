"""The models that an operator may download by name, and their folders.

The server itself never downloads one: `scribedock models pull` is the operator's permission.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from scribedock.settings import SettingsError
from scribedock.speech.engines import onnx

FOLDER = "models"  # of the data folder
WHISPER_FILES = (
    "config.json preprocessor_config.json model.bin tokenizer.json vocabulary.json vocabulary.txt".split()
)
TRANSDUCER_FILES = "config.json vocab.txt encoder-model.int8.onnx decoder_joint-model.int8.onnx".split()
ATTENTION_FILES = "config.json vocab.txt encoder-model.int8.onnx decoder-model.int8.onnx".split()
EUROPEAN_LANGUAGES = frozenset(
    "bg cs da de el en es et fi fr hr hu it lt lv mt nl pl pt ro ru sk sl sv uk".split()
)


@dataclass(frozen=True, kw_only=True)
class CatalogueModel:
    """A model in a repository of Hugging Face's hub."""

    engine: str
    repository: str
    files: tuple[str, ...]  # those of them that the repository has
    megabytes: int
    licence: str
    about: str
    languages: frozenset[str] | None = None  # None: its own vocabulary says


def _whisper(repository: str, megabytes: int, about: str) -> CatalogueModel:
    return CatalogueModel(
        engine="whisper",
        repository=repository,
        files=tuple(WHISPER_FILES),
        megabytes=megabytes,
        licence="MIT",
        about=about,
    )


CATALOGUE: Mapping[str, CatalogueModel] = {
    "whisper-tiny": _whisper("Systran/faster-whisper-tiny", 75, "99 languages; for trying out"),
    "whisper-base": _whisper("Systran/faster-whisper-base", 145, "99 languages; drafts on a slow machine"),
    "whisper-small": _whisper("Systran/faster-whisper-small", 485, "99 languages; drafts"),
    "whisper-medium": _whisper("Systran/faster-whisper-medium", 1530, "99 languages"),
    "whisper-large-v3": _whisper("Systran/faster-whisper-large-v3", 3090, "99 languages; best with a GPU"),
    "whisper-large-v3-turbo": _whisper(
        "mobiuslabsgmbh/faster-whisper-large-v3-turbo", 1620, "99 languages; the better choice without a GPU"
    ),
    "parakeet-tdt-0.6b-v2": CatalogueModel(
        engine="onnx",
        repository="istupakov/parakeet-tdt-0.6b-v2-onnx",
        files=tuple(TRANSDUCER_FILES),
        megabytes=660,
        licence="CC-BY-4.0",
        about="English; fast without a GPU",
        languages=frozenset({"en"}),
    ),
    "parakeet-tdt-0.6b-v3": CatalogueModel(
        engine="onnx",
        repository="istupakov/parakeet-tdt-0.6b-v3-onnx",
        files=tuple(TRANSDUCER_FILES),
        megabytes=670,
        licence="CC-BY-4.0",
        about="25 European languages; fast without a GPU",
        languages=EUROPEAN_LANGUAGES,
    ),
    "canary-1b-v2": CatalogueModel(
        engine="onnx",
        repository="istupakov/canary-1b-v2-onnx",
        files=tuple(ATTENTION_FILES),
        megabytes=1030,
        licence="CC-BY-4.0",
        about="25 European languages; without word times",
        languages=EUROPEAN_LANGUAGES,
    ),
}


def folder_of(name: str, data_dir: Path) -> Path:
    """Return the folder of a catalogue model that was pulled."""
    return data_dir.resolve() / FOLDER / name


def located(model: Path | None, data_dir: Path) -> Path | None:
    """Return the folder of SCRIBEDOCK_SPEECH_MODEL: a folder, or the name of a model that was pulled.

    Raises SettingsError for a catalogue model that was not pulled yet.
    """
    if model is None or str(model) not in CATALOGUE:
        return model
    found = folder_of(str(model), data_dir)
    if not found.is_dir():
        raise SettingsError(
            f"SCRIBEDOCK_SPEECH_MODEL: {model} is not installed; "
            f"download it with scribedock models pull {model}"
        )
    return found


def pull(name: str, data_dir: Path, *, endpoint: str | None = None) -> Path:
    """Download a model with a progress bar and check it; return its folder.

    An interrupted download resumes. endpoint is a hub other than Hugging Face's. Raises SettingsError for a
    name that is not in the catalogue, and for a download that is not a model.
    """
    from huggingface_hub import snapshot_download

    from scribedock.speech.recognizer import engine_named

    if name not in CATALOGUE:
        raise SettingsError(f"there is no model named {name!r}; these are: {', '.join(CATALOGUE)}")
    model = CATALOGUE[name]
    partial = folder_of(name, data_dir).with_name(f".{name}.partial")
    partial.mkdir(parents=True, exist_ok=True)
    snapshot_download(
        model.repository, local_dir=partial, allow_patterns=list(model.files), token=False, endpoint=endpoint
    )
    if model.languages is not None:
        text = "".join(f"{code}\n" for code in sorted(model.languages))
        (partial / onnx.LANGUAGES_FILE).write_text(text, encoding="utf-8")
    engine_named(model.engine).check(partial)
    return partial.rename(folder_of(name, data_dir))
