"""What to render, and how, in any process that has the lists."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from scribedock_captions.document import Metadata
from scribedock_captions.elementlist.mixing import mixed
from scribedock_captions.elementlist.model import ElementList
from scribedock_captions.options import CaptionOptions, TranscriptOptions
from scribedock_captions.rendering import CaptionFormat, Rendering, render_captions, render_transcript

ElementListKey = tuple[str, str]
"""The id of a job and a version of its ElementList, which never changes."""


@dataclass(frozen=True, kw_only=True)
class RenderRequest:
    """A request for captions, or for a transcript where `format` is None."""

    lists: tuple[ElementListKey, ...]  # one, or two to be mixed
    options: CaptionOptions | TranscriptOptions
    format: CaptionFormat | None = None
    media_end: int | None = None  # ms
    metadata: Metadata


def render(request: RenderRequest, parsed: Callable[[ElementListKey], ElementList]) -> Rendering:
    """Make the file. Raises UnusableOption for an option that the format cannot use."""
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
