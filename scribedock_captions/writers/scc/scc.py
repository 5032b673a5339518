"""SCC for pop-on captions: a line is the time of a packet, and its pairs of bytes in hexadecimal.

Source: CEA-608, and 47 CFR 15.119.  32 columns, 15 rows, captions at the bottom, in the middle; drop-frame
time code of 29.97 frames a second.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from scribedock_captions.caption import Caption
from scribedock_captions.cea608.characters import encoded, with_parity
from scribedock_captions.cea608.timecode import DAY_MS, frame_of, time_code
from scribedock_captions.document import CaptionDocument
from scribedock_captions.errors import UnwritableCaptions
from scribedock_captions.options import CaptionOptions
from scribedock_captions.text.words import Word
from scribedock_captions.writers.scc import schedule
from scribedock_captions.writers.scc.schedule import Load
from scribedock_captions.writers.scc.transliteration import transliterated

HEADER = "Scenarist_SCC V1.0\n\n"
COLUMNS = 32
ROWS = 15
MAX_CAPTION_ROWS = 4  # what a decoder must be able to show at once
LOADING_MS = 1600
"""What it takes to load two full rows; while a caption that is shorter is shown, the next one gets late."""
INDENT_COLUMNS = 4  # columns; what a preamble can say without another command
ROW_CODES = (
    *(0x1140, 0x1160, 0x1240, 0x1260, 0x1540, 0x1560, 0x1640, 0x1660),
    *(0x1740, 0x1760, 0x1040, 0x1340, 0x1360, 0x1440, 0x1460),
)
INDENT_CODE = 0x10  # of the second byte: white, from a column on


def write(document: CaptionDocument) -> str:
    """Write an SCC file.  Raises UnwritableCaptions for one that ends after 24 hours."""
    end = max((caption.end for caption in document.captions), default=0)
    if end >= DAY_MS:
        raise UnwritableCaptions(
            f"SCC: a caption ends after {end / 3_600_000:.1f} hours, and its time code has 24 of them"
        )
    dangling = not document.options.disallow_dangling
    loads = (
        Load(data=_load(rows), start=frame_of(start), end=frame_of(end))
        for caption in document.captions
        for rows, start, end in _screens(caption, dangling=dangling)
    )
    return HEADER + "".join(
        [f"{time_code(each.frame)}\t{each.data.hex(' ', 2)}\n\n" for each in schedule.schedule(loads)]
    )


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


def _screens(caption: Caption, *, dangling: bool) -> Iterator[tuple[list[str], int, int]]:
    """Give the rows of a caption with its times in ms, divided where a screen has too few rows."""
    rows = [row for line in caption.lines for row in _rows(transliterated(line), dangling=dangling)]
    if 0 < len(rows) <= MAX_CAPTION_ROWS:
        yield rows, caption.start, caption.end
        return
    count = -(-len(rows) // MAX_CAPTION_ROWS)
    for number in range(count):
        start = caption.start + (caption.end - caption.start) * number // count
        end = caption.start + (caption.end - caption.start) * (number + 1) // count
        yield rows[len(rows) * number // count : len(rows) * (number + 1) // count], start, end


def _rows(line: str, *, dangling: bool) -> list[str]:
    """Split a line into the rows that it needs; `dangling`: its last word may have a row of its own."""
    if len(line) <= COLUMNS:
        return [line] if line.strip() else []
    rows: list[list[str]] = [[]]
    for word in line.split():
        for place in range(0, len(word), COLUMNS):
            piece = word[place : place + COLUMNS]
            if rows[-1] and len(" ".join([*rows[-1], piece])) > COLUMNS:
                rows.append([])
            rows[-1].append(piece)
    if not dangling and len(rows) > 1 and len(rows[-1]) == 1 < len(rows[-2]):
        before, last = rows[-2][-1], rows[-1][0]
        if len(f"{before} {last}") <= COLUMNS:
            rows[-2:] = [rows[-2][:-1], [before, last]]
    return [" ".join(row) for row in rows]


def _load(rows: list[str]) -> bytes:
    """Return the commands and characters that bring the rows into the hidden memory."""
    column = (COLUMNS - max(map(len, rows))) // 2
    first = ROWS - len(rows)
    data = [schedule.RESUME_CAPTION_LOADING, schedule.ERASE_NON_DISPLAYED_MEMORY]
    for number, row in enumerate(rows):
        data += [_PREAMBLES[first + number][column // INDENT_COLUMNS], encoded(row)]
    return b"".join(data)


def _preamble(code: int, indent: int) -> bytes:
    """Return the code that says where a row begins, twice."""
    second = (code & 0xFF) + INDENT_CODE + 2 * indent
    return bytes((with_parity(code >> 8), with_parity(second))) * 2


_PREAMBLES = [[_preamble(code, indent) for indent in range(COLUMNS // INDENT_COLUMNS)] for code in ROW_CODES]
