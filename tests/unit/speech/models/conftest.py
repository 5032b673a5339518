from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from scribedock.speech.catalogue import CatalogueModel, Wheel
from scribedock.speech.models.installed import NamedModel
from scribedock.speech.models.receipt import sha256_of

NAME = "made-up"
MakeEntry = Callable[..., NamedModel]


@pytest.fixture
def make_entry(whisper_model: Path) -> MakeEntry:
    """Return what makes an entry of the catalogue whose official files are those of the tests' own model."""

    def make(
        *, sums: Mapping[str, str] | None = None, wheels: tuple[Wheel, ...] = (), rank: int = 1
    ) -> NamedModel:
        official = {path.name: sha256_of(path) for path in whisper_model.iterdir()}
        model = CatalogueModel(
            repository="",
            origin="the tests",
            files=tuple(official),
            sums=official if sums is None else sums,
            wheels=wheels,
            megabytes=3,
            licence="CC0-1.0",
            about="says one sentence",
            rank=rank,
        )
        return NamedModel(name=NAME, engine="whisper", model=model)

    return make
