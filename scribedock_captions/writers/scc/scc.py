"""SCC for pop-on captions: a line is the time of a packet, and its pairs of bytes in hexadecimal.

Source: CEA-608, and 47 CFR 15.119.  32 columns, 15 rows, captions at the bottom, in the middle; italics and
underline; drop-frame time code of 29.97 frames a second.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from scribedock_captions.caption import Caption
from scribedock_captions.cea608.timecode import DAY_FRAMES, DAY_MS, frame_of, time_code
from scribedock_captions.document import CaptionDocument
from scribedock_captions.errors import UnwritableCaptions
from scribedock_captions.options import CaptionOptions
from scribedock_captions.text.words import Word
from scribedock_captions.writers.scc import loading, schedule
from scribedock_captions.writers.scc.rows import COLUMNS, Row, rows_of
from scribedock_captions.writers.scc.schedule import Load
from scribedock_captions.writers.scc.transliteration import transliterated

HEADER = "Scenarist_SCC V1.0\n\n"
MAX_CAPTION_ROWS = 4  # what a decoder must be able to show at once
LOADING_MS = 1600
"""What it takes to load two full rows; while a caption that is shorter is shown, the next one gets late."""


def write(document: CaptionDocument) -> str:
    """Write an SCC file.  Raises UnwritableCaptions for one that ends after 24 hours."""
    end = max((caption.end for caption in document.captions), default=0)
    if end >= DAY_MS:
        raise UnwritableCaptions(
            f"SCC: a caption ends after {end / 3_600_000:.1f} hours, and its time code has 24 of them"
        )
    dangling = not document.options.disallow_dangling
    loads = (
        Load(data=loading.load(rows), start=frame_of(start), end=frame_of(end))
        for caption in document.captions
        for rows, start, end in _screens(caption, dangling=dangling)
    )
    packets = _within_a_day(list(schedule.schedule(loads)))
    return HEADER + "".join([f"{time_code(each.frame)}\t{each.data.hex(' ', 2)}\n\n" for each in packets])


def _within_a_day(packets: list[schedule.Packet]) -> list[schedule.Packet]:
    """Let the last caption go a moment earlier where time code would have a 25th hour."""
    latest = DAY_FRAMES - schedule.COMMAND_FRAMES
    if not packets or packets[-1].frame <= latest:
        return packets
    *before, last = packets
    if before and before[-1].frame + len(before[-1].data) // 2 > latest:
        raise UnwritableCaptions("SCC: a caption is shown after 24 hours, and its time code has 24 of them")
    return [*before, last._replace(frame=latest)]


def limit_options(options: CaptionOptions) -> CaptionOptions:
    """Return the options with the width of a screen, and the rows that captions have."""
    return replace(
        options,
        characters_per_caption_line=min(options.characters_per_caption_line, COLUMNS),
        lines_per_caption=min(options.lines_per_caption, MAX_CAPTION_ROWS),
    )


def transliterate_words(words: Sequence[Word]) -> list[Word]:
    """Return the words in the characters of CEA-608, none wider than a row.

    A word of which nothing can be seen is left out; what it says about its neighbours goes to them.
    """
    found: list[Word] = []
    waiting: Word | None = None  # who begins to speak with a word that is left out
    for word in words:
        pieces = list(_pieces(word))
        if not pieces[0].text.strip():
            if word.ends_sentence and found:
                found[-1] = replace(found[-1], ends_sentence=True)
            if word.new_speaker:
                waiting = pieces[0]
            continue
        if waiting is not None and not word.new_speaker:
            pieces[0] = replace(pieces[0], new_speaker=True, label=waiting.label)
        waiting = None
        found += pieces
    return found


def _pieces(word: Word) -> Iterator[Word]:
    text, label = transliterated(word.text), transliterated(word.label)
    if len(text) <= COLUMNS:
        yield word if (text, label) == (word.text, word.label) else replace(word, text=text, label=label)
        return
    count = -(-len(text) // COLUMNS)
    step = (word.end - word.start) // count
    for number in range(count):
        last = number == count - 1
        yield replace(
            word,
            text=text[number * COLUMNS : (number + 1) * COLUMNS],
            start=word.start + number * step,
            end=word.end if last else word.start + (number + 1) * step,
            label="" if number else label,
            spaced=word.spaced and not number,
            continues=word.continues or number > 0,
            new_speaker=word.new_speaker and not number,
            ends_sentence=word.ends_sentence and last,
        )


def loading_bytes(caption: Caption) -> int:
    """Return how many bytes bring a caption to the screen, with the command that shows it."""
    return sum(len(loading.load(rows)) + len(schedule.END_OF_CAPTION) for rows, _, _ in _screens(caption))


def _screens(caption: Caption, *, dangling: bool = True) -> Iterator[tuple[list[Row], int, int]]:
    """Give the rows of a caption with its times in ms, divided where a screen has too few rows."""
    spans = caption.spans or ((),) * len(caption.lines)
    rows = [
        row
        for line, styles in zip(caption.lines, spans, strict=True)
        for row in rows_of(line, styles, dangling=dangling)
    ]
    if 0 < len(rows) <= MAX_CAPTION_ROWS:
        yield rows, caption.start, caption.end
        return
    count = -(-len(rows) // MAX_CAPTION_ROWS)
    for number in range(count):
        start = caption.start + (caption.end - caption.start) * number // count
        end = caption.start + (caption.end - caption.start) * (number + 1) // count
        yield rows[len(rows) * number // count : len(rows) * (number + 1) // count], start, end
