"""Recordings that were joined by putting one file behind the other; used in the fenced child only.

Most formats are read on over such a joint. Others say how long they are, or end with an index, so that FFmpeg
stops there: in what follows the beginning of another recording is sought.
"""

from __future__ import annotations

import re

from scribedock.media.source import Source

MAX_PARTS = 1000
READ_BYTES = 1 << 20
HEAD_BYTES = 16
"""No pattern is longer."""
BEGINNINGS = {
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
}
"""By FFmpeg's name of the container, of which `mov` is one of several: how a file of it begins."""


def next_recording(source: Source, container: str, after: int) -> int | None:
    """Where in the source another recording of the same container begins, at or behind so many bytes.

    None where there is none. container is FFmpeg's name of it.
    """
    pattern = BEGINNINGS.get(container.partition(",")[0])
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
