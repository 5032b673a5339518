"""What the layout is measured against: two packers with the same limits and the same objects.

`greedy` fills each line and each caption as far as the limits let it.  `to_punctuation` does so
too, but a line or a caption that is full goes back to the last punctuation mark in it, if it has one.
"""

from __future__ import annotations

from itertools import pairwise

from scribedock_captions.caption import Caption
from scribedock_captions.layout.boundaries import ends_caption, ends_line
from scribedock_captions.options import CaptionOptions
from scribedock_captions.text.graphemes import width
from scribedock_captions.text.words import Word

MARKS = ".,;:?!…—–"


def greedy(words: list[Word], options: CaptionOptions) -> list[Caption]:
    captions: list[Caption] = []
    lines: list[str] = []
    line = ""
    columns, rows = options.characters_per_caption_line, options.lines_per_caption
    longest = options.maximum_caption_duration
    start = end = taken = 0
    before: Word | None = None
    for word in words:
        text = f"{word.label} {word.text}" if word.label else word.text
        long = len(text) if text.isascii() else width(text)
        fresh = before is None
        if before is not None:
            needed = long + (1 if word.spaced else 0)
            full = taken + needed > columns or ends_line(before, word, options)
            if (
                ends_caption(before, word, options)
                or (full and len(lines) + 1 >= rows)
                or (longest is not None and word.end - start > longest)
            ):
                captions.append(Caption(lines=(*lines, line), start=start, end=end))
                fresh = True
            elif full:
                lines.append(line)
                line, taken = text, long
            else:
                line += f" {text}" if word.spaced else text
                taken += needed
        if fresh:
            lines, line, taken, start = [], text, long, word.start
        end = word.end
        before = word
    if before is not None:
        captions.append(Caption(lines=(*lines, line), start=start, end=end))
    return captions


def to_punctuation(words: list[Word], options: CaptionOptions) -> list[Caption]:
    captions: list[Caption] = []
    at = 0
    while at < len(words):
        breaks = _filled(words, at, options)
        end = breaks[-1]
        if end < len(words) and not ends_caption(words[end - 1], words[end], options):
            end = _back(words, at, end)
            breaks = [each for each in breaks if each < end] + [end]
        edges = [at, *breaks]
        captions.append(
            Caption(
                lines=tuple(_text(words[a:b]) for a, b in pairwise(edges)),
                start=words[at].start,
                end=words[end - 1].end,
            )
        )
        at = end
    return captions


def _filled(words: list[Word], at: int, options: CaptionOptions) -> list[int]:
    """Where the lines of a full caption end."""
    longest = options.maximum_caption_duration
    breaks: list[int] = []
    start = index = at
    while index < len(words):
        if index > start:
            before, word = words[index - 1], words[index]
            if ends_caption(before, word, options):
                break
            if longest is not None and word.end - words[at].start > longest:
                break
            forced = ends_line(before, word, options)
            if forced or width(_text(words[start : index + 1])) > options.characters_per_caption_line:
                if len(breaks) + 1 >= options.lines_per_caption:
                    break
                start = index if forced else _back(words, start, index)
                breaks.append(start)
                index = start
        index += 1
    return [*breaks, index]


def _back(words: list[Word], start: int, end: int) -> int:
    """The place after the last punctuation mark, or the end if there is none."""
    return next((at for at in range(end, start, -1) if words[at - 1].text[-1] in MARKS), end)


def _text(words: list[Word]) -> str:
    text = ""
    for word in words:
        shown = f"{word.label} {word.text}" if word.label else word.text
        text += f" {shown}" if text and word.spaced else shown
    return text
