"""SCC: lines of a time code and pairs of bytes in hexadecimal, which a decoder makes captions of."""

from __future__ import annotations

import re

from scribedock_captions.cea608.timecode import frame_at
from scribedock_captions.errors import UnreadableFile
from scribedock_captions.readers.cue import CueFile, Cues
from scribedock_captions.readers.scc.decoder import Decoder
from scribedock_captions.readers.warnings import Warnings, quoted

HEADER = re.compile(r"\ufeff?\s*Scenarist_SCC V1\.0[^\n]*", re.IGNORECASE)
LIKE_SIGNATURE = re.compile(
    r"\ufeff?\s*(?:Scenarist_SCC V\d"
    r"|\d{1,2}:\d\d:\d\d[:;.,]\d\d\s+(?:[0-9a-f]{4}[ \t]+){0,4}94[0-9a-f]{2}\b)",
    re.IGNORECASE,
)
"""What other programs write: another version, or no first line but packets with commands at once."""
ANY_VERSION = re.compile(r"\ufeff?\s*Scenarist_SCC[^\n]*\n?", re.IGNORECASE)
PACKET = re.compile(r"\s*(\d{1,2}):(\d{1,2}):(\d{1,2})([:;.,])(\d{1,2})\s+(.*)")
PAIR = re.compile(r"[0-9a-f]{4}", re.IGNORECASE)
PARITY = 0x80


def read(text: str) -> CueFile:
    """Read an SCC file.  Raises UnreadableFile where it does not begin with Scenarist_SCC V1.0."""
    header = HEADER.match(text)
    if header is None:
        raise UnreadableFile("The SCC transcript must begin with a line Scenarist_SCC V1.0")
    return _read(text, header.end() + 1, Warnings())


def read_alike(text: str) -> CueFile:
    """Read what is SCC but for its first line, as programs write it.  Raises UnreadableFile."""
    if HEADER.match(text) or LIKE_SIGNATURE.match(text) is None:
        return read(text)
    warnings = Warnings()
    warnings.add("the file should begin with a line Scenarist_SCC V1.0", 1)
    named = ANY_VERSION.match(text)
    return _read(text, named.end() if named else 0, warnings)


def _read(text: str, begin: int, warnings: Warnings) -> CueFile:
    """Read the packets from this place of the text on."""
    cues = Cues(warnings)
    decoder = Decoder(cues, warnings)
    first = text.count("\n", 0, begin) + 1
    free = 0  # from this frame on nothing is sent yet
    for number, line in enumerate(text[begin:].split("\n"), start=first):
        if not line.strip():
            continue
        match = PACKET.fullmatch(line)
        words = match[6].split() if match else []
        pairs = [word for word in words if PAIR.fullmatch(word)]
        if match is None or not pairs:
            warnings.add(f"this is no packet of SCC, and left out: {quoted(line)}", number)
            continue
        if len(pairs) < len(words):
            wrong = next(word for word in words if not PAIR.fullmatch(word))
            warnings.add(f"{len(words) - len(pairs)} words are no pairs of bytes: {quoted(wrong)}", number)
        hour, minute, second, frame = (int(match[group]) for group in (1, 2, 3, 5))
        at = frame_at(hour, minute, second, frame, drop=match[4] != ":")
        if at != free:
            decoder.break_off()
        free = _send(decoder, pairs, max(at, free), number, warnings)
    decoder.close()
    return CueFile(cues=cues.found(), warnings=warnings.found())


def _send(decoder: Decoder, pairs: list[str], frame: int, number: int, warnings: Warnings) -> int:
    """Send the pairs of a packet, one a frame; return the frame after the last."""
    for pair in pairs:
        code = int(pair, 16)
        high, low = code >> 8, code & 0xFF
        if high.bit_count() % 2 == 0 or low.bit_count() % 2 == 0:
            warnings.add_once("there are bytes of even parity, which a decoder may pass over", number)
        decoder.pair(high & ~PARITY, low & ~PARITY, frame, number)
        frame += 1
    return frame
