"""Transcripts that jobs are given: what they must be, and the workflow that fetches one."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

from scribedock.captions.elementlist import ElementList
from scribedock.captions.imported import elementlist_of
from scribedock.captions.readers import TextFormat, read
from scribedock.captions.readers.decoding import MAX_BYTES
from scribedock.errors import InvalidQuery, InvalidUrl
from scribedock.jobs.transcripts import Transcripts
from scribedock.media.fetch import FetchFailed, FetchLimits, GuardedClient
from scribedock.media.patience import Unwanted
from scribedock.speech.synchronized import words_of
from scribedock.workflow.engine import step

TIMEOUT_S = 120.0


def check_transcript(body: bytes, format: TextFormat | None) -> None:
    """Raises InvalidQuery for what cannot be read, and where nothing is said in it."""
    transcript_of(body, format)


def transcript_of(
    body: bytes, format: TextFormat | None, *, language: str = "", duration: int | None = None
) -> tuple[ElementList, bool]:
    """The words of a transcript in sentences, and whether it says when they are shown.

    duration is that of the recording, in ms. Raises InvalidQuery.
    """
    file = read(body, format)
    elementlist = elementlist_of(file, language=language, duration=duration)
    if not words_of(elementlist):
        raise InvalidQuery("There are no words in the transcript; send what is said in the recording")
    return elementlist, all(cue.start is not None and cue.end is not None for cue in file.cues)


class TranscriptReception:
    """The workflow, with all that it needs. `run` is what the engine calls."""

    def __init__(
        self, *, transcripts: Transcripts, fetcher: GuardedClient, folder: Path, limits: FetchLimits
    ) -> None:
        """limits: but for the size, which is that of a transcript."""
        self._transcripts = transcripts
        self._fetcher = fetcher
        self._folder = folder
        self._limits = replace(limits, max_bytes=MAX_BYTES, timeout_s=min(TIMEOUT_S, limits.timeout_s))

    def run(self, task_id: str) -> None:
        step("fetch transcript", self._fetch, task_id)

    def give_up(self, task_id: str) -> None:
        self._transcripts.failed(task_id, "The server failed while it fetched the transcript; add it again")

    def _fetch(self, task_id: str) -> None:
        found = self._transcripts.of_task(task_id)
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
                wanted=lambda: self._transcripts.of_task(task_id) is not None,
            )
            body = file.read_bytes()
            check_transcript(body, found.format)
        except (FetchFailed, InvalidUrl, InvalidQuery) as error:
            self._transcripts.failed(task_id, str(error))
        except Unwanted:
            return
        else:
            self._transcripts.fetched(task_id, body)
        finally:
            shutil.rmtree(folder, ignore_errors=True)
