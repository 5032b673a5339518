"""The workflow that fetches a job's transcript from a URL."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

from scribedock.errors import InvalidQuery, InvalidUrl
from scribedock.jobs.transcripts import Transcripts
from scribedock.media.fetching.fetch import FetchFailed, FetchLimits, GuardedClient
from scribedock.media.fetching.patience import Unwanted
from scribedock.speech.alignment.given import check_transcript
from scribedock.workflow.saved_steps import step
from scribedock_captions.readers.decoding import MAX_FILE_BYTES

TIMEOUT_S = 120.0


class FetchTranscriptWorkflow:
    """Fetches a transcript from a URL. `run` is what the engine calls."""

    def __init__(
        self, *, transcripts: Transcripts, fetcher: GuardedClient, folder: Path, limits: FetchLimits
    ) -> None:
        """Set up the workflow; `limits` apply except for the size, which is that of a transcript."""
        self._transcripts = transcripts
        self._fetcher = fetcher
        self._folder = folder
        self._limits = replace(limits, max_bytes=MAX_FILE_BYTES, timeout_s=min(TIMEOUT_S, limits.timeout_s))

    def run(self, task_id: str) -> None:
        step("fetch transcript", self._fetch, task_id)

    def on_failure(self, task_id: str) -> None:
        self._transcripts.failed(task_id, "The server failed while it fetched the transcript; add it again")

    def _fetch(self, task_id: str) -> None:
        found = self._transcripts.transcript_of_task(task_id)
        if found is None or found.arrived or found.url is None:
            return
        folder = self._folder / task_id
        try:
            folder.mkdir(parents=True, exist_ok=True)
            file = folder / "transcript"
            self._fetcher.download(
                found.url,
                file,
                self._limits,
                wanted=lambda: self._transcripts.transcript_of_task(task_id) is not None,
            )
            body = file.read_bytes()
            warnings = check_transcript(body, found.format)
        except (FetchFailed, InvalidUrl, InvalidQuery) as error:
            self._transcripts.failed(task_id, str(error))
        except Unwanted:
            return
        else:
            self._transcripts.fetched(task_id, body, warnings)
        finally:
            shutil.rmtree(folder, ignore_errors=True)
