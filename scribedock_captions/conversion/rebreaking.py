"""Captions of a file with their lines rebroken: each keeps its text, and its time if it has room."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

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


@dataclass(frozen=True, slots=True)
class _Turn:
    """What one speaker says of a caption; who that is, in a format that says it apart from the text."""

    cue: Cue
    voice: str


def _rebroken(caption: Caption, options: CaptionOptions, language: str, writer: Writer) -> Iterator[Caption]:
    turns = [(turn.voice, _laid_out(turn.cue, options, language, writer)) for turn in _turns(caption)]
    lines = [(voice, line) for voice, turn in turns for each in turn for line in each.lines]
    if all(len(turn) <= 1 for _, turn in turns) and 0 < len(lines) <= options.lines_per_caption:
        spans = [
            each.spans[number] if each.spans else ()
            for _, turn in turns
            for each in turn
            for number in range(len(each.lines))
        ]
        yield replace(
            caption,
            lines=tuple(line for _, line in lines),
            spans=tuple(spans) if any(spans) else (),
            voices=_voices([voice for voice, _ in lines]),
        )
        return
    for voice, turn in turns:
        for each in turn:
            end = max(each.end, each.start + 1)
            yield replace(
                each, end=end, placement=caption.placement, voices=_voices([voice] * len(each.lines))
            )


def _turns(caption: Caption) -> list[_Turn]:
    """Divide a caption where another speaks, and its time by the text.

    Another speaks after each hyphen that begins a line, if there are two, and where the voice changes.
    """
    spans = caption.spans or tuple(() for _ in caption.lines)
    voices = caption.voices or tuple("" for _ in caption.lines)
    lines = [Line(text=text, spans=marks) for text, marks in zip(caption.lines, spans, strict=True)]
    groups: list[tuple[str, list[Line]]] = []
    dialogue = sum(DIALOGUE.match(line.text) is not None for line in lines) > 1
    for line, voice in zip(lines, voices, strict=True):
        if not groups or voice != groups[-1][0] or (dialogue and DIALOGUE.match(line.text)):
            groups.append((voice, []))
        groups[-1][1].append(line)
    total = sum(len(line.text) + 1 for line in lines)
    found, done = [], 0
    for voice, group in groups:
        start = caption.start + (caption.end - caption.start) * done // total
        done += sum(len(line.text) + 1 for line in group)
        end = caption.start + (caption.end - caption.start) * done // total
        found.append(_Turn(Cue(lines=tuple(group), start=start, end=max(end, start + 1)), voice))
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


def _voices(voices: Sequence[str]) -> tuple[str, ...]:
    """Return who says each line; nothing where nobody is named."""
    return tuple(voices) if any(voices) else ()
