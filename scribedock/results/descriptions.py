"""The audio description of a job's picture, as players need it: its texts, and a spoken version of them.

The worker speaks it once for each version, when somebody first looks at the recording. Where it cannot, the
player has the texts spoken by the browser, or shows them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from scribedock.clock import Clock, format_short_time
from scribedock.jobs.elementlists import ElementLists
from scribedock.jobs.job import UNFINISHED_STATUSES, Job
from scribedock.jobs.rendition_kind import RenditionKind
from scribedock.media.text_to_speech import text_of
from scribedock.results.renditions import Rendition, Renditions, is_missing
from scribedock_captions.elementlist.codec import parse

FORMAT = 1  # what was spoken in an older one is spoken anew


@dataclass(frozen=True, kw_only=True)
class Description:
    """What there is of a job's audio description so far."""

    version: str  # of its texts
    spoken: Rendition | None  # None until it is made
    preparing: bool
    refused: str | None  # why nothing is spoken


@dataclass(frozen=True, kw_only=True)
class DescriptionText:
    """What is to be heard at a time, in ms."""

    start_ms: int
    end_ms: int
    text: str


@dataclass(frozen=True, kw_only=True)
class DescriptionTexts:
    language: str  # ISO 639-1; empty where it is not known
    texts: tuple[DescriptionText, ...]


class Descriptions:
    def __init__(self, elementlists: ElementLists, renditions: Renditions, clock: Clock) -> None:
        self._elementlists = elementlists
        self._renditions = renditions
        self._clock = clock

    def find(self, job: Job) -> Description | None:
        """Return what there is, None where nothing describes the picture; request what is missing.

        Raises ItemNotFound where the job is deleted meanwhile.
        """
        created = self._newest(job)
        if created is None:
            return None
        version, now = format_short_time(created), self._clock.now()
        source = f"spoken {FORMAT} list {version}"
        found = self._renditions.made_of(job.id, source).get(RenditionKind.SPOKEN_TRACK)
        if found is None or is_missing(found, now):
            found = self._renditions.request_rendition(job.id, None, RenditionKind.SPOKEN_TRACK, source)
        self._renditions.keep([found], now)
        return Description(
            version=version,
            spoken=None if found.storage_key is None else found,
            preparing=found.status in UNFINISHED_STATUSES,
            refused=found.problem or None,
        )

    def texts(self, job: Job) -> DescriptionTexts | None:
        """Return what is said at which times, None where nothing describes the picture."""
        created = self._newest(job)
        if created is None:
            return None
        described = parse(self._elementlists.body(job.id, created))
        said = ((each, text_of(each)) for each in described.segments)
        return DescriptionTexts(
            language=described.language,
            texts=tuple(
                DescriptionText(start_ms=each.start_time, end_ms=each.end_time, text=text)
                for each, text in said
                if text
            ),
        )

    def _newest(self, job: Job) -> datetime | None:
        versions = self._elementlists.versions(job.id, audio_description=True)
        return versions[-1].created if versions else None


def spans_of(spoken: Rendition) -> Sequence[Any]:
    """Return when somebody is heard in it, as pairs of ms: one for each text."""
    return spoken.details["spans"]  # type: ignore[no-any-return]
