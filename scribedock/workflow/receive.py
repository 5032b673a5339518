"""What happens to a job's media: it is fetched where it is a URL, then probed.

The probe tells the length of the recording, and warns of an unusable one before anything is ordered.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from scribedock.dispatch.queues import task_id_of
from scribedock.errors import InvalidUrl
from scribedock.jobs.media import JobMedia, Media, MediaSource
from scribedock.media.fetching.fetch import FetchFailed, FetchLimits, GuardedClient
from scribedock.media.fetching.page import MAX_PAGE_BYTES, find_media, is_page
from scribedock.media.fetching.patience import Unwanted
from scribedock.media.limits import Limits
from scribedock.media.probe import probe
from scribedock.media.unusable import MediaUnusable
from scribedock.storage.leftovers import remove_object
from scribedock.storage.store import Store
from scribedock.workflow.saved_steps import step
from scribedock.workflow.steps.recordings import local_recording


class FetchMediaWorkflow:
    """Fetches media from a URL. `run` is what the engine calls."""

    def __init__(
        self,
        *,
        media: JobMedia,
        store: Store,
        fetcher: GuardedClient,
        folder: Path,
        limits: FetchLimits,
    ) -> None:
        self._media = media
        self._store = store
        self._fetcher = fetcher
        self._folder = folder
        self._limits = limits

    def run(self, work_id: str) -> None:
        task_id = task_id_of(work_id)
        problem = step("fetch", self._fetch, task_id)
        if problem is not None:
            step("fail", self._media.fetch_failed, task_id, problem)

    def on_failure(self, work_id: str) -> None:
        self._media.fetch_failed(
            task_id_of(work_id), "The server failed while it fetched the media; add it again"
        )

    def _fetch(self, task_id: str) -> str | None:
        """Download the file unless it is here; return why that failed."""
        found = self._media.media_of_task(task_id)
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
        except Unwanted:
            return None
        finally:
            shutil.rmtree(folder, ignore_errors=True)
        if not self._media.fetched(task_id, storage_key=key, size=size):
            remove_object(self._store, key)
        return None

    def _download(self, media: Media, url: str, destination: Path) -> None:
        def save(target: str) -> None:
            self._fetcher.download(
                target,
                destination,
                self._limits,
                wanted=lambda: self._media.media_of_task(media.task_id) is not None,
            )

        save(url)
        if media.source is MediaSource.PAGE and is_page(destination):
            page = destination.read_bytes()[: MAX_PAGE_BYTES + 1]
            save(find_media(page, url))


class ProbeMediaWorkflow:
    """Probes uploaded media. `run` is what the engine calls."""

    def __init__(self, *, media: JobMedia, store: Store, limits: Limits) -> None:
        self._media = media
        self._store = store
        self._limits = limits

    def run(self, task_id: str) -> None:
        step("probe", self._probe, task_id)

    def on_failure(self, task_id: str) -> None:
        """Do nothing: the media stays usable, though nothing is known about it."""
        self._media.probed(task_id, media_ms=None, problem=None)

    def _probe(self, task_id: str) -> None:
        found = self._media.media_of_task(task_id)
        if found is None or found.storage_key is None:
            return
        try:
            with local_recording(self._store, found.storage_key) as recording:
                info = probe(recording, self._limits)
        except MediaUnusable as error:
            self._media.probed(task_id, media_ms=None, problem=error.reason)
        else:
            self._media.probed(task_id, media_ms=info.duration_ms, problem=None)
