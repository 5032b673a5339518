import pytest

from tests.support.client import Client
from tests.support.media.sound import spoken
from tests.support.resume.resuming import RECORDING_S, partials


@pytest.fixture
def job(client: Client) -> str:
    return client.new_job()


@pytest.fixture
def url(client: Client, job: str) -> str:
    return client.upload_url(job)


@pytest.fixture(scope="session")
def recording(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return spoken(tmp_path_factory.mktemp("recording") / "six.wav", seconds=RECORDING_S).read_bytes()


@pytest.fixture
def kept(client: Client) -> set[str]:
    """Return what the store kept of interrupted uploads before the test."""
    return partials(client)
