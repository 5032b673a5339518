"""Plain text: a paragraph is what empty lines divide, or a line where there are none.

A speaker is named before a colon after ">>", or in capitals.
"""

from __future__ import annotations

import re

from scribedock.captions.readers.cue import CueFile, Cues, Line

BLANK = re.compile(r"\n[^\S\n]*\n\s*")
LOOKS_SPOKEN = re.compile(r"\S")


def read(text: str) -> CueFile:
    """Cues without times."""
    cues = Cues()
    for paragraph in BLANK.split(text.lstrip("\ufeff")):
        cues.add([Line(text=line) for line in paragraph.split("\n")])
    return CueFile(cues=cues.found())
