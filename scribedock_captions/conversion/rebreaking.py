"""Captions of a file with their lines rebroken: each keeps its text, and its time if it has room."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from scribedock_captions.caption import Caption
from scribedock_captions.conversion.elementlist import elementlist_of
from scribedock_captions.layout.layout import Layout
from scribedock_captions.options import MAX_OPTION_MS, CaptionOptions
from scribedock_captions.readers.cue import Cue, CueFile, Line
from scribedock_captions.text.words import words_of
from scribedock_captions.writers.writer import Writer

DIALOGUE = re.compile(r"[-–—‐]\s?\S")


def rebroken(
    captions: Sequence[Caption], options: CaptionOptions, language: str, writer: Writer
) -> list[Caption]:
    """Return the captions with lines of the width that the options ask for.

    One that has not enough room becomes several, in its time.  What another speaker says, after a hyphen,
    begins a line.
    """
    allowed = replace(
        writer.limit_options(options),
        caption_by_sentence=False,
        speaker_on_new_line=False,
        single_speaker_per_caption=False,
        silence_max_ms=MAX_OPTION_MS,
        sound_threshold=None,
        sound_tokens_by_caption=False,
        sound_tokens_by_caption_list=(),
    )
    return [each for caption in captions for each in _rebroken(caption, allowed, language, writer)]


def _rebroken(caption: Caption, options: CaptionOptions, language: str, writer: Writer) -> Iterator[Caption]:
    turns = [_laid_out(turn, options, language, writer) for turn in _turns(caption)]
    lines = [line for turn in turns for each in turn for line in each.lines]
    if all(len(turn) <= 1 for turn in turns) and 0 < len(lines) <= options.lines_per_caption:
        spans = [
            each.spans[number] if each.spans else ()
            for turn in turns
            for each in turn
            for number in range(len(each.lines))
        ]
        yield replace(
            caption,
            lines=tuple(lines),
            spans=tuple(spans) if any(spans) else (),
            voices=_voices(caption, lines),
        )
        return
    for turn in turns:
        for each in turn:
            end = max(each.end, each.start + 1)
            yield replace(each, end=end, placement=caption.placement, voices=_voices(caption, each.lines))


def _turns(caption: Caption) -> list[Cue]:
    """Divide a caption before each hyphen that begins a line, if there are two, and its time by the text."""
    spans = caption.spans or tuple(() for _ in caption.lines)
    lines = [Line(text=text, spans=marks) for text, marks in zip(caption.lines, spans, strict=True)]
    groups: list[list[Line]] = [[]]
    dialogue = sum(DIALOGUE.match(line.text) is not None for line in lines) > 1
    for line in lines:
        if groups[-1] and dialogue and DIALOGUE.match(line.text):
            groups.append([])
        groups[-1].append(line)
    total = sum(len(line.text) + 1 for line in lines)
    found, done = [], 0
    for group in groups:
        start = caption.start + (caption.end - caption.start) * done // total
        done += sum(len(line.text) + 1 for line in group)
        end = caption.start + (caption.end - caption.start) * done // total
        found.append(Cue(lines=tuple(group), start=start, end=max(end, start + 1)))
    return found


def _laid_out(cue: Cue, options: CaptionOptions, language: str, writer: Writer) -> list[Caption]:
    """Lay out what one speaker says: in one caption if there is room."""
    elementlist = elementlist_of(CueFile(cues=(cue,)), language=language, styled=True)
    words = writer.convert_words(words_of(elementlist, options, styled=True))
    if not words:
        return []
    layout = Layout(words, options, language)
    if layout.fits(0, layout.measures.blocks[-1]):
        layout.places = [0, layout.measures.blocks[-1]]
    return layout.captions()


def _voices(caption: Caption, lines: Sequence[str]) -> tuple[str, ...]:
    """Return who says each line, where it is one person."""
    speakers = set(caption.voices)
    return tuple(speakers) * len(lines) if len(speakers) == 1 else ()
