"""What is to be rendered, and how: in any process that has the lists."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from scribedock.captions.document import Metadata
from scribedock.captions.elementlist import ElementList
from scribedock.captions.mixed import mixed
from scribedock.captions.options import CaptionOptions, TranscriptOptions
from scribedock.captions.render import CaptionFormat, Rendering, render_captions, render_transcript

ListKey = tuple[str, str]
"""The id of a job, and a version of its ElementList: what never changes."""


@dataclass(frozen=True, kw_only=True)
class RenderRequest:
    """A transcript, where there is no format."""

    lists: tuple[ListKey, ...]  # one, or two that are mixed
    options: CaptionOptions | TranscriptOptions
    format: CaptionFormat | None = None
    media_end: int | None = None  # ms
    metadata: Metadata


def render(request: RenderRequest, parsed: Callable[[ListKey], ElementList]) -> Rendering:
    """Raises InvalidOption, InvalidQuery as the captions library does."""
    elementlist, *others = [parsed(key) for key in request.lists]
    for other in others:
        elementlist = mixed(elementlist, other)
    if isinstance(request.options, TranscriptOptions):
        return render_transcript(elementlist, request.options)
    assert request.format is not None
    return render_captions(
        elementlist,
        request.format,
        request.options,
        media_end=request.media_end,
        metadata=request.metadata,
    )
