"""Media made from a recording, as a durable workflow.

That is what customers ask for (mp3, mp4, spoken descriptions, burnt-in captions), and what browsers need to
play it (`playback_maker`).
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import structlog

from scribedock.errors import ItemNotFound, ScribedockError
from scribedock.jobs.elementlists import ElementLists
from scribedock.jobs.job import TaskStatus
from scribedock.jobs.jobs import Jobs
from scribedock.jobs.languages import iso_code
from scribedock.jobs.media import JobMedia, Media
from scribedock.jobs.rendition_kind import PLAYBACK_KINDS, RenditionKind
from scribedock.media.ffmpeg import MediaType, SpeechForm, encode_speech
from scribedock.media.joined import encode_all
from scribedock.media.limits import Limits
from scribedock.media.program import ProgramMissing
from scribedock.media.text_to_speech import SynthesizedSpeech, speak
from scribedock.media.unusable import MediaUnusable
from scribedock.results.renditions import Rendition, Renditions
from scribedock.storage.leftovers import remove_object
from scribedock.storage.store import Store
from scribedock.workflow.renditions.playback_maker import Made, PlaybackMaker
from scribedock.workflow.saved_steps import step
from scribedock.workflow.steps.recordings import local_recording
from scribedock.workflow.steps.wanted import Abandoned
from scribedock_captions import burn_in
from scribedock_captions.elementlist.codec import parse
from scribedock_captions.elementlist.model import ElementList
from scribedock_captions.errors import CaptionsError

log = structlog.get_logger("scribedock.worker")


class MakeMediaWorkflow:
    """Makes media from a recording. `run` is what the engine calls."""

    def __init__(
        self,
        *,
        jobs: Jobs,
        media: JobMedia,
        elementlists: ElementLists,
        renditions: Renditions,
        store: Store,
        folder: Path,
        limits: Limits,
    ) -> None:
        self._playback = PlaybackMaker(
            jobs=jobs, media=media, renditions=renditions, store=store, limits=limits
        )
        self._jobs = jobs
        self._media = media
        self._elementlists = elementlists
        self._renditions = renditions
        self._store = store
        self._folder = folder
        self._limits = limits

    def run(self, rendition_id: str) -> None:
        step("start", self._start, rendition_id)
        problem = step("make", self._make, rendition_id)
        if problem is not None:
            step("fail", self._renditions.fail, rendition_id, problem)

    def on_failure(self, rendition_id: str) -> None:
        """Abort the rendition: the server is at fault, and the next request tries again."""
        self._renditions.abort(rendition_id, "The server failed over this; request it again")

    def _start(self, rendition_id: str) -> None:
        self._renditions.start(rendition_id)

    def _make(self, rendition_id: str) -> str | None:
        """Make the file and store it; return why that failed."""
        rendition = self._renditions.find_rendition(rendition_id)
        if rendition is None or rendition.storage_key is not None:
            return None

        def check_wanted() -> None:
            wanted = self._renditions.find_rendition(rendition_id)
            if wanted is None or wanted.status is TaskStatus.ABORTED:
                raise Abandoned

        folder = self._folder / rendition_id
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        try:
            if rendition.kind is RenditionKind.SPOKEN_TRACK:
                made = self._spoken_track(rendition, folder, check_wanted)
            elif rendition.kind in PLAYBACK_KINDS:
                made = self._playback.make(rendition, folder, check_wanted)
            else:
                made = Made(path=self._made(rendition, folder, check_wanted))
            size = made.path.stat().st_size
            key = self._store.adopt(made.path)
        except Abandoned:
            return None
        except MediaUnusable as error:
            return error.reason
        except ProgramMissing as error:
            self._renditions.abort(rendition_id, str(error))
            return None
        except (ScribedockError, CaptionsError) as error:
            return str(error)
        finally:
            shutil.rmtree(folder, ignore_errors=True)
        if not self._renditions.finish(rendition_id, storage_key=key, size=size, details=made.details):
            remove_object(self._store, key)
        return None

    def _made(self, rendition: Rendition, folder: Path, check_wanted: Callable[[], None]) -> Path:
        """Make the file.

        Raises MediaUnusable, ScribedockError, CaptionsError, and what check_wanted raises.
        """
        output = folder / f"made{rendition.kind.extension}"
        if rendition.kind is RenditionKind.DESCRIPTION:
            self._speak(rendition, output, SpeechForm.MP3, check_wanted)
            return output
        media = self._recording(rendition)
        if media is None or media.storage_key is None:
            raise MediaUnusable("The job has no recording.")
        subtitles = ""
        if rendition.kind is RenditionKind.CAPTIONED:
            subtitles = burn_in.subtitles(self._list(rendition, described=False))
        media_type = MediaType.MP3 if rendition.kind is RenditionKind.MP3 else MediaType.MP4
        with local_recording(self._store, media.storage_key) as recording:
            encode_all(
                recording,
                output,
                media_type,
                self._limits,
                track=media.audio_track,
                subtitles=subtitles,
                check_wanted=check_wanted,
            )
        return output

    def _spoken_track(self, rendition: Rendition, folder: Path, check_wanted: Callable[[], None]) -> Made:
        """Speak the description for players, which turn the recording down meanwhile."""
        output = folder / f"made{rendition.kind.extension}"
        sound = self._speak(rendition, output, SpeechForm.TRACK, check_wanted)
        return Made(path=output, details={"spans": sound.spans})

    def _speak(
        self, rendition: Rendition, output: Path, form: SpeechForm, check_wanted: Callable[[], None]
    ) -> SynthesizedSpeech:
        job = self._jobs.find_job(rendition.job_id)
        sound = speak(
            self._list(rendition, described=True),
            output.parent,
            iso_code(job.language),
            self._limits,
            check_wanted=check_wanted,
        )
        encode_speech(
            sound.path, output, form, seconds=sound.seconds, limits=self._limits, check_wanted=check_wanted
        )
        return sound

    def _recording(self, rendition: Rendition) -> Media | None:
        try:
            return self._media.media_behind_job(self._jobs.find_job(rendition.job_id))
        except ItemNotFound:
            return None

    def _list(self, rendition: Rendition, *, described: bool) -> ElementList:
        job = self._jobs.find_job(rendition.job_id)
        version = self._elementlists.choose(job, audio_description=described)
        return parse(self._elementlists.body(job.id, version.created))
