"""Rules about lines: how long, how many, and where they break."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from scribedock_captions.elementlist.sentences import SentenceEnds
from scribedock_captions.layout.breaks import BAD_BREAK_COST, SENTENCE_MARKS, Breaks
from scribedock_captions.quality.finding import Finding, Material, Severity
from scribedock_captions.text.graphemes import width
from scribedock_captions.text.words import Word

SAME_SENTENCE_MS = 2000  # captions further apart belong to different sentences
SPEAKER_MARKS = (">>", "-", "–", "[", "(")


def check(material: Material) -> Iterator[Finding]:
    """Find captions with too many lines, lines that are too long, and bad breaks."""
    standard = material.standard
    breaks = Breaks(material.language)
    for index, caption in enumerate(material.captions):
        if len(caption.lines) > standard.lines:
            message = f"has {len(caption.lines)} lines; at most {standard.lines}"
            yield material.finding("line-count", index, message)
        for line in caption.lines:
            if width(line) > standard.columns:
                message = f"has a line of {width(line)} characters; at most {standard.columns}"
                yield material.finding("line-length", index, message, text=line)
        for before, after in _breaks(material, index):
            yield from _break(material, index, breaks, before, after)


def _breaks(material: Material, index: int) -> Iterator[tuple[Sequence[str], Sequence[str]]]:
    """Give the words before and after each break inside a caption, and the one that ends it."""
    caption = material.captions[index]
    lines = [line.split() for line in caption.lines if line.split()]
    if not lines:
        return
    yield from pairwise(lines)
    if index + 1 < len(material.captions):
        following = material.captions[index + 1]
        after = next((line.split() for line in following.lines if line.split()), [])
        if after and following.start - caption.end < SAME_SENTENCE_MS:
            yield lines[-1], after


def _break(
    material: Material, index: int, breaks: Breaks, before: Sequence[str], after: Sequence[str]
) -> Iterator[Finding]:
    if after[0].startswith(SPEAKER_MARKS) or before[-1].endswith(("]", ")")):
        return
    first, second = _word(before[-1], following=after[0]), _word(after[0])
    text = f"{' '.join(before[-3:])} | {' '.join(after[:3])}"
    if breaks.cost(first, second) >= BAD_BREAK_COST:
        message = f"breaks {breaks.reason(first, second)}"
        yield material.finding("bad-break", index, message, text=text, severity=Severity.ADVICE)
    elif len(after) == 1 and after[0][-1] in SENTENCE_MARKS and before[-1][-1] not in SENTENCE_MARKS:
        message = "leaves the last word of a sentence alone"
        yield material.finding("dangling", index, message, text=text, severity=Severity.ADVICE)


def _word(text: str, *, following: str = "") -> Word:
    ends = bool(following) and SentenceEnds([text, following]).at(0)
    return Word(text=text, start=0, end=0, segment=0, ends_sentence=ends)
