"""What happens to media that a job was given: fetch it where it is a URL, then probe it.

The probe tells the length of the recording, and warns of an unusable one before
anything is ordered.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from scribedock.errors import InvalidUrl
from scribedock.jobs.media import JobMedia, Media, MediaSource
from scribedock.media.fetch import FetchFailed, GuardedClient
from scribedock.media.limits import Limits
from scribedock.media.page import MAX_PAGE_BYTES, find_media, is_page
from scribedock.media.probe import probe
from scribedock.media.unusable import MediaUnusable
from scribedock.storage.leftovers import remove_object
from scribedock.storage.store import Store
from scribedock.workflow.engine import step
from scribedock.workflow.recordings import local


class Reception:
    """The workflow, with all that it needs. `run` is what the engine calls."""

    def __init__(
        self,
        *,
        media: JobMedia,
        store: Store,
        fetcher: GuardedClient,
        folder: Path,
        limits: Limits,
        max_bytes: int,
        timeout_s: float,
    ) -> None:
        self._media = media
        self._store = store
        self._fetcher = fetcher
        self._folder = folder
        self._limits = limits
        self._max_bytes = max_bytes
        self._timeout_s = timeout_s

    def run(self, task_id: str) -> None:
        problem = step("fetch", self._fetch, task_id)
        if problem is None:
            step("probe", self._probe, task_id)
        else:
            step("fail", self._media.fetch_failed, task_id, problem)

    def give_up(self, task_id: str) -> None:
        """Media that is here stays usable, though nothing is known about it."""
        found = self._media.of_task(task_id)
        if found is not None and found.storage_key is not None:
            self._media.probed(task_id, media_ms=None, problem=None)
        else:
            self._media.fetch_failed(task_id, "The server failed while it fetched the media; add it again")

    def _fetch(self, task_id: str) -> str | None:
        """Brings the bytes here, unless they are; returns what stood in the way."""
        found = self._media.of_task(task_id)
        if found is None or found.storage_key is not None:
            return None
        assert found.url is not None
        folder = self._folder / task_id
        try:
            folder.mkdir(parents=True, exist_ok=True)
            fetched = folder / "fetched"
            self._download(found, found.url, fetched)
            size = fetched.stat().st_size
            key = self._store.adopt(fetched)
        except (FetchFailed, InvalidUrl) as error:
            return str(error)
        finally:
            shutil.rmtree(folder, ignore_errors=True)
        if not self._media.fetched(task_id, storage_key=key, size=size):
            remove_object(self._store, key)
        return None

    def _download(self, media: Media, url: str, destination: Path) -> None:
        self._fetcher.download(url, destination, max_bytes=self._max_bytes, timeout_s=self._timeout_s)
        if media.source is MediaSource.PAGE and is_page(destination):
            page = destination.read_bytes()[: MAX_PAGE_BYTES + 1]
            self._fetcher.download(
                find_media(page, url), destination, max_bytes=self._max_bytes, timeout_s=self._timeout_s
            )

    def _probe(self, task_id: str) -> None:
        found = self._media.of_task(task_id)
        if found is None or found.storage_key is None:
            return
        try:
            with local(self._store, found.storage_key) as recording:
                info = probe(recording, self._limits)
        except MediaUnusable as error:
            self._media.probed(task_id, media_ms=None, problem=error.reason)
        else:
            self._media.probed(task_id, media_ms=info.duration_ms, problem=None)
