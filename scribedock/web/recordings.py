"""`/web/jobs/{id}/media`: what a player or an editor needs of a job's recording.

The first of these answers says what there is, and has made what is missing; the others are the files, which
are read in parts. A file's URL names what it was made of, so that a player keeps the file that it began with
when a better one comes.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import asdict
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from scribedock.api import auditing
from scribedock.api.errors import error_response
from scribedock.api.faults import fault_of
from scribedock.api.registry import Backend
from scribedock.api.transport.file_answers import StoredFile, disposition, is_continued, stored_file
from scribedock.clock import format_time
from scribedock.errors import ItemNotFound, ScribedockError
from scribedock.jobs.job import erased_error
from scribedock.media.limits import OVERVIEW_PER_S, PEAKS_PER_S
from scribedock.results.descriptions import Description, spans_of
from scribedock.results.playback import PlayableFile, Playback
from scribedock.results.renditions import Rendition
from scribedock.web.compression import compress
from scribedock.web.cookies import PAGES
from scribedock.web.guard import WebGuard
from scribedock.web.rendering import root_of
from scribedock.web.viewers import Viewer, Viewers

READING = "web/media"  # in the audit log
PAIR_BYTES = 2
FOR_A_DAY = "private, max-age=86400"  # their URLs never stand for other bytes
# What strangers have sent is shown in no page of ours.
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Cross-Origin-Resource-Policy": "same-origin",
}
EXTENSIONS = {
    "video/mp4": ".mp4",
    "video/webm": ".webm",
    "audio/mp4": ".m4a",
    "audio/mpeg": ".mp3",
    "audio/wav": ".wav",
    "audio/flac": ".flac",
    "audio/ogg": ".ogg",
    "audio/aac": ".aac",
    "audio/webm": ".webm",
}
NO_DESCRIPTION = "Nothing describes the picture of this job's recording (any more)"
NOT_THERE = "There is no such file (any more); ask for the recording's media again"

Finder = Callable[[Playback, str], StoredFile | None]


def recording_routes(guard: WebGuard, backend: Backend) -> list[BaseRoute]:
    recordings = Recordings(guard, backend)
    path = f"{PAGES}/jobs/{{job_id}}/media"
    return [
        Route(path, recordings.describe, methods=["GET"]),
        Route(f"{path}/description", recordings.description, methods=["GET"]),
        *(
            Route(f"{path}/{name}", recordings.serving(find), methods=["GET"])
            for name, find in FINDERS.items()
        ),
    ]


class Recordings:
    def __init__(self, guard: WebGuard, backend: Backend) -> None:
        self._viewers = Viewers(guard)
        self._backend = backend

    async def describe(self, request: Request) -> Response:
        """Say what there is of the recording; request what is missing."""

        def answer() -> Response:
            viewer = self._viewers.viewer_of(request, request.path_params["job_id"], extend=False)
            found = self._backend.services.playback.find(viewer.job)
            if found.awaits_worker:
                self._backend.wake()
            url = f"{root_of(viewer.base_url)}{PAGES}/jobs/{viewer.job.id}/media"
            return JSONResponse(described(found, url), headers={"Cache-Control": "no-store"})

        return await _answered(answer)

    async def description(self, request: Request) -> Response:
        """Tell what is said of the picture, and when."""
        answer = await _answered(lambda: self._texts(request))
        return await compress(request, answer)

    def _texts(self, request: Request) -> Response:
        viewer = self._viewers.viewer_of(request, request.path_params["job_id"], extend=False)
        services = self._backend.services
        found = services.playback.descriptions.texts(viewer.job)
        if found is None:
            raise ItemNotFound(NO_DESCRIPTION, status=404)
        with self._reading(viewer):
            return JSONResponse(asdict(found), headers={"Cache-Control": "no-store"})

    def _reading(self, viewer: Viewer) -> AbstractContextManager[None]:
        return auditing.reading(
            self._backend.services,
            READING,
            viewer.account_id,
            viewer.client,
            viewer.job.id,
            person_id=viewer.person_id,
        )

    def serving(self, find: Finder) -> Any:
        """Return the endpoint of a file."""

        async def serve(request: Request) -> Response:
            return await _answered(lambda: self._file(request, find))

        return serve

    def _file(self, request: Request, find: Finder) -> Response:
        viewer = self._viewers.viewer_of(request, request.path_params["job_id"], extend=True)
        services = self._backend.services
        found = services.playback.find(viewer.job)
        file = find(found, request.query_params.get("v", ""))
        if file is None and found.erased is not None:
            raise ItemNotFound(erased_error("recording", found.erased).comment, status=404)
        if file is None:
            raise ItemNotFound(NOT_THERE, status=404)
        headers = {**HEADERS, "Content-Disposition": _name(viewer, file)}
        if is_continued(request):
            return stored_file(request, services.store, file, headers)
        with self._reading(viewer):
            return stored_file(request, services.store, file, headers)


async def _answered(answer: Callable[[], Response]) -> Response:
    try:
        return await run_in_threadpool(answer)
    except ScribedockError as error:
        return error_response(error)
    except Exception as failure:
        return error_response(fault_of(failure))


def described(found: Playback, url: str) -> dict[str, Any]:
    """Return the answer's JSON. url: where the files of the recording are."""
    source = None
    if found.source is not None:
        name = f"proxy?v={found.source.proxy}" if found.source.proxy else "file"
        source = {
            "url": f"{url}/{name}",
            "type": found.source.media_type,
            "proxy": bool(found.source.proxy),
        }
    return {
        "state": found.state.value,
        "kind": None if found.kind is None else found.kind.value,
        "duration_ms": found.duration_ms,
        "source": source,
        "preparing": found.preparing,
        "sound_only": found.sound_only,
        "refused": found.refused,
        "erased": None if found.erased is None else format_time(found.erased),
        "peaks": None if found.peaks is None else _peaks(found.peaks, url),
        "thumbnails": None if found.thumbnails is None else _thumbnails(found.thumbnails, url),
        "description": None if found.description is None else _description(found.description, url),
    }


