from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.clients.sent import HALF, Sent
from tests.support.client import Client
from tests.support.machine.breaking import BreakingProxy
from tests.support.media.sound import spoken

SECONDS = 60  # nearly two megabytes: more than any client sends before it asks


@pytest.fixture(scope="session")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return spoken(tmp_path_factory.mktemp("recording") / "sixty seconds.wav", seconds=SECONDS)


@pytest.fixture
def sent(client: Client, recording: Path) -> Sent:
    """Return the job whose media the recording is to become."""
    return Sent(client, client.new_job(), recording)


@pytest.fixture
def url(sent: Sent) -> str:
    return sent.client.upload_url(sent.job)


@pytest.fixture
def breaking(client: Client) -> Iterator[BreakingProxy]:
    """Provide the first upload through it breaks off half way."""
    with BreakingProxy(client.server.base_url, after=HALF) as proxy:
        yield proxy
