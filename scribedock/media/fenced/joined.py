"""Recordings that were concatenated in one file; used in the fenced child only.

Most formats are read across such a joint. Others say how long they are, or end with an index, so that FFmpeg
stops there: then the beginning of another recording, in whichever of these formats, is looked for there.
"""

from __future__ import annotations

import re
from typing import BinaryIO

from scribedock.media.fenced.container import audible_stream, open_container, packets, select_stream
from scribedock.media.fenced.source import RecordingFile
from scribedock.media.unusable import MediaUnusable

MAX_PARTS = 1000
MAX_TRIES = 16
"""How many places that look like the beginning of another recording are tried."""
READ_BYTES = 1 << 20
HEAD_BYTES = 64
"""No signature is longer."""
SIGNATURES = {
    "wav": (b"WAVE", rb"(?:RIFF|RF64|BW64)....WAVE"),
    "aiff": (b"AIF", rb"FORM....AIF[FC]"),
    "caf": (b"caff", rb"caff\x00\x01"),
    "w64": (b"riff", rb"riff\x2e\x91\xcf\x11\xa5\xd6\x28\xdb\x04\xc1\x00\x00"),
    "mov": (b"ftyp", rb"\x00\x00..ftyp"),
    "flv": (b"FLV\x01", rb"FLV\x01[\x00-\x05]\x00\x00\x00\x09"),
    "asf": (b"\x30\x26\xb2\x75", rb"\x30\x26\xb2\x75\x8e\x66\xcf\x11\xa6\xd9\x00\xaa\x00\x62\xce\x6c"),
    "tta": (b"TTA1", rb"TTA1[\x01-\x03]\x00"),
    "wv": (b"wvpk", rb"wvpk....[\x02-\x10]\x04"),
    "avi": (b"AVI ", rb"RIFF....AVI "),
    "ogg": (b"OggS", rb"OggS\x00\x02"),
    "matroska": (b"\x1a\x45\xdf\xa3", rb"\x1a\x45\xdf\xa3[\x01-\xff].{0,40}?\x42\x82"),
}
"""How a file begins, by FFmpeg's name of its container, of which `mov` is one of several: bytes that are
found quickly, and the whole."""
BEGINNINGS = [(rare, re.compile(whole, re.DOTALL)) for rare, whole in SIGNATURES.values()]
EBML, SEGMENT = b"\x1a\x45\xdf\xa3", b"\x18\x53\x80\x67"
ID_BYTES = 4
MAX_LENGTH_BYTES = 8


def first_recording(source: RecordingFile) -> RecordingFile:
    """Return the source, cut where its first recording ends if another one begins there.

    FFmpeg reads Matroska beyond such a joint, but takes what follows for sound in the codec of the first.
    Where a segment is of unknown length, as browsers record it, nothing reveals the joint.
    """
    at = 0
    for wanted in (EBML, SEGMENT):
        source.seek(at)
        head = source.read(ID_BYTES + MAX_LENGTH_BYTES)
        length = _length(head[ID_BYTES:])
        if not head.startswith(wanted) or length is None:
            return source
        at += ID_BYTES + length[0] + length[1]
    source.seek(at)
    return source.to(at) if _beginning(source.read(HEAD_BYTES)) == 0 else source


def _length(data: bytes) -> tuple[int, int] | None:
    """Return the size of a length field and the length (RFC 8794, 4 and 6.1); None where it is unknown."""
    size = 9 - data[0].bit_length() if data else 9
    if size > min(MAX_LENGTH_BYTES, len(data)):
        return None
    value = int.from_bytes(data[:size], "big") & ((1 << 7 * size) - 1)
    return None if value == (1 << 7 * size) - 1 else (size, value)


def following_recording(source: RecordingFile, container: str, end: int) -> tuple[RecordingFile | None, int]:
    """Return the recording after one that ends `end` bytes into the source, if it can be read.

    container is FFmpeg's name for that of the one before. The number is that of the bytes behind it that look
    like a recording, and cannot be read.
    """
    unread = 0
    place = next_recording(source, container, end)
    for _ in range(MAX_TRIES):
        if place is None:
            break
        following = source.from_(place)
        try:
            audible_stream(following)
        except MediaUnusable:
            unread = unread or following.size
            place = next_recording(source, container, place + 1)
        else:
            return following, 0
    return None, unread


def next_recording(source: RecordingFile, container: str, after: int) -> int | None:
    """Return where another recording begins in the source, at `after` bytes or behind; None without one.

    container is FFmpeg's name for that of the one before: where FFmpeg reads across a joint, nothing is
    looked for.
    """
    if container.partition(",")[0] not in SIGNATURES:
        return None
    source.seek(after)
    place, window = after, b""
    while part := source.read(READ_BYTES):
        window += part
        found = _beginning(window)
        if found is not None:
            return place + found
        place += max(len(window) - HEAD_BYTES, 0)
        window = window[-HEAD_BYTES:]
    return None


def begins_of_recordings(file: BinaryIO) -> list[int]:
    """Return where each recording in the file begins, in bytes, without decoding them.

    Raises MediaUnusable where the first cannot be read.
    """
    found: list[int] = []
    source: RecordingFile | None = RecordingFile(file)
    while source is not None and len(found) < MAX_PARTS:
        recording = first_recording(source)
        index = audible_stream(recording)
        found.append(source.begin)
        with open_container(recording) as container:
            name = container.format.name
            stream = select_stream(container, index)
            ends = (each.pos + each.size for each in packets(container, stream) if each.pos is not None)
            try:
                end = max(ends, default=0)
            except MediaUnusable:
                break
        source, _ = following_recording(source, name, end)
    return found


def _beginning(window: bytes) -> int | None:
    """Return where the first recording begins in the window, if any does."""
    found = (whole.search(window) for rare, whole in BEGINNINGS if rare in window)
    return min((each.start() for each in found if each is not None), default=None)
