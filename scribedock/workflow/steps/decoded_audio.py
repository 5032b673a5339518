"""The decoded audio of a running task: a PCM file, made again where it is missing."""

from __future__ import annotations

import shutil
import threading
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path

from scribedock.dispatch.seats import FairSeats
from scribedock.host.processors import processors
from scribedock.jobs.jobs import Jobs
from scribedock.jobs.media import JobMedia
from scribedock.media.limits import Limits
from scribedock.media.unusable import MediaUnusable
from scribedock.speech.pool.pool import RecognizerPool, always
from scribedock.speech.recognizer import SAMPLE_RATE
from scribedock.storage.store import LocalFiles
from scribedock.workflow.steps.recordings import decode_speech, local_recording
from scribedock.workflow.steps.wanted import Abandoned

BYTES_PER_SECOND = 2 * SAMPLE_RATE
NOTICE_FILE = "notice"
BORROWED_FILE = "borrowed"
DECODING_SHARE = 0.05
"""The estimated share of decoding in the progress of a job."""


class DecodedAudioFiles:
    """The decoded audio of running tasks, in `folder`."""

    def __init__(
        self,
        *,
        jobs: Jobs,
        media: JobMedia,
        store: LocalFiles,
        pool: RecognizerPool,
        limits: Limits,
        folder: Path,
    ) -> None:
        self._jobs = jobs
        self._media = media
        self._store = store
        self._pool = pool
        self._limits = limits
        self._folder = folder
        self._locks: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)
        usable = processors()
        self._processors = FairSeats(range(usable), spare=usable)

    def audio_of(
        self, task_id: str, job_id: str, check_wanted: Callable[[], None] = always
    ) -> tuple[Path, int]:
        """Return the job's recording as PCM (16 bits, 16 kHz, one channel) and its length in ms.

        check_wanted is called about once a second while the recording is decoded, and may raise. Raises
        MediaUnusable, and Abandoned where the job has no media any more.
        """
        path = self._audio(
            task_id,
            job_id,
            check_wanted,
            lambda share: self._jobs.stamp_progress(job_id, DECODING_SHARE * share),
        )
        return path, path.stat().st_size * 1000 // BYTES_PER_SECOND

    def borrow(self, task_id: str, job_id: str, check_wanted: Callable[[], None]) -> Path:
        """Return the audio for a part of the task's work, whose own workflow may be on another machine.

        Raises as `audio_of` does.
        """
        folder = self._folder / task_id
        with self._locks[task_id]:
            if not folder.exists():
                folder.mkdir(parents=True)
                (folder / BORROWED_FILE).touch()
        return self._audio(task_id, job_id, check_wanted, None)

    def give_back(self, task_id: str) -> None:
        """Remove audio that was decoded here for parts only."""
        with self._locks[task_id]:
            if (self._folder / task_id / BORROWED_FILE).exists():
                self.remove(task_id)

    def notice(self, task_id: str) -> str:
        """Return the notice about how the recording was read; empty where there is none."""
        path = self._folder / task_id / NOTICE_FILE
        return path.read_text(encoding="utf-8") if path.exists() else ""

    def remove(self, task_id: str) -> None:
        shutil.rmtree(self._folder / task_id, ignore_errors=True)
        self._locks.pop(task_id, None)

    def _audio(
        self,
        task_id: str,
        job_id: str,
        check_wanted: Callable[[], None],
        progress: Callable[[float], None] | None,
    ) -> Path:
        path = self._folder / task_id / "audio.pcm"
        with self._locks[task_id]:
            if not (path.exists() and path.with_name(NOTICE_FILE).exists()):
                self._decode(job_id, path, check_wanted, progress)
        return path

    def _decode(
        self,
        job_id: str,
        path: Path,
        check_wanted: Callable[[], None],
        progress: Callable[[float], None] | None,
    ) -> None:
        media = self._media.media_of_job(job_id)
        if media is None:
            raise Abandoned
        if media.storage_key is None:
            job = self._jobs.find_job(job_id)
            raise MediaUnusable(job.failure_reason or "The media could not be fetched.")
        path.parent.mkdir(parents=True, exist_ok=True)
        with (
            self._processors.seat(check_wanted),
            local_recording(self._store, media.storage_key) as recording,
        ):
            decoded = decode_speech(
                recording,
                path,
                self._pool,
                self._limits,
                track=media.audio_track,
                progress=progress,
                check_wanted=check_wanted,
            )
        path.with_name(NOTICE_FILE).write_text(decoded.notice, encoding="utf-8")
        if decoded.track is not None:
            self._media.note_track(job_id, decoded.track)
