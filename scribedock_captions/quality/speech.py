"""Rules that compare captions with what was said, word by word."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence

from scribedock_captions.caption import Caption
from scribedock_captions.options import CaptionOptions
from scribedock_captions.quality.finding import Finding, Material, Severity
from scribedock_captions.text.words import Word, words_of

MIN_UNCAPTIONED_MS = 1000  # of speech in a row
MAX_SILENT_MS = 2000  # of a caption in which nothing is heard
MAX_EARLY_MS = 500
MAX_LATE_MS = 500
SHORT_CAPTION_MARGIN_MS = 700  # how far from its caption the words of a short one may be said
MAX_DRIFT_MS = 5000  # how far from its caption a word is looked for
LONG_SOUND_MS = 10_000  # of a sound
MIN_SAME_WORDS = 0.5  # the share of a caption's words that are said there
MIN_WORDS = 3
LETTERS = re.compile(r"[^\W_]+")
LABEL = re.compile(r"^\s*(?:>>+|-)?\s*(?:[^\W\d_][^:\n]{0,60}:(?=\s|$))?")
SOUND = re.compile(r"\[[^\]]*\]|\([^)]*\)")


def check(material: Material) -> Iterator[Finding]:
    """Find speech without captions, captions without speech, and captions at the wrong time."""
    if material.elementlist is None:
        return
    words = [
        word
        for word in words_of(
            material.elementlist, CaptionOptions(remove_sound_references=False, remove_disfluencies=False)
        )
        if word.end > word.start
    ]
    words.sort(key=lambda word: word.start)
    yield from _uncaptioned(material, [word for word in words if not word.sounds])
    yield from _unsaid(material, words)


def _uncaptioned(material: Material, words: Sequence[Word]) -> Iterator[Finding]:
    """Find runs of words while which no caption is shown."""
    spans = _covered(material)
    starts = [start for start, _ in spans]
    run: list[Word] = []
    for word in [*words, None]:
        if word is not None and not _is_covered(word, spans, starts):
            if run and word.start - run[-1].end > MAX_SILENT_MS:
                yield from _uncaptioned_run(run)
                run = []
            run.append(word)
            continue
        yield from _uncaptioned_run(run)
        run = []


def _uncaptioned_run(run: Sequence[Word]) -> Iterator[Finding]:
    if not run or run[-1].end - run[0].start < MIN_UNCAPTIONED_MS:
        return
    shown = " ".join(word.text for word in run[:12]) + (" …" if len(run) > 12 else "")
    yield Finding(
        rule="speech-without-caption",
        severity=Severity.ERROR,
        caption=0,
        start=run[0].start,
        end=run[-1].end,
        message=f"{len(run)} words are said in {run[-1].end - run[0].start} ms, and no caption is shown",
        text=shown,
    )


def _covered(material: Material) -> list[tuple[int, int]]:
    """Return the times in which a caption is shown, joined."""
    spans: list[tuple[int, int]] = []
    for caption in sorted(material.captions, key=lambda each: each.start):
        if spans and caption.start <= spans[-1][1]:
            spans[-1] = (spans[-1][0], max(spans[-1][1], caption.end))
        else:
            spans.append((caption.start, caption.end))
    return spans


def _is_covered(word: Word, spans: Sequence[tuple[int, int]], starts: Sequence[int]) -> bool:
    """Tell whether a caption is shown at the middle of the word."""
    middle = (word.start + word.end) / 2
    place = bisect_right(starts, middle) - 1
    return place >= 0 and middle <= spans[place][1]


def _unsaid(material: Material, words: Sequence[Word]) -> Iterator[Finding]:
    usual = [word for word in words if word.end - word.start <= LONG_SOUND_MS]
    long = [word for word in words if word.end - word.start > LONG_SOUND_MS]
    starts = [word.start for word in usual]
    for index, caption in enumerate(material.captions):
        first = bisect_left(starts, caption.start - MAX_DRIFT_MS - LONG_SOUND_MS)
        last = bisect_left(starts, caption.end + MAX_DRIFT_MS)
        near = usual[first:last]
        if not _is_heard(caption, 0, near, long):
            shown = caption.end - caption.start
            if shown >= MAX_SILENT_MS or not _is_heard(caption, SHORT_CAPTION_MARGIN_MS, near, long):
                yield material.finding("caption-without-speech", index, "is shown while nothing is said")
                continue
        yield from _drift(material, index, near)


def _is_heard(caption: Caption, within: int, *words: Sequence[Word]) -> bool:
    """Tell whether a word is said, or a sound made, within this many ms of the caption."""
    start, end = caption.start - within, caption.end + within
    return any(word.start < end and word.end > start for some in words for word in some)


def _drift(material: Material, index: int, near: Sequence[Word]) -> Iterator[Finding]:
    caption = material.captions[index]
    wanted = _bare_words(" ".join(SOUND.sub(" ", LABEL.sub("", line)) for line in caption.lines))
    if len(wanted) < MIN_WORDS:
        return
    said = [(bare, word) for word in near if not word.sounds for bare in _bare_words(word.text)]
    if not said:
        return
    common = Counter(wanted) & Counter(bare for bare, _ in said)
    if sum(common.values()) < MIN_SAME_WORDS * len(wanted):
        message = f"says {sum(common.values())} of its {len(wanted)} words at that time"
        yield material.finding("words", index, message, severity=Severity.ADVICE)
        return
    start = _said_from(wanted, said, near=caption.start)
    if start is None:
        return
    if caption.start < start - MAX_EARLY_MS:
        message = f"begins {start - caption.start} ms before it is said; at most {MAX_EARLY_MS} ms"
        yield material.finding("early", index, message, severity=Severity.ADVICE)
    elif caption.start > start + MAX_LATE_MS:
        message = f"begins {caption.start - start} ms after it is said; at most {MAX_LATE_MS} ms"
        yield material.finding("late", index, message, severity=Severity.ADVICE)


def _said_from(wanted: Sequence[str], said: Sequence[tuple[str, Word]], *, near: int) -> int | None:
    """Return when the first three words of a caption are said in a row, nearest to a time, or None."""
    found = [
        said[place][1].start
        for place in range(len(said) - MIN_WORDS + 1)
        if all(said[place + step][0] == wanted[step] for step in range(MIN_WORDS))
    ]
    return min(found, key=lambda start: abs(start - near), default=None)


def _bare_words(text: str) -> list[str]:
    return LETTERS.findall(text.lower().replace("'", "").replace("’", ""))
