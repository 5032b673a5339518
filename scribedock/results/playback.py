"""What a browser needs to play a job's recording: the file or a proxy of it, peaks, thumbnails.

Everything is made when it is first asked for, by a worker, once for each recording. Jobs without a recording
of their own, as translations, have that of their leading job. Which media a browser plays, `media.playback`
decides when the worker has looked at the recording; here is what follows from that.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from scribedock.clock import Clock
from scribedock.jobs.elementlists import ElementLists
from scribedock.jobs.job import UNFINISHED_STATUSES, Job
from scribedock.jobs.media import JobMedia, Media
from scribedock.jobs.rendition_kind import RenditionKind
from scribedock.results.descriptions import Description, Descriptions
from scribedock.results.renditions import Rendition, Renditions, is_missing

FORMAT = 2  # what was made in an older one is made anew
TURNED_OFF = "Browsers cannot play this recording ({what}), and this server makes no proxies."
SOUND_ONLY = "Browsers cannot play this video ({what}), and this server makes proxies of its sound only."


class ProxyRule(StrEnum):
    """Which proxies a server makes of recordings that browsers cannot play."""

    VIDEO = "video"  # of the sound, then of the pictures
    SOUND = "sound"
    OFF = "off"


class MediaKind(StrEnum):
    VIDEO = "video"
    SOUND = "sound"


class PlaybackState(StrEnum):
    """What becomes of a recording for whoever wants to play it: every page says the same of it."""

    NONE = "none"  # the job has none
    FETCHING = "fetching"
    PREPARING = "preparing"
    PLAYABLE = "playable"
    REFUSED = "refused"  # `Playback.refused` says why
    ERASED = "erased"  # by retention


@dataclass(frozen=True, kw_only=True)
class PlayableFile:
    """A file in the store that a browser plays."""

    storage_key: str
    bytes: int
    media_type: str
    proxy: str  # id of the rendition; empty for the recording itself


@dataclass(frozen=True, kw_only=True)
class Playback:
    """What there is of a recording so far."""

    state: PlaybackState
    kind: MediaKind | None = None  # None: not known yet, or there is nothing
    duration_ms: int = 0
    source: PlayableFile | None = None
    preparing: bool = False
    sound_only: bool = False  # a video of which only the sound can be played so far
    refused: str | None = None  # why there is not more
    erased: datetime | None = None  # when retention has erased it
    peaks: Rendition | None = None
    thumbnails: Rendition | None = None
    proxies: tuple[PlayableFile, ...] = ()  # all that are made: a player keeps the one that it began with
    description: Description | None = None  # of the picture

    @property
    def awaits_worker(self) -> bool:
        """Whether a worker is to make something of it."""
        return self.preparing or (self.description is not None and self.description.preparing)


class PlaybackMedia:
    def __init__(
        self,
        media: JobMedia,
        renditions: Renditions,
        elementlists: ElementLists,
        rule: ProxyRule,
        clock: Clock,
    ) -> None:
        self._media = media
        self._renditions = renditions
        self.descriptions = Descriptions(elementlists, renditions, clock)
        self._rule = rule
        self._clock = clock

    def find(self, job: Job) -> Playback:
        """Return what there is for the job, and request what is missing.

        Raises ItemNotFound where the job, or its leading job, is deleted meanwhile.
        """
        return replace(self._recording(job), description=self.descriptions.find(job))

    def _recording(self, job: Job) -> Playback:
        media = self._media.media_behind_job(job)
        if media is None and not job.sandbox:
            erased = self._media.erased_at(job)
            state = PlaybackState.NONE if erased is None else PlaybackState.ERASED
            return Playback(state=state, erased=erased)
        if media is None or media.storage_key is not None or job.sandbox:
            return self._found(job, media)
        if media.refused:
            return Playback(state=PlaybackState.REFUSED, refused=job.failure_reason)
        return Playback(state=PlaybackState.FETCHING, preparing=True)

    def _found(self, job: Job, media: Media | None) -> Playback:
        owner_id, source, now = job.leading_id or job.id, source_of(media), self._clock.now()
        made = dict(self._renditions.made_of(owner_id, source))
        wanted = self._wanted(made)
        for kind in wanted:
            if is_missing(made.get(kind), now):
                made[kind] = self._renditions.request_rendition(owner_id, None, kind, source)
        self._renditions.keep(made.values(), now)
        return self._state(made, media, wanted)

    def _wanted(self, made: Mapping[RenditionKind, Rendition]) -> tuple[RenditionKind, ...]:
        peaks = made.get(RenditionKind.PEAKS)
        if peaks is None or peaks.storage_key is None:
            return (RenditionKind.PEAKS,)
        found = [RenditionKind.PEAKS]
        is_video = bool(peaks.details["has_video"])
        film = made.get(RenditionKind.VIDEO_PROXY)
        # Pictures of several recordings are in one film when its proxy is made.
        if is_video and (not peaks.details["is_joined"] or (film is not None and film.storage_key)):
            found.append(RenditionKind.THUMBNAILS)
        if peaks.details["media_type"] is None and self._rule is not ProxyRule.OFF:
            found.append(RenditionKind.SOUND_PROXY)
            if is_video and self._rule is ProxyRule.VIDEO:
                found.append(RenditionKind.VIDEO_PROXY)
        return tuple(found)

    def _state(
        self,
        made: Mapping[RenditionKind, Rendition],
        media: Media | None,
        wanted: tuple[RenditionKind, ...],
    ) -> Playback:
        preparing = any(made[kind].status in UNFINISHED_STATUSES for kind in wanted)
        peaks = made[RenditionKind.PEAKS]
        if peaks.storage_key is None:
            if preparing:
                return Playback(state=PlaybackState.PREPARING, preparing=True)
            return Playback(state=PlaybackState.REFUSED, refused=peaks.problem)
        details = peaks.details
        kind = MediaKind.VIDEO if details["has_video"] else MediaKind.SOUND
        proxies = tuple(
            _proxy(made[each])
            for each in (RenditionKind.VIDEO_PROXY, RenditionKind.SOUND_PROXY)
            if each in made and made[each].storage_key is not None
        )
        file = _file(media, details["media_type"])
        thumbnails = made.get(RenditionKind.THUMBNAILS)
        source = file or next(iter(proxies), None)
        sound_only = kind is MediaKind.VIDEO and source is not None and source.media_type.startswith("audio/")
        lacks = source is None or sound_only
        without = PlaybackState.PREPARING if preparing else PlaybackState.REFUSED
        return Playback(
            state=without if source is None else PlaybackState.PLAYABLE,
            kind=kind,
            duration_ms=details["duration_ms"],
            source=source,
            preparing=preparing,
            sound_only=sound_only,
            refused=self._refusal(made, details["what"], kind) if lacks and not preparing else None,
            peaks=peaks,
            thumbnails=thumbnails if thumbnails and thumbnails.storage_key is not None else None,
            proxies=proxies,
        )

    def _refusal(self, made: Mapping[RenditionKind, Rendition], what: str, kind: MediaKind) -> str | None:
        """Return why there is no (better) proxy."""
        if self._rule is ProxyRule.OFF:
            return TURNED_OFF.format(what=what)
        if self._rule is ProxyRule.SOUND and kind is MediaKind.VIDEO:
            sound = made.get(RenditionKind.SOUND_PROXY)
            return (sound.problem if sound else "") or SOUND_ONLY.format(what=what)
        failed = (made.get(each) for each in (RenditionKind.VIDEO_PROXY, RenditionKind.SOUND_PROXY))
        return next((each.problem for each in failed if each is not None and each.problem), None)


def source_of(media: Media | None) -> str:
    """Describe what is looked at: another recording or sound track makes everything anew."""
    if media is None:
        return f"playback {FORMAT} sample"
    track = "" if media.audio_track is None else f" track {media.audio_track}"
    return f"playback {FORMAT} media {media.task_id}{track}"


def _file(media: Media | None, media_type: str | None) -> PlayableFile | None:
    if media is None or media.storage_key is None or media.bytes is None or media_type is None:
        return None
    return PlayableFile(storage_key=media.storage_key, bytes=media.bytes, media_type=media_type, proxy="")


def _proxy(rendition: Rendition) -> PlayableFile:
    assert rendition.storage_key is not None and rendition.bytes is not None
    return PlayableFile(
        storage_key=rendition.storage_key,
        bytes=rendition.bytes,
        media_type=rendition.kind.media_type,
        proxy=rendition.id,
    )
