"""The transcription of one file by the server's own workflow, without the server."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from scribedock.batch.step_files import StepFiles
from scribedock.batch.workspace import Ordered, Workspace
from scribedock.errors import ItemNotFound
from scribedock.jobs.job import Fidelity, JobStatus
from scribedock.jobs.media import MediaSource
from scribedock.jobs.order_options import OrderOptions
from scribedock.media.limits import Limits
from scribedock.orders.orders import Order
from scribedock.speech.pool.pool import RecognizerPool
from scribedock.workflow.saved_steps import saved_by
from scribedock.workflow.steps.decoded_audio import DecodedAudioFiles
from scribedock.workflow.transcription.transcribe import TranscribeWorkflow


class NotTranscribed(Exception):
    """The recording cannot be transcribed; the text says why."""


@dataclass(frozen=True, kw_only=True)
class Wishes:
    """What is wanted of every recording."""

    language: str  # in the catalogue's spelling, or AUTO
    tell_speakers_apart: bool = False
    speakers: int | None = None  # how many, where that is known


@dataclass(frozen=True, kw_only=True)
class Transcribed:
    """The result of a recording."""

    elementlist: bytes
    media_ms: int
    language: str
    notice: str  # what must be known about the result; empty where there is nothing


class OriginalFile:
    """The recording where it lies: nothing is copied."""

    def __init__(self, path: Path) -> None:
        self._path = path

    @contextmanager
    def local(self, key: str) -> Iterator[Path]:
        yield self._path


class FileTranscriber:
    """Transcribes files in a workspace, one at a time."""

    def __init__(self, workspace: Workspace, pool: RecognizerPool, wishes: Wishes) -> None:
        self._workspace = workspace
        self._pool = pool
        self._wishes = wishes
        self._lock = threading.Lock()
        self._current = ""

    @contextmanager
    def transcribed(self, recording: Path) -> Iterator[Transcribed]:
        """Transcribe a recording; what is kept of it is removed at the end of the block.

        An earlier call that was interrupted is continued. Raises NotTranscribed, FileBusy, OSError; whatever
        else a step raises can be tried again later, from that step on.
        """
        with self._workspace.held(recording, self._wishes, self._pool.title) as folder:
            ordered = self._workspace.ordered(folder) or self._order(folder, recording)
            with self._lock:
                self._current = ordered.job_id
            steps = folder / "steps"
            steps.mkdir(exist_ok=True)
            with saved_by(StepFiles(steps)):
                self._workflow(recording).run(ordered.task_id)
            try:
                yield self._result(ordered)
            except NotTranscribed:
                self._workspace.forget(folder)
                raise
            self._workspace.forget(folder)

    def progress(self) -> float:
        """Return how far the recording is, from 0 to 1."""
        with self._lock:
            job_id = self._current
        try:
            return self._workspace.services.jobs.find_job(job_id).progress if job_id else 0
        except ItemNotFound:
            return 1

    def _order(self, folder: Path, recording: Path) -> Ordered:
        services, account = self._workspace.services, self._workspace.account
        job_id, _ = services.jobs.create(
            account,
            name=recording.name,
            language=self._wishes.language,
            expected_speakers=self._wishes.speakers,
        )
        visible = frozenset([account.id])
        with services.database.write() as connection:
            services.media.attach(
                connection,
                services.jobs.fetch_job(connection, job_id),
                MediaSource.UPLOAD,
                storage_key=uuid.uuid4().hex,
                size=recording.stat().st_size,
                replace=False,
            )
        options = OrderOptions(speaker_id=self._wishes.tell_speakers_apart or None)
        order = Order(fidelity=Fidelity.MECHANICAL, options=options)
        task_id = services.orders.place(job_id, visible, order, needs_authorization=False)
        ordered = Ordered(job_id=job_id, task_id=task_id)
        self._workspace.remember(folder, ordered)
        return ordered

    def _workflow(self, recording: Path) -> TranscribeWorkflow:
        services, settings = self._workspace.services, self._workspace.settings
        folder = self._workspace.work_folder
        audio = DecodedAudioFiles(
            jobs=services.jobs,
            media=services.media,
            store=OriginalFile(recording),
            pool=self._pool,
            limits=Limits(max_duration_s=settings.media_max_duration_s, memory=settings.media_memory),
            folder=folder,
        )
        return TranscribeWorkflow(
            jobs=services.jobs,
            transcripts=services.transcripts,
            orders=services.orders,
            guidelines=services.guidelines,
            pool=self._pool,
            audio=audio,
            folder=folder,
            refines=settings.speech_alignment,
        )

    def _result(self, ordered: Ordered) -> Transcribed:
        services = self._workspace.services
        job = services.jobs.find_job(ordered.job_id)
        if job.status is not JobStatus.COMPLETE:
            raise NotTranscribed(job.failure_reason or f"the transcription ended as {job.status}")
        version = services.elementlists.choose(job)
        return Transcribed(
            elementlist=services.elementlists.body(job.id, version.created),
            media_ms=job.media_ms or 0,
            language=job.language,
            notice=job.notice or "",
        )
