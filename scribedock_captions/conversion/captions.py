"""The cues of a file as captions, with the lines, the styles and the times that the file has."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from scribedock_captions.caption import Caption
from scribedock_captions.conversion.timing import timed
from scribedock_captions.readers.cue import Cue, CueFile, Line
from scribedock_captions.style import StyledSpan

SHORT_MS = 250  # a change of the picture for less is a flash: it is left to the captions beside it
MAX_AT_ONCE = 12  # earlier captions that are shown on, beside those that begin


def captions_of_cues(file: CueFile, *, duration: int | None = None, voices: bool = False) -> list[Caption]:
    """Return the cues as captions in the order of their times; they overlap where those of the file do.

    voices: who speaks is said apart from the text; otherwise a name stands before it.  Times that the file
    lacks are estimated; duration is the length of the recording in ms.
    """
    captions: list[Caption] = []
    speaker = ""
    for each in timed(file.cues, duration):
        lines = each.cue.lines
        if not voices:
            lines, speaker = _named(each.cue, speaker)
        captions.append(
            Caption(
                lines=tuple(line.text for line in lines),
                start=each.start,
                end=each.end,
                spans=tuple(line.spans for line in lines) if any(line.spans for line in lines) else (),
                voices=tuple(line.speaker for line in lines) if voices and _has_speaker(lines) else (),
                placement=each.cue.placement,
            )
        )
    return captions


def separated(captions: Sequence[Caption]) -> list[Caption]:
    """Return captions that do not overlap, for a format in which they cannot.

    What is shown at the same time becomes one caption, so that each text is shown for its whole time.
    Changes for less than SHORT_MS are ignored.
    """
    if all(before.end <= after.start for before, after in pairwise(captions)):
        return list(captions)
    parts: list[_Part] = []
    for part in _without_flashes(_parts(captions)):
        if parts and parts[-1].end == part.start and parts[-1].shown == part.shown:
            parts[-1] = replace(parts[-1], end=part.end)
        else:
            parts.append(part)
    found: list[Caption] = []
    before: _Part | None = None
    for part in parts:
        caption = joined([captions[place] for place in part.shown], part.start, part.end)
        if (
            before
            and before.end == part.start
            and set(before.shown) & set(part.shown)
            and _looks_like(found[-1], caption)
        ):
            found[-1] = replace(found[-1], end=part.end)
        else:
            found.append(caption)
        before = part
    return found


@dataclass(frozen=True, slots=True)
class _Part:
    """A time in which the same captions are shown, by their places."""

    start: int
    end: int
    shown: tuple[int, ...]


def _parts(captions: Sequence[Caption]) -> list[_Part]:
    times = sorted({time for caption in captions for time in (caption.start, caption.end)})
    found: list[_Part] = []
    active: list[int] = []
    place = 0
    for start, end in pairwise(times):
        active = [each for each in active if captions[each].end > start][-MAX_AT_ONCE:]
        while place < len(captions) and captions[place].start == start:
            active.append(place)
            place += 1
        if active:
            found.append(_Part(start, end, tuple(active)))
    return found


def _without_flashes(parts: Sequence[_Part]) -> list[_Part]:
    """Give the time of a short part to the one after it or before it, where no text is lost by that."""
    found: list[_Part] = []
    waiting: int | None = None  # a time that the next part takes over
    for place, part in enumerate(parts):
        start = part.start if waiting is None else waiting
        waiting = None
        shown = set(part.shown)
        before = found[-1] if found and found[-1].end == start else None
        after = parts[place + 1] if place + 1 < len(parts) and parts[place + 1].start == part.end else None
        if part.end - start >= SHORT_MS:
            found.append(replace(part, start=start))
        elif before and shown <= set(before.shown):
            found[-1] = replace(before, end=part.end)
        elif after and shown <= {*after.shown, *(before.shown if before else ())}:
            waiting = start
        else:
            found.append(replace(part, start=start))
    return found


def _looks_like(one: Caption, other: Caption) -> bool:
    return (one.lines, one.spans, one.placement) == (other.lines, other.spans, other.placement)


def joined(captions: Sequence[Caption], start: int, end: int) -> Caption:
    """Return one caption with the lines of several, which is shown from start to end (ms)."""
    if len(captions) == 1:
        return replace(captions[0], start=start, end=end)
    lines: list[str] = []
    spans: list[tuple[StyledSpan, ...]] = []
    voices: list[str] = []
    for caption in captions:
        earlier = set(lines)
        for number, line in enumerate(caption.lines):
            if line not in earlier:  # it is shown already
                lines.append(line)
                spans.append(caption.spans[number] if caption.spans else ())
                voices.append(caption.voices[number] if caption.voices else "")
    places = {caption.placement for caption in captions}
    return Caption(
        lines=tuple(lines),
        start=start,
        end=end,
        spans=tuple(spans) if any(spans) else (),
        voices=tuple(voices) if any(voices) else (),
        placement=places.pop() if len(places) == 1 else None,
    )


def _has_speaker(lines: Sequence[Line]) -> bool:
    return any(line.speaker for line in lines)


def _named(cue: Cue, speaker: str) -> tuple[tuple[Line, ...], str]:
    """Put the name of a speaker before what a new one says; return who speaks last, too."""
    lines = []
    for line in cue.lines:
        if line.speaker and line.speaker != speaker:
            mark = f">> {line.speaker}: "
            spans = tuple(
                replace(span, start=span.start + len(mark), end=span.end + len(mark)) for span in line.spans
            )
            lines.append(replace(line, text=mark + line.text, spans=spans))
        else:
            lines.append(line)
        speaker = line.speaker or speaker
    return tuple(lines), speaker
