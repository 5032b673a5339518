from pathlib import Path

import pytest

from tests.support.media.sound import spoken


@pytest.fixture(scope="session")
def sentence(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """Return the first sentence of the recording: Welcome to a small library by the sea."""
    path: Path = tmp_path_factory.mktemp("sentence") / "sentence.wav"
    return spoken(path, seconds=3.5).read_bytes()
