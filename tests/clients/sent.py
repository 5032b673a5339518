"""What a client has sent, and what came of it."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.client import Client
from tests.support.raw import RawConnection, target_of
from tests.support.stored import stored

HALF = 1_000_000


@dataclass(frozen=True)
class Sent:
    client: Client
    job: str
    recording: Path

    @property
    def size(self) -> int:
        return self.recording.stat().st_size

    def assert_is_media(self) -> None:
        """To the byte, and the server can read it."""
        with stored(self.client.server) as store:
            assert store.recording(self.job) == self.recording.read_bytes()
        info = self.client.wait(self.job, lambda found: "MediaLengthSeconds" in found)
        assert info["MediaLengthSeconds"] == pytest.approx(60, abs=0.01)

    def assert_is_not_media(self) -> None:
        assert "JOB_ADD_MEDIA" not in [task["TaskType"] for task in self.client.info(self.job)["Tasks"]]

    def rest(self, folder: Path, offset: int) -> Path:
        """Return a file with what the server lacks."""
        path = folder / "rest"
        path.write_bytes(self.recording.read_bytes()[offset:])
        return path


def offset(url: str) -> int:
    """What the server has of an upload, once it has noticed that its client is gone: some of it, not all."""
    deadline = time.monotonic() + 20
    found = -1
    while True:
        with RawConnection(url) as connection:
            connection.head("HEAD", target_of(url))
            before, found = found, int(connection.answer(to_head=True).headers["upload-offset"])
        if found == before and found > 0:
            return found
        assert time.monotonic() < deadline, "nothing is kept"
        time.sleep(0.2)
