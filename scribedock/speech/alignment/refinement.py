"""Recognized words with times that were found in the sound, in place of those that a recognizer guesses.

A recognizer such as Whisper knows what is said better than when: its words begin too early, and stretch over
pauses. The words of a chunk are aligned with its sound, all at once. Where no path through the sound is
likely enough, because something else is said in between ("um"), each half is tried, divided in a long pause.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from scribedock.speech.recognizer import Origin, TimedWord
from scribedock.speech.span import Span

Align = Callable[[Span, Sequence[str]], Sequence[Span | None]]
"""Returns when each of the words is said in a span that contains nothing else; see `Aligner.align`."""

MAX_SHIFT_MS = 400
"""A word that alignment finds further away keeps its own time: where Whisper leaves out what was said,
alignment stretches the words beside it, and one of two equal words becomes the other."""
STRETCHED_MS = 600
STRETCHED_RATIO = 2
"""A word that is found longer than STRETCHED_MS, and more than STRETCHED_RATIO times as long as recognized,
has swallowed what was said beside it and is not in the text ("um"): it keeps its own time."""
MAX_HALVINGS = 3  # each takes as long again as the whole
MIN_HALVED_UNITS = 4
PAD_MS = 200  # of sound beyond the middle of the pause in which a chunk is divided
SHORT_PAUSE_MS = 100  # what is added to each pause, so that the middle is preferred where none is long


@dataclass(frozen=True, kw_only=True, slots=True)
class _Unit:
    """A word with its parts: several where no space divides them, as "$5" and ",000"."""

    parts: tuple[TimedWord, ...]

    @property
    def text(self) -> str:
        return "".join(part.text for part in self.parts).strip()

    @property
    def start_ms(self) -> int:
        return self.parts[0].start_ms

    @property
    def end_ms(self) -> int:
        return self.parts[-1].end_ms


def aligned_words(words: Sequence[TimedWord], chunk: Span, align: Align) -> list[TimedWord]:
    """Return the words with the times that alignment is sure of; all others keep their own.

    A word whose time is only estimated takes whatever alignment finds. Raises what align raises.
    """
    units = _units(words)
    found = _found(units, chunk, align, MAX_HALVINGS) if units else []
    return [part for unit, span in zip(units, found, strict=True) for part in _placed(unit, span)]


def _units(words: Sequence[TimedWord]) -> list[_Unit]:
    groups: list[list[TimedWord]] = []
    for word in words:
        if groups and not word.text[:1].isspace():
            groups[-1].append(word)
        else:
            groups.append([word])
    return [_Unit(parts=tuple(group)) for group in groups]


def _found(units: Sequence[_Unit], sound: Span, align: Align, halvings: int) -> list[Span | None]:
    """Return when each unit is said; None where it was not found."""
    found = list(align(sound, [unit.text for unit in units]))
    if any(found) or not halvings or len(units) < MIN_HALVED_UNITS:
        return found
    place = max(range(1, len(units)), key=lambda place: _worth(units, place))
    middle = (units[place - 1].end_ms + units[place].start_ms) // 2
    middle = min(max(middle, sound.start_ms), sound.end_ms)
    first = Span(start_ms=sound.start_ms, end_ms=min(middle + PAD_MS, sound.end_ms))
    second = Span(start_ms=max(middle - PAD_MS, sound.start_ms), end_ms=sound.end_ms)
    return [
        *_found(units[:place], first, align, halvings - 1),
        *_found(units[place:], second, align, halvings - 1),
    ]


def _worth(units: Sequence[_Unit], place: int) -> int:
    """Return how well units can be divided before a place: in a long pause, and near the middle."""
    pause = max(units[place].start_ms - units[place - 1].end_ms, 0)
    return (pause + SHORT_PAUSE_MS) * min(place, len(units) - place)


def _placed(unit: _Unit, span: Span | None) -> Iterator[TimedWord]:
    """Yield the parts of a unit, moved and stretched to where it was found."""
    estimated = any(part.origin is Origin.INTERPOLATED for part in unit.parts)
    if span is None or not (estimated or _agrees(span, unit)):
        yield from unit.parts
        return
    before, after = max(unit.end_ms - unit.start_ms, 1), span.end_ms - span.start_ms
    for part in unit.parts:
        yield replace(
            part,
            start_ms=span.start_ms + (part.start_ms - unit.start_ms) * after // before,
            end_ms=span.start_ms + (part.end_ms - unit.start_ms) * after // before,
            origin=Origin.ALIGNED,
        )


def _agrees(span: Span, unit: _Unit) -> bool:
    """Return whether a unit was found about where and about as long as the recognizer has it."""
    length_ms = span.end_ms - span.start_ms
    stretched = length_ms > max(STRETCHED_MS, STRETCHED_RATIO * (unit.end_ms - unit.start_ms))
    return not stretched and abs(span.start_ms - unit.start_ms) <= MAX_SHIFT_MS
