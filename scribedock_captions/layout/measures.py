"""Words as the layout sees them: what is never divided, with its width, its time and what may begin there.

All is held in parallel lists, since the layout looks at each of them many times.  A place is an index into
them, and means the gap before the atom of that number; the last place is the end.
"""

from __future__ import annotations

from collections.abc import Sequence

from scribedock_captions.layout.boundaries import divides, ends_line
from scribedock_captions.layout.breaks import LABEL_COST, LABEL_END_COST, Breaks
from scribedock_captions.options import CaptionOptions
from scribedock_captions.text.graphemes import width
from scribedock_captions.text.words import Word


class Measures:
    """The atoms of all words: each word, and before it each word of its label."""

    __slots__ = (
        "blocks",
        "costs",
        "counts",
        "edges",
        "ends",
        "forced",
        "glued",
        "held",
        "spaces",
        "starts",
        "texts",
        "until",
        "words",
    )

    def __init__(self, words: Sequence[Word], options: CaptionOptions, language: str) -> None:
        self.texts: list[str] = []  # with the space before it
        self.spaces: list[int] = []  # how many that are
        self.words: list[Word] = []
        self.edges: list[int] = [0]  # width of everything before a place
        self.counts: list[int] = [0]  # words before a place
        self.starts: list[int] = []  # ms; never running backwards, whatever the words say
        self.ends: list[int] = []
        self.until: list[int] = [0]  # when a caption ends that ends at a place, once gaps are merged
        self.costs: list[float] = []  # of a break at a place
        self.forced: set[int] = set()  # a line begins here
        self.held: set[int] = set()  # no caption begins here
        self.glued: set[int] = set()  # no line begins here, whatever the width
        self.blocks: list[int] = []  # where a caption must begin
        self._measure(words, options, Breaks(language).costs(words))

    def _measure(self, words: Sequence[Word], options: CaptionOptions, costs: list[float]) -> None:
        texts, spaces, shown, edges = self.texts, self.spaces, self.words, self.edges
        starts, ends, until, counts = self.starts, self.ends, self.until, self.counts
        silence, dangling = options.silence_max_ms, not options.disallow_dangling
        interval = options.merge_gap_interval
        edge = start = end = count = place = 0
        before: Word | None = None
        for word, cost in zip(words, costs, strict=True):
            if word.start > start:
                start = word.start
            if before is None:
                self.blocks.append(place)
            else:
                gap = start - end
                until[-1] = start if 0 < gap < interval else end
                if (
                    gap > silence
                    or before.ends_sentence
                    or word.new_speaker
                    or word.sounds
                    or before.sounds
                    or word.continues
                ):
                    self._mark(place, before, word, gap, options)
                if not dangling and word.ends_sentence:
                    self._glue(place, before)
            if word.end > end:
                end = word.end
            if start > end:
                end = start
            text = word.text
            if word.label:
                cost = self._label(word, start, end, cost)
                place = len(texts)
                edge = edges[-1]
                spaced = 1
            else:
                spaced = 1 if word.spaced else 0
            if not word.continues:
                count += 1
            edge += spaced + (len(text) if text.isascii() else width(text))
            texts.append(f" {text}" if spaced else text)
            spaces.append(spaced)
            shown.append(word)
            edges.append(edge)
            counts.append(count)
            starts.append(start)
            ends.append(end)
            until.append(end)
            self.costs.append(cost)
            place += 1
            before = word
        self.blocks.append(place)
        self.costs.append(0.0)
        for boundary in self.blocks:
            self.costs[boundary] = 0.0

    def _mark(self, place: int, before: Word, word: Word, gap: int, options: CaptionOptions) -> None:
        if word.continues:
            self.held.add(place)
        elif gap > options.silence_max_ms or divides(before, word, options):
            self.blocks.append(place)
        elif ends_line(before, word, options):
            self.forced.add(place)

    def _glue(self, place: int, before: Word) -> None:
        """Keep the last word of a sentence with the word before it."""
        if not before.ends_sentence and place != self.blocks[-1] and place not in self.forced:
            self.glued.add(place)
            self.held.add(place)

    def _label(self, word: Word, start: int, end: int, cost: float) -> float:
        """Add the words of the label, and return what a break between them and the word costs."""
        for text in word.label.split():
            self.texts.append(f" {text}")
            self.spaces.append(1)
            self.words.append(word)
            self.edges.append(self.edges[-1] + 1 + width(text))
            self.counts.append(self.counts[-1])
            self.starts.append(start)
            self.ends.append(end)
            self.until.append(end)
            self.costs.append(cost)
            cost = LABEL_COST
            self.held.add(len(self.texts))
        return LABEL_END_COST

    def length(self, start: int, end: int) -> int:
        """Return the width of what stands between two places, on one line."""
        return self.edges[end] - self.edges[start] - self.spaces[start]

    def text(self, start: int, end: int) -> str:
        """Return what stands between two places, without the space before it."""
        text = "".join(self.texts[start:end])
        return text[1:] if self.spaces[start] else text
