"""Why captions and lines end where they do: each break, its reason, its cost, and the next best place.

Costs are those that the layout minimises: 0 is the end of a sentence, above 2 a break tears words apart.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from scribedock_captions.layout.boundaries import boundary, ends_line
from scribedock_captions.layout.breaks import Breaks
from scribedock_captions.layout.costs import COST_PARTS, SHORT_CAPTION_MS
from scribedock_captions.layout.layout import Layout
from scribedock_captions.options import CaptionOptions
from scribedock_captions.text.words import Word

CONTEXT_WORDS = 3  # words shown before and after a break
MIN_SHOWN_COST = 0.005  # parts of a cost that are shown


@dataclass(frozen=True, kw_only=True, slots=True)
class Break:
    """The end of a line, or of a caption."""

    kind: str  # "line" or "caption"
    before: str  # the last words before it
    after: str  # the first words after it
    reason: str
    cost: float  # of the break; 0 where a boundary forces it
    forced: bool
    instead: str = ""  # the next best place, by the words around it
    instead_by: float = 0.0  # how much more the captions or lines would cost there


@dataclass(frozen=True, kw_only=True, slots=True)
class ExplainedCaption:
    """A caption with its costs and its breaks: those inside it, and the one that ends it."""

    lines: tuple[str, ...]
    start: int  # ms
    end: int
    costs: tuple[tuple[str, float], ...]  # the parts that are not 0, by name
    breaks: tuple[Break, ...]


def explain(
    words: Sequence[Word], options: CaptionOptions, language: str = "en", *, short_ms: int = SHORT_CAPTION_MS
) -> list[ExplainedCaption]:
    """Return the captions that `lay_out` makes of the words, each break with its reason."""
    explainer = _Explainer(Layout(words, options, language, short_ms=short_ms), options, language)
    return list(explainer.captions())


def described(captions: Sequence[ExplainedCaption]) -> str:
    """Format the explanations as text to read."""
    lines = []
    for number, caption in enumerate(captions, start=1):
        costs = ", ".join(f"{name} {cost:.2f}" for name, cost in caption.costs) or "nothing"
        lines.append(f"{number}  {caption.start / 1000:.3f} to {caption.end / 1000:.3f} s; costs: {costs}")
        for text, end in zip(caption.lines, (*caption.breaks, None), strict=False):
            lines.append(f"    {text}")
            if end is not None:
                lines.append(f"      {_sentence(end)}")
    return "\n".join(lines) + "\n" * bool(lines)


def _sentence(end: Break) -> str:
    text = f"{end.kind} ends {end.reason}"
    if end.forced:
        return f"{text} (always)"
    text += f", cost {end.cost:.2f}"
    return f"{text}; next best “{end.instead}”, {end.instead_by:.2f} more" if end.instead else text


class _Explainer:
    def __init__(self, layout: Layout, options: CaptionOptions, language: str) -> None:
        self._layout = layout
        self._measures = layout.measures
        self._options = options
        self._breaks = Breaks(language)

    def captions(self) -> Iterator[ExplainedCaption]:
        places = self._layout.places
        measures = self._measures
        for number, (start, end) in enumerate(pairwise(places)):
            edges = self._layout.lines.edges(start, end)
            breaks = [self._line(edges, at) for at in range(1, len(edges) - 1)]
            if number + 2 < len(places):
                breaks.append(self._caption(start, end, places[number + 2]))
            parts = dict(zip(COST_PARTS, self._layout.parts(start, end), strict=True))
            parts["line breaks"] = self._layout.lines.cost(start, end)
            yield ExplainedCaption(
                lines=tuple(measures.text(a, b) for a, b in pairwise(edges)),
                start=measures.starts[start],
                end=measures.ends[end - 1],
                costs=tuple((name, cost) for name, cost in parts.items() if cost >= MIN_SHOWN_COST),
                breaks=tuple(breaks),
            )

    def _caption(self, start: int, place: int, end: int) -> Break:
        measures = self._measures
        before, after = measures.words[place - 1], measures.words[place]
        forced = boundary(before, after, self._options) if place in measures.blocks else ""
        if forced or place in measures.blocks:
            return self._break("caption", place, forced or "here", forced=True)
        fits = self._layout.fits
        here = self._layout.cost(start, place) + measures.costs[place] + self._layout.cost(place, end)
        others = [
            (self._layout.cost(start, at) + measures.costs[at] + self._layout.cost(at, end), at)
            for at in range(start + 1, end)
            if at != place and at not in measures.held and fits(start, at) and fits(at, end)
        ]
        if fits(start, end):
            others.append((self._layout.cost(start, end), end))
        reason = self._reason(before, after)
        return self._break("caption", place, reason, forced=False, here=here, others=others, end=end)

    def _line(self, edges: list[int], number: int) -> Break:
        measures, lines = self._measures, self._layout.lines
        start, place, end = edges[number - 1], edges[number], edges[number + 1]
        before, after = measures.words[place - 1], measures.words[place]
        if place in measures.forced and ends_line(before, after, self._options):
            return self._break("line", place, "where a new line is asked for", forced=True)
        others = [
            (lines.break_cost(start, at, end), at)
            for at in range(start + 1, end)
            if at != place
            and at not in measures.glued
            and lines.line_reach(start) >= at
            and lines.line_reach(at) >= end
        ]
        here = lines.break_cost(start, place, end)
        reason = self._reason(before, after)
        return self._break("line", place, reason, forced=False, here=here, others=others, end=end)

    def _reason(self, before: Word, after: Word) -> str:
        return "inside the name of a speaker" if before is after else self._breaks.reason(before, after)

    def _break(
        self,
        kind: str,
        place: int,
        reason: str,
        *,
        forced: bool,
        here: float = 0.0,
        others: Sequence[tuple[float, int]] = (),
        end: int = 0,
    ) -> Break:
        cost, at = min(others, default=(0.0, -1))
        instead = "no break" if at == end else self._around(at) if at >= 0 else ""
        return Break(
            kind=kind,
            before=self._measures.text(max(place - CONTEXT_WORDS, 0), place),
            after=self._measures.text(place, min(place + CONTEXT_WORDS, len(self._measures.texts))),
            reason=reason,
            cost=0.0 if forced else self._measures.costs[place],
            forced=forced,
            instead=instead,
            instead_by=cost - here if instead else 0.0,
        )

    def _around(self, at: int) -> str:
        return f"{self._measures.text(at - 1, at)} | {self._measures.text(at, at + 1)}"