def _description(description: Description, url: str) -> dict[str, Any]:
    spoken = description.spoken
    return {
        "version": description.version,
        "spoken": None
        if spoken is None
        else {
            "url": f"{url}/spoken?v={spoken.id}",
            "type": spoken.kind.media_type,
            "spans_ms": spans_of(spoken),
        },
        "preparing": description.preparing,
        "refused": description.refused,
    }


def _peaks(peaks: Rendition, url: str) -> dict[str, Any]:
    return {
        "url": f"{url}/peaks?v={peaks.id}",
        "per_second": PEAKS_PER_S,
        "overview_url": f"{url}/overview?v={peaks.id}",
        "overview_per_second": OVERVIEW_PER_S,
    }


def _thumbnails(thumbnails: Rendition, url: str) -> dict[str, Any]:
    shape = thumbnails.details
    names = ("every_ms", "width", "height", "columns", "count")
    return {"url": f"{url}/thumbnails?v={thumbnails.id}", **{name: shape[name] for name in names}}


def _name(viewer: Viewer, file: StoredFile) -> str:
    return disposition(viewer.job, EXTENSIONS.get(file.media_type, ""))


def _recording(found: Playback, version: str) -> StoredFile | None:
    source = found.source
    return None if source is None or source.proxy else _whole(source)


def _proxy(found: Playback, version: str) -> StoredFile | None:
    """Return the proxy of this version, without one the best."""
    named = (each for each in found.proxies if version in ("", each.proxy))
    return next(map(_whole, named), None)


def _whole(file: PlayableFile) -> StoredFile:
    return StoredFile(storage_key=file.storage_key, bytes=file.bytes, media_type=file.media_type)


def _fine_peaks(found: Playback, version: str) -> StoredFile | None:
    return _part(found.peaks, version, lambda details: (0, details["pairs"]))


def _overview(found: Playback, version: str) -> StoredFile | None:
    return _part(found.peaks, version, lambda details: (details["pairs"], details["overview_pairs"]))


def _part(
    peaks: Rendition | None, version: str, place: Callable[[Any], tuple[int, int]]
) -> StoredFile | None:
    """Return a part of the file of peaks: `place` returns after how many pairs, and how many."""
    if peaks is None or peaks.storage_key is None or version not in ("", peaks.id):
        return None
    begin, count = place(peaks.details)
    return StoredFile(
        storage_key=peaks.storage_key,
        bytes=PAIR_BYTES * count,
        media_type=peaks.kind.media_type,
        begin=PAIR_BYTES * begin,
        cache=FOR_A_DAY if version else StoredFile.cache,
    )


def _sprite(found: Playback, version: str) -> StoredFile | None:
    return _made(found.thumbnails, version)


def _spoken(found: Playback, version: str) -> StoredFile | None:
    return None if found.description is None else _made(found.description.spoken, version)


def _made(made: Rendition | None, version: str) -> StoredFile | None:
    if made is None or made.storage_key is None or made.bytes is None or version not in ("", made.id):
        return None
    return StoredFile(
        storage_key=made.storage_key,
        bytes=made.bytes,
        media_type=made.kind.media_type,
        cache=FOR_A_DAY if version else StoredFile.cache,
    )


FINDERS: dict[str, Finder] = {
    "file": _recording,
    "proxy": _proxy,
    "peaks": _fine_peaks,
    "overview": _overview,
    "thumbnails": _sprite,
    "spoken": _spoken,
}
