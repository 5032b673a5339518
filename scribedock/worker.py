"""A worker process: runs the workflows, and takes over those of workers that died."""

from __future__ import annotations

import os
import signal
import threading
import time
from datetime import timedelta

import structlog

from scribedock.app import Services, build_services, sqlite_files
from scribedock.dispatch.dispatcher import Dispatcher
from scribedock.dispatch.slots import caps, slots
from scribedock.host import data_folder
from scribedock.host.descriptors import open_as_many_files_as_possible
from scribedock.monitoring import spans
from scribedock.settings import Settings
from scribedock.speech.configured import recognizer, recognizer_pool, speaker_model, title_of
from scribedock.uploads.uploads import CLOSED_BY_DELETION
from scribedock.workflow.engine import EngineWorker
from scribedock.workflow.engine_client import EngineClient
from scribedock.workflow.eraser import Eraser
from scribedock.workflow.lease import LEASE_LOST, RESTS, Lease, Reaper
from scribedock.workflow.needs import Needs
from scribedock.workflow.steps.decoded_audio import BORROWED_FILE
from scribedock.workflows import delivery, register_all

log = structlog.get_logger("scribedock.worker")

SWEEP_INTERVAL_S = 3600
MIN_UNREFERENCED_AGE_S = 3600
USAGE_DAYS = 400  # for which it is kept what each month used
DRAIN_S = 5
UNUSED_S = 60.0  # after which a worker that has loaded nothing rests
INDEXING_S = 1.0


class Worker:
    """A worker without its process: start it, tick it, stop it."""

    def __init__(self, settings: Settings, executor_id: str) -> None:
        self._settings = settings
        self._services: Services = build_services(settings)
        self._lease = Lease(
            self._services.database,
            settings.data_dir / "executors",
            lease_s=settings.lease_s,
            executor_id=executor_id,
        )
        self._client = EngineClient(settings)
        self._slots = slots(settings)
        self._engine = EngineWorker(
            settings,
            self._lease.executor_id,
            client=self._client,
            concurrency={queue: 2 * count for queue, count in self._slots.items()},
            origin_of=self._services.work.origin_of,
            ended=self._ended,
        )
        spec, speakers = recognizer(settings), speaker_model(settings)
        log.info("models", speech=spec.title, speakers=title_of(speakers) if speakers else "")
        register_all(self._engine, self._services, recognizer_pool(settings))
        self._delivery = delivery(self._services)
        self._dispatcher = Dispatcher(
            work=self._services.work,
            engine=self._engine,
            executor_id=executor_id,
            slots=self._slots,
            caps=caps(settings),
            call_back=self._delivery.attempt,
            poll_s=settings.workflow_poll_s,
            clock=self._services.clock,
        )
        self._needs = Needs(self._services.database, lease_s=settings.lease_s)
        self._began = time.monotonic()
        self._reaper = Reaper(self._services.database, self._lease, self._engine, settings.data_dir)
        self._eraser = Eraser(
            database=self._services.database,
            engine=self._client,
            close_uploads=lambda job_id: self._services.uploads.close(job_id, CLOSED_BY_DELETION),
            folder=settings.data_dir / "work",
            borrowed=BORROWED_FILE,
            files=sqlite_files(settings),
            retention_s=settings.workflow_retention_s,
        )

    def _ended(self, work_id: str) -> None:
        self._dispatcher.ended(work_id)

    @property
    def executor_id(self) -> str:
        return self._lease.executor_id

    def start(self) -> None:
        self._lease.acquire()
        self._dispatcher.start()

    def wake(self) -> None:
        """Make the worker look for work now."""
        self._dispatcher.wake()

    def may_rest(self) -> bool:
        """Return whether there has been nothing to do for so long that no worker is better than this one."""
        loaded_s = self._settings.speech_idle_s
        if not loaded_s:
            return False
        unused = not self._engine.is_started and time.monotonic() - self._began > min(loaded_s, UNUSED_S)
        return (unused or self._engine.idle_s > loaded_s) and not self._needs.any(self.executor_id)

    def renew(self) -> bool:
        """Renew the lease; return whether this worker still held it."""
        return self._lease.renew()

    def look_after_others(self) -> None:
        """Take over what dead workers and older releases left."""
        for workflow_id in self._client.retire_older(self._lease.living):
            log.info("workflow of an older release begins again", workflow=workflow_id)
        self._reaper.reap()
        self._engine.help_resume()
        services = self._services
        if self._settings.smtp_url is not None:
            services.mails.owe_approvals(self._settings.public_url or "")
        restored = services.backlog.restore(self._client.known) + services.webhook_events.restore()
        if restored:
            log.info("work written down that was owed", count=restored)
        if services.backlog.release():
            self._dispatcher.wake()
        self._dispatcher.tidy(self._lease.living, self._client.known, self._client.under_way)

    def erase(self) -> None:
        """Erase what deleted jobs and workflows that ended elsewhere left, and old finished workflows."""
        self._eraser.tick()
        self._eraser.sweep_ended()

    def index(self) -> None:
        """Index lists that are not searched yet, for a part of the time until the next round."""
        self._services.search_index.fill(budget_s=INDEXING_S)

    def sweep(self) -> None:
        """Remove what has expired, of sessions to recordings and results, and leftovers of crashes."""
        services = self._services
        self._eraser.forget(services.retention.enforce())
        now = services.clock.now()
        services.sessions.sweep()
        services.web_sessions.sweep()
        services.person_links.sweep()
        services.shares.sweep()
        services.sign_in_steps.sweep()
        services.login_failures.sweep()
        services.proxies.sweep()
        partials = services.uploads.sweep()
        kept_s = services.settings.media_link_lifetime_s + MIN_UNREFERENCED_AGE_S
        services.webhook_events.sweep(now - timedelta(days=services.settings.webhook_event_days))
        services.budgets.sweep(now - timedelta(days=USAGE_DAYS))
        services.renditions.forget(unwanted_since=now - timedelta(seconds=kept_s))
        self._eraser.sweep(older_than_s=MIN_UNREFERENCED_AGE_S)
        services.store.sweep(
            objects=services.media.stored_keys() | services.renditions.stored_keys(),
            partials=partials,
            older_than_s=MIN_UNREFERENCED_AGE_S,
        )
        services.fingerprints.learn()  # keys may have been rotated

    def stop(self) -> None:
        """Let current callbacks end, then give everything up to other workers.

        Nothing else is waited for: a worker always ends as a crash would end it, so that there is only one
        way to get right.
        """
        self._delivery.drain(DRAIN_S)
        self._lease.release()


