"""Recordings that were concatenated in one file; used in the fenced child only.

Most formats are read across such a joint. Others say how long they are, or end with an index, so that FFmpeg
stops there: then the beginning of another recording is looked for in the rest.
"""

from __future__ import annotations

import re

from scribedock.media.fenced.source import RecordingFile

MAX_PARTS = 1000
READ_BYTES = 1 << 20
HEAD_BYTES = 16
"""No signature is longer."""
SIGNATURES = {
    "wav": rb"(?:RIFF|RF64|BW64)....WAVE",
    "aiff": rb"FORM....AIF[FC]",
    "caf": rb"caff\x00\x01",
    "w64": rb"riff\x2e\x91\xcf\x11\xa5\xd6\x28\xdb\x04\xc1\x00\x00",
    "mov": rb"\x00\x00..ftyp",
    "flv": rb"FLV\x01[\x00-\x05]\x00\x00\x00\x09",
    "asf": rb"\x30\x26\xb2\x75\x8e\x66\xcf\x11\xa6\xd9\x00\xaa\x00\x62\xce\x6c",
    "tta": rb"TTA1[\x01-\x03]\x00",
    "wv": rb"wvpk....[\x02-\x10]\x04",
    "avi": rb"RIFF....AVI ",
    "ogg": rb"OggS\x00\x02",
    "matroska": rb"\x1a\x45\xdf\xa3[\x01-\xff]",
}
"""How a file begins, by FFmpeg's name of its container, of which `mov` is one of several."""
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
    return source.to(at) if source.read(ID_BYTES) == EBML else source


def _length(data: bytes) -> tuple[int, int] | None:
    """Return the size of a length field and the length (RFC 8794, 4 and 6.1); None where it is unknown."""
    size = 9 - data[0].bit_length() if data else 9
    if size > min(MAX_LENGTH_BYTES, len(data)):
        return None
    value = int.from_bytes(data[:size], "big") & ((1 << 7 * size) - 1)
    return None if value == (1 << 7 * size) - 1 else (size, value)


def next_recording(source: RecordingFile, container: str, after: int) -> int | None:
    """Return where another recording begins in the source, at `after` bytes or behind; None without one.

    container is FFmpeg's name for it.
    """
    pattern = SIGNATURES.get(container.partition(",")[0])
    if pattern is None:
        return None
    beginning = re.compile(pattern, re.DOTALL)
    source.seek(after)
    place, window = after, b""
    while part := source.read(READ_BYTES):
        window += part
        found = beginning.search(window)
        if found is not None:
            return place + found.start()
        place += max(len(window) - HEAD_BYTES, 0)
        window = window[-HEAD_BYTES:]
    return None
