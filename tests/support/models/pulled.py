"""The models that `make models` pulls."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

MODELS = "SCRIBEDOCK_TEST_MODELS"


def pulled(name: str) -> Path:
    """Return the folder of a model; skip the test where no source gave it."""
    folder = Path(os.environ.get(MODELS, "data/models")).resolve() / name
    if not folder.is_dir():
        pytest.skip(
            f"{name} is not in {folder.parent}: make models pulls it, and no source may have answered"
        )
    return folder
