"""The condition of an installation: what `scribedock status` reports, and what of it needs attention."""

from __future__ import annotations

import shutil
import socket
import ssl
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

import httpx2

from scribedock import app
from scribedock.host.human import size
from scribedock.host.locked_file import is_abandoned
from scribedock.host.presence import PresentServer, present_servers
from scribedock.jobs.job import JobStatus
from scribedock.reports.overview import CallbackCounts, EndpointCounts, QueuedWork, RunningWorker, StoredBytes
from scribedock.settings import Settings, SettingsError
from scribedock.speech.configured import recognizer, speaker_model, title_of
from scribedock.storage.stores import storage_url

PROBE_S = 5.0
READY = "ready"


@dataclass(frozen=True, kw_only=True)
class ProbedServer:
    """A server on this machine, and what it says of itself."""

    server: PresentServer
    condition: str  # READY, or what is wrong


@dataclass(frozen=True, kw_only=True)
class Disk:
    free: int  # bytes
    size: int
    reserve: int  # below which uploads are refused


@dataclass(frozen=True, kw_only=True)
class Condition:
    checked: datetime
    servers: list[ProbedServer]
    workers: list[RunningWorker]
    queues: list[QueuedWork]
    jobs: Mapping[JobStatus, int]
    late_jobs: int
    callbacks: CallbackCounts
    webhooks: EndpointCounts
    stored: StoredBytes
    storage: str  # its URL
    disk: Disk
    database: str
    speech_model: str
    speaker_model: str  # empty: none
    problems: tuple[str, ...]  # of the settings

    def attention(self) -> Iterator[str]:
        """Yield what somebody should look after."""
        yield from self.problems
        for each in self.servers:
            if each.condition != READY:
                yield f"the server at {each.server.url} is not ready: {each.condition}"
        ready = sum(each.ready for each in self.queues)
        if not any(each.alive for each in self.workers):
            waiting = f", and work waits for one: {ready}" if ready else ""
            yield f"no worker is alive{waiting}"
        if self.late_jobs:
            yield f"jobs past their due date: {self.late_jobs}; scribedock jobs late lists them"
        if self.callbacks.failing:
            yield (
                f"callbacks that fail and are tried again: {self.callbacks.failing}; "
                "scribedock callbacks list --state failing"
            )
        if self.callbacks.failed_recently:
            yield (
                f"callbacks that failed for good within a day: {self.callbacks.failed_recently}; "
                "scribedock callbacks list --state failed"
            )
        if self.webhooks.paused:
            yield f"webhook endpoints that are paused: {self.webhooks.paused}; scribedock webhooks list"
        if self.disk.free < self.disk.reserve:
            yield (
                f"{size(self.disk.free)} of the disk are free, less than SCRIBEDOCK_DISK_RESERVE "
                f"({size(self.disk.reserve)}): uploads are refused"
            )


def find_condition(services: app.Services) -> Condition:
    """Look at everything, without changing anything."""
    settings, overview = services.settings, services.overview
    usage = shutil.disk_usage(settings.data_dir)
    problems: list[str] = []
    speech = voices = ""
    try:
        speech = recognizer(settings).title
        model = speaker_model(settings)
        voices = title_of(model) if model else ""
    except SettingsError as error:
        problems.append(str(error))
    return Condition(
        checked=overview.now(),
        servers=[_probed(each) for each in present_servers(settings.data_dir)],
        workers=[_seen(settings, each) for each in overview.workers()],
        queues=overview.queues(),
        jobs=overview.jobs_by_state(),
        late_jobs=overview.late_jobs(),
        callbacks=overview.callback_counts(),
        webhooks=overview.endpoint_counts(),
        stored=overview.stored(),
        storage=storage_url(settings),
        disk=Disk(free=usage.free, size=usage.total, reserve=settings.disk_reserve),
        database="SQLite" if services.database.is_sqlite else "PostgreSQL",
        speech_model=speech,
        speaker_model=voices,
        problems=tuple(problems),
    )


def _seen(settings: Settings, worker: RunningWorker) -> RunningWorker:
    """Return the worker, dead where it ran on this machine and its lock is gone."""
    gone = is_abandoned(settings.data_dir / "executors" / worker.id)
    if not gone or worker.host != socket.gethostname()[:255]:
        return worker
    return RunningWorker(id=worker.id, host=worker.host, heartbeat=worker.heartbeat, alive=False)


def _probed(server: PresentServer) -> ProbedServer:
    """Ask the server whether it is ready; its certificate is for another name than this machine's."""
    context: ssl.SSLContext | bool = True
    if urlsplit(server.url).scheme == "https":
        context = ssl.create_default_context()
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    try:
        answer = httpx2.get(f"{server.url}/readyz", timeout=PROBE_S, verify=context, trust_env=False)
        found = answer.json()
    except httpx2.HTTPError as error:
        return ProbedServer(server=server, condition=f"it does not answer ({type(error).__name__})")
    except ValueError:
        return ProbedServer(server=server, condition=f"it answers {answer.status_code}, and no JSON")
    problems = found.get("problems", {}) if isinstance(found, dict) else {}
    if answer.status_code == 200:
        return ProbedServer(server=server, condition=READY)
    named = ", ".join(f"{part} ({problem})" for part, problem in problems.items())
    return ProbedServer(server=server, condition=named or f"it answers {answer.status_code}")
