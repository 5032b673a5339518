"""What a server has stored, seen from outside: while it runs, and when it is dead."""

from __future__ import annotations

import hashlib
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from scribedock import app
from scribedock.demo.server import OwnServer
from scribedock.settings import Settings

PREFIX = "SCRIBEDOCK_"


def settings_of(server: OwnServer) -> Settings:
    given = {
        name.removeprefix(PREFIX).lower(): value
        for name, value in server.environment().items()
        if name.startswith(PREFIX)
    }
    return Settings(**given)  # type: ignore[arg-type]


class Stored:
    def __init__(self, services: app.Services) -> None:
        self.services = services
        self.folder = (
            Path(services.settings.storage_url.removeprefix("file://"))
            if services.settings.storage_url
            else services.settings.data_dir / "media"
        )

    def media_key(self, job: str) -> str | None:
        """Of the object that is the job's media; the row must have the size that the object has."""
        media = self.services.media.media_of_job(job)
        if media is None or media.storage_key is None:
            return None
        assert self.services.store.size(media.storage_key) == media.bytes
        return media.storage_key

    def recording(self, job: str) -> bytes:
        """Return the bytes of the job's media."""
        key = self.media_key(job)
        assert key is not None, "the job has no media"
        with self.services.store.local(key) as path:
            return path.read_bytes()

    def digest(self, key: str) -> str:
        """Return the SHA-256 of an object."""
        with self.services.store.local(key) as path, path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()

    def objects(self) -> set[str]:
        return set(self.services.store.keys())

    def partials(self) -> set[str]:
        return {path.name for path in (self.folder / "partials").iterdir()}

    def wanted_partials(self) -> set[str]:
        """Return the partials that an upload can be resumed with."""
        return set(self.services.uploads.kept_partials())

    def age(self, by_s: float) -> None:
        """Make every file in the store older by this much."""
        for folder, _, names in os.walk(self.folder):
            for name in names:
                path = Path(folder, name)
                then = path.stat().st_mtime - by_s
                os.utime(path, (then, then))

    def check_databases(self) -> None:
        for path in self.services.settings.data_dir.glob("*.sqlite"):
            with closing(sqlite3.connect(path)) as connection:
                assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",), path


@contextmanager
def stored(server: OwnServer) -> Iterator[Stored]:
    services = app.build_services(settings_of(server))
    try:
        yield Stored(services)
    finally:
        services.close()