def run(settings: Settings, *, executor_id: str) -> None:
    """Work until SIGTERM, SIGINT, or the end of standard input, which is the supervisor's.

    Raises SettingsError.
    """
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    open_as_many_files_as_possible()
    data_folder.enter(settings.data_dir)
    spans.start(settings.otlp_url, role="worker")
    worker = Worker(settings, executor_id)
    threading.Thread(target=_listen_to_parent, args=(worker, stopping), daemon=True).start()
    worker.start()
    log.info("worker ready", executor=worker.executor_id)
    beat = settings.lease_s / 3
    threading.Thread(target=_hold_lease, args=(worker, beat), daemon=True).start()
    swept = 0.0
    while not stopping.is_set():
        try:
            worker.look_after_others()
            worker.erase()
            worker.index()
            if time.monotonic() - swept > SWEEP_INTERVAL_S or not swept:
                swept = time.monotonic()
                worker.sweep()
            if worker.may_rest():
                break
        except Exception:
            log.exception("upkeep failed; it is tried again")
        stopping.wait(min(beat, 5))
    rests = not stopping.is_set()
    worker.stop()
    spans.stop()
    log.info("worker rests" if rests else "worker stopped")
    os._exit(RESTS if rests else 0)


def _hold_lease(worker: Worker, every_s: float) -> None:
    """Renew the lease; exit at once where it is lost, because others have begun this worker's work again."""
    while True:
        time.sleep(every_s)
        try:
            held = worker.renew()
        except Exception:
            log.exception("heartbeat failed; it is tried again")
            continue
        if not held:
            log.error("lease lost: this worker was silent for too long; it ends")
            os._exit(LEASE_LOST)


def _listen_to_parent(worker: Worker, stopping: threading.Event) -> None:
    """Wake the worker for what comes through the supervisor's pipe; stop it at the end of the pipe."""
    while os.read(0, 4096):
        worker.wake()
    stopping.set()
    time.sleep(20)
    os._exit(1)
