"""What the format of a target cannot show of a file: it is left out there, and said."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from scribedock_captions.caption import Caption
from scribedock_captions.conversion.captions import SHORT_MS
from scribedock_captions.conversion.styles import with_styles
from scribedock_captions.conversion.timing import in_turn, timed
from scribedock_captions.document import CaptionDocument
from scribedock_captions.readers.cue import CueFile
from scribedock_captions.readers.formats import TextFormat
from scribedock_captions.style import Style
from scribedock_captions.writers import WRITERS, CaptionFormat

STYLES_SAID = {"italic": "italics", "bold": "bold", "underline": "underline"}


def has_times(file: CueFile) -> bool:
    """Tell whether the file says when a caption is shown."""
    return not file.cues or any(cue.start is not None for cue in file.cues)


def placed(captions: Sequence[Caption], file: CueFile, duration: int | None) -> list[Caption]:
    """Return captions that were laid out again, each in the place of the cue said at its middle."""
    if all(cue.placement is None for cue in file.cues):
        return list(captions)
    cues = list(in_turn(timed(file.cues, duration)))
    found, place = [], 0
    for caption in captions:
        middle = (caption.start + caption.end) // 2
        while place + 1 < len(cues) and cues[place + 1].start <= middle:
            place += 1
        found.append(replace(caption, placement=cues[place].cue.placement))
    return found


def joined_places(captions: Sequence[Caption], format: CaptionFormat, source: CueFile) -> tuple[str, ...]:
    """Say how many captions stand in another place than the one before, with which they are joined."""
    count = sum(
        after.placement != before.placement and after.start + SHORT_MS < before.end
        for before, after in pairwise(captions)
    )
    if not count or not _has_places(format, source.format):
        return ()
    return (f"{format.value} joins what is shown at once: {_counted(count)} in the place of others",)


def with_losses(document: CaptionDocument, format: CaptionFormat, source: CueFile) -> CaptionDocument:
    """Return the captions as the format can show them, and what it cannot.

    SubRip has no places: the overrides of SubStation Alpha that some players know are kept, and never added.
    """
    writer = WRITERS[format]
    captions = list(document.captions)
    losses = list(document.losses)
    if not _has_places(format, source.format) and (
        count := sum(cue.placement is not None for cue in source.cues)
    ):
        losses.append(f"{format.value} has no places: {_counted(count)} at the bottom")
        captions = [replace(caption, placement=None) for caption in captions]
    styled = [with_styles(caption, writer.styles, by_word=writer.styles_words) for caption in captions]
    if count := sum(after.lacks for after in styled):
        losses.append(f"{format.value} has no {_missing(writer.styles)}: {_counted(count)} without")
    if count := sum(after.moved for after in styled):
        losses.append(
            f"{format.value} changes styles between words alone: {_counted(count)} with one style a word"
        )
    captions = [after.caption for after in styled]
    return replace(document, captions=captions, losses=tuple(losses))


def _has_places(format: CaptionFormat, source: TextFormat | None) -> bool:
    return WRITERS[format].places and (format is not CaptionFormat.SRT or source is TextFormat.SRT)


def _missing(styles: Style) -> str:
    *names, last = [name for attribute, name in STYLES_SAID.items() if not getattr(styles, attribute)]
    return f"{', '.join(names)} or {last}" if names else last


def _counted(count: int) -> str:
    return "1 caption is shown" if count == 1 else f"{count:,} captions are shown"
