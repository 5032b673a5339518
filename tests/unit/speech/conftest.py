from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.media.real import (  # noqa: F401 what these tests share
    conversation,
    conversation_speech,
    recording,
    reference,
)
from tests.support.models import tiny_whisper


@pytest.fixture(scope="session")
def whisper_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_whisper.build(tmp_path_factory.mktemp("whisper"))
