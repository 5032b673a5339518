"""A worker process: runs the workflows, and takes over those of workers that died."""

from __future__ import annotations

import os
import signal
import threading
import time
from datetime import timedelta

import structlog

from scribedock.app import Services, sqlite_files, wire
from scribedock.clock import utc_now
from scribedock.jobs.job import TaskType
from scribedock.settings import Settings
from scribedock.speech.configured import processes, recognizer, speaker_model
from scribedock.speech.pool import RecognizerPool
from scribedock.uploads.uploads import CLOSED_BY_DELETION
from scribedock.workflow.engine import FIRST, EngineClient, EngineWorker, Queue
from scribedock.workflow.eraser import Eraser
from scribedock.workflow.lease import LEASE_LOST, Lease, Reaper
from scribedock.workflows import register_all

log = structlog.get_logger("scribedock.worker")

SWEEP_EVERY_S = 3600
UNREFERENCED_S = 3600
DRAIN_S = 5
QUEUES = {
    TaskType.JOB_ADD_MEDIA: Queue.MEDIA,
    TaskType.JOB_ADD_TRANSCRIPT: Queue.TRANSCRIPTS,
    TaskType.JOB_PERFORM_TRANSCRIPTION: Queue.TRANSCRIPTION,
    TaskType.JOB_MAKE_MEDIA: Queue.RENDITIONS,
    TaskType.JOB_REALIGN: Queue.REALIGNMENTS,
    TaskType.JOB_BURN_IN_CAPTION: Queue.MAIL,
    TaskType.JOB_ASK_FOR_APPROVAL: Queue.MAIL,
}


class Worker:
    """All of a worker but its process: start it, tick it, stop it."""

    def __init__(self, settings: Settings, executor_id: str) -> None:
        self._settings = settings
        self._services: Services = wire(settings)
        self._lease = Lease(
            self._services.database,
            settings.data_dir / "executors",
            lease_s=settings.lease_s,
            executor_id=executor_id,
        )
        self._engine = EngineWorker(settings, self._lease.executor_id)
        self._client = EngineClient(settings)
        self._pool = RecognizerPool(
            recognizer(settings),
            processes=processes(settings),
            chunk_timeout_s=settings.speech_chunk_timeout_s,
            batch=settings.speech_batch,
            speaker_model=speaker_model(settings),
        )
        self._delivery = register_all(self._engine, self._services, self._pool, self._client.enqueue)
        self._reaper = Reaper(self._services.database, self._lease, self._engine, settings.data_dir)
        self._eraser = Eraser(
            database=self._services.database,
            engine=self._client,
            close_uploads=lambda job_id: self._services.uploads.close(job_id, CLOSED_BY_DELETION),
            folder=settings.data_dir / "work",
            files=sqlite_files(settings),
            retention_s=settings.workflow_retention_s,
        )

    @property
    def executor_id(self) -> str:
        return self._lease.executor_id

    def start(self) -> None:
        self._lease.acquire()
        self._engine.launch(
            {
                Queue.TRANSCRIPTION: self._settings.worker_jobs,
                Queue.MEDIA: 4 * self._settings.worker_jobs,
                Queue.TRANSCRIPTS: 4 * self._settings.worker_jobs,
                Queue.CALLBACKS: 16 * self._settings.worker_jobs,
                Queue.DERIVATIONS: 2,
                Queue.MAIL: 16,  # most of them wait for a video
                Queue.RENDITIONS: max(1, (os.cpu_count() or 1) // 2),
                Queue.REALIGNMENTS: self._settings.worker_jobs,
                Queue.SANDBOX: 64 * self._settings.worker_jobs,  # they sleep
            }
        )

    def renew(self) -> bool:
        """Whether this worker still holds its lease."""
        return self._lease.renew()

    def look_after_others(self) -> None:
        """Takes over what dead workers and older releases left, and what a crash kept from being enqueued."""
        self._reaper.reap()
        for workflow_id in self._client.begin_again():
            log.info("workflow of an older release begins again", workflow=workflow_id)
        services = self._services
        if self._settings.smtp_url is not None:
            services.mails.owe_approvals(self._settings.public_url or "")
        wanted = {
            task.id: QUEUES[task.type] for task in services.jobs.unfinished_tasks() if task.type in QUEUES
        } | {callback.id: Queue.CALLBACKS for callback in services.callbacks.unfinished()}
        wanted |= {each.task_id: Queue.DERIVATIONS for each in services.related.ready()}
        for workflow_id in wanted.keys() - self._client.known(list(wanted)):
            log.info("workflow enqueued again", workflow=workflow_id)
            queue = wanted[workflow_id]
            rank = services.orders.queue_rank(workflow_id) if queue is Queue.TRANSCRIPTION else None
            self._client.enqueue(queue, workflow_id, workflow_id, priority=rank or FIRST)

    def erase(self) -> None:
        """Takes away what deleted jobs have left, and finished workflows that are too old."""
        self._eraser.tick()

    def sweep(self) -> None:
        """Removes dead sessions, what the audit log need not remember, and what crashes left in the store."""
        services = self._services
        services.audit.sweep(utc_now() - timedelta(days=self._settings.audit_days))
        services.sessions.sweep()
        partials = services.uploads.sweep()
        kept_s = services.settings.media_link_lifetime_s + UNREFERENCED_S
        services.renditions.forget(unwanted_since=utc_now() - timedelta(seconds=kept_s))
        self._eraser.sweep(older_than_s=UNREFERENCED_S)
        services.store.sweep(
            objects=services.media.stored_keys() | services.renditions.stored_keys(),
            partials=partials,
            older_than_s=UNREFERENCED_S,
        )

    def stop(self) -> None:
        """Lets callbacks under way end, then gives everything up to whoever comes next.

        Nothing else is waited for: the end of a worker is always the end that a crash would make,
        so there is only one way to be right about it.
        """
        self._delivery.drain(DRAIN_S)
        self._lease.release()


def run(settings: Settings, *, executor_id: str) -> None:
    """Works until SIGTERM, SIGINT, or the end of standard input, which is the supervisor's.

    Raises SettingsError.
    """
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    threading.Thread(target=_stop_with_parent, args=(stopping,), daemon=True).start()
    worker = Worker(settings, executor_id)
    worker.start()
    log.info("worker ready", executor=worker.executor_id)
    beat = settings.lease_s / 3
    threading.Thread(target=_hold_lease, args=(worker, beat), daemon=True).start()
    swept = 0.0
    while not stopping.is_set():
        try:
            worker.look_after_others()
            worker.erase()
            if time.monotonic() - swept > SWEEP_EVERY_S or not swept:
                swept = time.monotonic()
                worker.sweep()
        except Exception:
            log.exception("upkeep failed; it is tried again")
        stopping.wait(min(beat, 5))
    worker.stop()
    log.info("worker stopped")
    os._exit(0)


def _hold_lease(worker: Worker, every_s: float) -> None:
    """A worker that lost its lease ends at once: others have begun its work again."""
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


def _stop_with_parent(stopping: threading.Event) -> None:
    """The pipe from the supervisor ends with it, however it dies."""
    while os.read(0, 4096):
        pass
    stopping.set()
    time.sleep(20)
    os._exit(1)
