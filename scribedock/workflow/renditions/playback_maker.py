"""What browsers need to play a recording, made from it: peaks, thumbnails, proxies.

A sandbox's job has the sample in place of a recording.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from importlib import resources
from pathlib import Path
from typing import Any

from scribedock.errors import ItemNotFound
from scribedock.jobs.job import Job
from scribedock.jobs.jobs import Jobs
from scribedock.jobs.media import JobMedia
from scribedock.jobs.rendition_kind import RenditionKind
from scribedock.media.limits import Limits
from scribedock.media.playback.browsers import in_words, playable_type
from scribedock.media.playback.peaks import find_peaks
from scribedock.media.playback.proxies import make_joined_proxy, make_sound_proxy, make_video_proxy
from scribedock.media.playback.thumbnails import draw_thumbnails
from scribedock.media.probe import probe
from scribedock.media.unusable import MediaUnusable
from scribedock.results.renditions import Rendition, Renditions
from scribedock.storage.store import LocalFiles
from scribedock.workflow.steps.recordings import local_recording
from scribedock.workflow.steps.wanted import Abandoned

SAMPLE = "sample.mp4"
CheckWanted = Callable[[], None]


@dataclass(frozen=True, kw_only=True)
class Made:
    """A file that was made, and what its readers need to know of it."""

    path: Path
    details: Mapping[str, Any] | None = None


class PlaybackMaker:
    def __init__(
        self, *, jobs: Jobs, media: JobMedia, renditions: Renditions, store: LocalFiles, limits: Limits
    ) -> None:
        self._jobs = jobs
        self._media = media
        self._renditions = renditions
        self._store = store
        self._limits = limits

    def make(self, rendition: Rendition, folder: Path, check_wanted: CheckWanted) -> Made:
        """Make the file in the folder, which it has for itself.

        Raises MediaUnusable, ProgramMissing, FenceFailure, and what check_wanted raises.
        """
        try:
            job = self._jobs.find_job(rendition.job_id)
        except ItemNotFound:
            raise Abandoned from None
        output = folder / f"made{rendition.kind.extension}"
        with self._recording(job) as (recording, track):
            if rendition.kind is RenditionKind.PEAKS:
                return self._peaks(job, recording, track, output, check_wanted)
            made = self._renditions.made_beside(rendition)
            is_joined = bool(made[RenditionKind.PEAKS].details["is_joined"])
            if rendition.kind is RenditionKind.THUMBNAILS:
                if is_joined:
                    return self._thumbnails_of_film(made[RenditionKind.VIDEO_PROXY], output, check_wanted)
                return self._thumbnails(recording, track, output, check_wanted)
            if is_joined:
                make_joined_proxy(
                    recording,
                    output,
                    self._limits,
                    has_pictures=rendition.kind is RenditionKind.VIDEO_PROXY,
                    track=track,
                    check_wanted=check_wanted,
                )
                return Made(path=output)
            info = probe(recording, self._limits, track=track)
            makes = make_sound_proxy if rendition.kind is RenditionKind.SOUND_PROXY else make_video_proxy
            makes(info, recording, output, self._limits, check_wanted=check_wanted)
            return Made(path=output)

    def _peaks(
        self, job: Job, recording: Path, track: int | None, output: Path, check_wanted: CheckWanted
    ) -> Made:
        """Find the peaks, and whether browsers play the recording as it is."""
        info = probe(recording, self._limits, track=track)
        peaks = find_peaks(
            recording, output, self._limits, track=info.audio_stream, check_wanted=check_wanted
        )
        what = in_words(info) if peaks.parts == 1 else f"{peaks.parts} recordings in one file"
        details = {
            **asdict(peaks),
            "is_joined": not peaks.plays_whole,
            # Nobody can be served the sample in place of a recording that is not there.
            "media_type": None if job.sandbox or not peaks.plays_whole else playable_type(info),
            "what": what,
        }
        return Made(path=output, details=details)

    def _thumbnails(self, film: Path, track: int | None, output: Path, check_wanted: CheckWanted) -> Made:
        duration_ms = probe(film, self._limits, track=track).duration_ms
        sprite = draw_thumbnails(
            film, output, self._limits, duration_ms=duration_ms, check_wanted=check_wanted
        )
        return Made(path=output, details=asdict(sprite))

    def _thumbnails_of_film(self, proxy: Rendition, output: Path, check_wanted: CheckWanted) -> Made:
        """Draw what the proxy shows, which has the pictures of several recordings."""
        if proxy.storage_key is None:
            raise Abandoned
        with local_recording(self._store, proxy.storage_key) as film:
            return self._thumbnails(film, None, output, check_wanted)

    @contextmanager
    def _recording(self, job: Job) -> Iterator[tuple[Path, int | None]]:
        """Provide the job's recording and the track that is transcribed. Raises MediaUnusable."""
        if job.sandbox:
            with resources.as_file(resources.files("scribedock.sandbox").joinpath(SAMPLE)) as sample:
                yield sample, None
            return
        media = self._media.media_behind_job(job)
        if media is None or media.storage_key is None:
            raise MediaUnusable("The job has no recording.")
        with local_recording(self._store, media.storage_key) as recording:
            yield recording, media.audio_track
