"""An installation in files, without a server: what backups are made of, and restored into."""

from __future__ import annotations

import zlib
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from scribedock import app
from scribedock.accounts.accounts import Account
from scribedock.backup.backup import Backup, Report, make_backup
from scribedock.backup.contents import Installation, installation
from scribedock.jobs.elementlists import ElementLists
from scribedock.jobs.iwp import Iwp
from scribedock.ordering.add_media import add_media_bytes
from scribedock.ordering.delete_job import delete_job
from scribedock.settings import Settings
from scribedock.testing import ManualClock


def nothing(title: str, done: int, of: int) -> None:
    """Report nothing."""


@dataclass(frozen=True, kw_only=True)
class Kept:
    folder: Path
    opened: ExitStack
    clock: ManualClock = field(default_factory=ManualClock)
    given: dict[str, object] = field(default_factory=dict)  # settings

    @property
    def settings(self) -> Settings:
        return Settings(data_dir=self.folder / "data", **self.given)  # type: ignore[arg-type]

    @property
    def installation(self) -> Installation:
        return installation(self.settings)

    @cached_property
    def services(self) -> app.Services:
        services = app.build_services(self.settings)
        self.opened.callback(services.close)
        return services

    @cached_property
    def admin(self) -> Account:
        admin = self.services.accounts.root()
        assert admin is not None
        return admin

    def job(self, recording: bytes | None = b"a recording") -> str:
        """Open a job with this recording; return its id."""
        job_id, _ = self.services.jobs.create(self.admin, name="a job", language="en")
        if recording is not None:
            self.add_media(job_id, recording)
        return job_id

    def add_media(self, job_id: str, recording: bytes) -> None:
        with self.services.store.begin() as partial:
            partial.write(memoryview(recording))
            add_media_bytes(self.services, job_id, frozenset({self.admin.id}), partial)

    def add_list(self, job_id: str, body: bytes) -> None:
        lists: ElementLists = self.services.elementlists
        with self.services.database.write() as connection:
            lists.store(connection, job_id, "0" * 32, (Iwp.FINAL,), zlib.compress(body))

    def delete(self, job_id: str) -> None:
        delete_job(self.services, job_id, None)

    def key(self, job_id: str) -> str:
        """Return the key of the job's recording."""
        media = self.services.media.media_of_job(job_id)
        assert media is not None and media.storage_key is not None
        return media.storage_key

    def recording(self, job_id: str) -> bytes:
        with self.services.store.local(self.key(job_id)) as path:
            return path.read_bytes()

    def back_up(self, name: str = "backup", report: Report = nothing) -> Backup:
        return make_backup(self.installation, self.folder / name, clock=self.clock, report=report)
