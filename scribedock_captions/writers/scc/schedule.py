"""When each pair of bytes is sent: one a frame, no packets on top of each other.

A caption is loaded while the one before is shown, and appears with the command at its end; so loading
ends when it is to be shown.  Where that cannot be kept up, a caption is shown late, never lost.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from scribedock_captions.cea608.characters import with_parity

MIN_SHOWN_FRAMES = 30  # frames of a caption that is late; its own duration where that is shorter


def command(second: int) -> bytes:
    """Return a control code of the first channel, twice."""
    return bytes((with_parity(0x14), with_parity(second))) * 2


RESUME_CAPTION_LOADING = command(0x20)
ERASE_DISPLAYED_MEMORY = command(0x2C)
ERASE_NON_DISPLAYED_MEMORY = command(0x2E)
END_OF_CAPTION = command(0x2F)
COMMAND_FRAMES = 2  # frames


class Load(NamedTuple):
    """What brings a caption into the hidden memory, and the frames at which it appears and goes."""

    data: bytes
    start: int
    end: int


class Packet(NamedTuple):
    """Pairs that are sent one after the other, the first in this frame."""

    frame: int
    data: bytes


def schedule(loads: Iterable[Load]) -> Iterator[Packet]:
    """Give the packets that show the captions in time, as far as two bytes a frame allow."""
    free = 0  # from this frame on nothing is sent yet
    clear: int | None = None  # when what is shown has to go
    for load in loads:
        length = len(load.data) // 2
        shown = max(load.start, free + length)
        if clear is not None and clear < shown and shown - free >= length + COMMAND_FRAMES:
            yield from _around(load.data, clear=clear, shown=shown, free=free)
        else:
            yield Packet(frame=shown - length, data=load.data + END_OF_CAPTION)
        free = shown + COMMAND_FRAMES
        clear = max(load.end, free, shown + min(load.end - load.start, MIN_SHOWN_FRAMES))
    if clear is not None:
        yield Packet(frame=clear, data=ERASE_DISPLAYED_MEMORY)


def _around(data: bytes, *, clear: int, shown: int, free: int) -> Iterator[Packet]:
    """Give the load of a caption, and the end of the one before it at the frame `clear`."""
    length = len(data) // 2
    clear = min(clear, shown - COMMAND_FRAMES)
    erase = Packet(frame=clear, data=ERASE_DISPLAYED_MEMORY)
    if shown - length >= clear + COMMAND_FRAMES:
        yield erase
        yield Packet(frame=shown - length, data=data + END_OF_CAPTION)
    elif clear - length >= free:
        yield Packet(frame=clear - length, data=data)
        yield erase
        yield Packet(frame=shown, data=END_OF_CAPTION)
    else:
        begin = shown - length - COMMAND_FRAMES
        cut = _safe_cut(data, 2 * (clear - begin))
        if cut:
            yield Packet(frame=begin, data=data[:cut])
        yield Packet(frame=begin + cut // 2, data=ERASE_DISPLAYED_MEMORY)
        yield Packet(frame=begin + cut // 2 + COMMAND_FRAMES, data=data[cut:] + END_OF_CAPTION)


def _safe_cut(data: bytes, cut: int) -> int:
    """Move a cut that would part a pair from its repetition, which would then be taken for another."""
    place = cut
    while place >= 2 and data[place - 2 : place] == data[cut : cut + 2]:
        place -= 2
    return cut - 2 if (cut - place) // 2 % 2 else cut
