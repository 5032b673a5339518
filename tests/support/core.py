"""The parts of a server without the server: on a database file of their own, with doubles for all else."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from scribedock import app
from scribedock.accounts.accounts import Account
from scribedock.jobs.job import Job
from scribedock.settings import Settings
from scribedock.testing import InMemoryStore, ManualClock, ScriptedFetcher

TICK = timedelta(microseconds=1)  # two rows of a job never have the same time, as on a real machine


@dataclass(frozen=True, kw_only=True)
class Core:
    services: app.Services
    store: InMemoryStore
    fetcher: ScriptedFetcher
    clock: ManualClock
    admin: Account

    def job(self, *, owner: Account | None = None, language: str = "en", language_given: bool = True) -> Job:
        """Open a job, of the root's where no owner is named."""
        job_id, _ = self.services.jobs.create(
            owner or self.admin, name="a job", language=language, language_given=language_given
        )
        return self.services.jobs.find_job(job_id)

    def content(self, job_id: str) -> bytes | None:
        """Return the bytes of the job's media, None where it has none."""
        media = self.services.media.media_of_job(job_id)
        if media is None or media.storage_key is None:
            return None
        with self.store.local(media.storage_key) as path:
            return path.read_bytes()

    def tasks(self, job_id: str) -> list[tuple[str, str, str]]:
        """Return type, status and text of the job's tasks, oldest first."""
        found = self.services.jobs.tasks([job_id])[job_id]
        return [(task.type.value, task.status.value, task.info) for task in found]


def build(folder: Path, template: Path, **settings: object) -> Core:
    """Build the parts in `folder`, on a copy of the database file `template`."""
    shutil.copyfile(template, folder / "scribedock.sqlite")
    store, fetcher, clock = InMemoryStore(), ScriptedFetcher(), ManualClock(tick=TICK)
    services = app.build_services(
        Settings(data_dir=folder, **settings),  # type: ignore[arg-type]
        store=store,
        fetcher=fetcher,
        clock=clock,
    )
    admin = services.accounts.root()
    assert admin is not None
    return Core(services=services, store=store, fetcher=fetcher, clock=clock, admin=admin)
