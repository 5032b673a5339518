"""WebVTT, read as the W3C's parsing algorithm says (WebVTT, §6): nothing that it reads is refused."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape

from scribedock_captions.errors import UnreadableFile
from scribedock_captions.readers.cue import CueFile, Cues, Line

SIGNATURE = re.compile(r"\ufeff?WEBVTT(?![^ \t\n])")
SPACE = "[ \\t\\n\\f\\r]*"
TIMESTAMP = r"(?:([0-9]+):)?([0-9]{2}):([0-9]{2})\.([0-9]{3})(?![0-9])"
TIMINGS = re.compile(f"{SPACE}{TIMESTAMP}{SPACE}-->{SPACE}{TIMESTAMP}")
TAG = re.compile(r"<([^>]*)(?:>|\Z)")
VOICE = re.compile(r"v(?:\.[^ \t\n\f>]*)?[ \t\n\f]+(.*)", re.DOTALL)
MAX_HOUR_DIGITS = 6


@dataclass(frozen=True, slots=True)
class _Block:
    timings: tuple[int, int]
    text: str


def read(text: str) -> CueFile:
    """Read a WebVTT file.  Raises UnreadableFile where it does not begin with WEBVTT."""
    if not SIGNATURE.match(text):
        raise UnreadableFile("The VTT transcript must begin with a line WEBVTT")
    cues = Cues()
    for block in _blocks(text):
        cues.add(list(_lines(block.text)), *block.timings)
    return CueFile(cues=cues.found())


def _blocks(text: str) -> Iterator[_Block]:
    lines = text.split("\n")
    if lines[-1] == "":
        lines.pop()  # what is after the last line feed is no line
    place = 1
    in_header = len(lines) > 1 and lines[1] != ""
    while place < len(lines):
        if lines[place] == "":
            place += 1
            continue
        block, place = _block(lines, place, in_header=in_header)
        in_header = False
        if block is not None:
            yield block


def _block(lines: list[str], place: int, *, in_header: bool) -> tuple[_Block | None, int]:
    """Collect a block, and return the place after it: the standard's "collect a WebVTT block"."""
    timings = None
    seen_arrow = False
    buffer: list[str] = []
    first = place
    while place < len(lines) and lines[place] != "":
        line, count = lines[place], place - first + 1
        if "-->" in line:
            if in_header or not (count == 1 or (count == 2 and not seen_arrow)):
                break
            seen_arrow = True
            timings = _timings(line)
            if timings is not None:
                buffer = []
        else:
            buffer.append(line)
        place += 1
    return (None if timings is None else _Block(timings, "\n".join(buffer))), place


def _timings(line: str) -> tuple[int, int] | None:
    match = TIMINGS.match(line)
    if match is None:
        return None
    parts = match.groups()
    start, end = _milliseconds(parts[:4]), _milliseconds(parts[4:])
    return None if start is None or end is None else (start, end)


def _milliseconds(parts: tuple[str | None, ...]) -> int | None:
    hours, minutes, seconds, rest = (part or "0" for part in parts)
    if int(minutes) > 59 or int(seconds) > 59:
        return None
    hour = int(hours[-MAX_HOUR_DIGITS:]) if len(hours.lstrip("0")) <= MAX_HOUR_DIGITS else 10**MAX_HOUR_DIGITS
    return ((hour * 60 + int(minutes)) * 60 + int(seconds)) * 1000 + int(rest)


def _lines(text: str) -> Iterator[Line]:
    """Give the text of a cue without its tags; a voice speaks until it ends, or the next one begins."""
    speaker = ""
    written, whose = "", ""
    position = 0
    for tag in [*TAG.finditer(text), None]:
        run = unescape(text[position : tag.start() if tag else len(text)])
        for number, part in enumerate(run.split("\n")):
            if number:
                yield Line(text=written, speaker=whose)
                written, whose = "", speaker
            if part.strip():
                if whose != speaker and written.strip():
                    yield Line(text=written, speaker=whose)
                    written = ""
                whose = speaker
            written += part
        if tag is not None:
            position = tag.end()
            if voice := VOICE.match(tag[1]):
                speaker = " ".join(unescape(voice[1]).split())
            elif tag[1].rstrip() == "/v":
                speaker = ""
    yield Line(text=written, speaker=whose)
