"""Who speaks, by the marks before what is said: ">> Ada:", or a name in capitals."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable

from scribedock_captions.readers.cue import CueFile, Line

SPEAKER_MARKER = re.compile(r">>+\s*(?:(?P<name>[^\s:>][^:>]{0,60}):(?=\s|\Z))?")
CAPITALS_LABEL = re.compile(r"(?:[-–—]\s?)?[\[(]?(?P<name>[^\W\d_][^:\[\]a-z\n]{1,40}?)[\])]?:(?=\s|\Z)")


def speaker_reader(file: CueFile) -> Callable[[Line, str], tuple[str, str, bool]]:
    """Return a function from a line and who spoke before to what is said, by whom, and whether that is new.

    Names in capitals before a colon are speakers where one of them occurs twice: a single one may be
    anything.
    """
    labels = Counter(label[0] for cue in file.cues for line in cue.lines if (label := _label(line.text)))
    labelled = any(times > 1 for times in labels.values())

    def read(line: Line, before: str) -> tuple[str, str, bool]:
        if match := SPEAKER_MARKER.match(line.text):
            return line.text[match.end() :], (match["name"] or line.speaker).strip(), True
        if labelled and (label := _label(line.text)):
            name, end = label
            return line.text[end:], name, name != before
        speaker = line.speaker or before
        return line.text, speaker, speaker != before

    return read


def _label(text: str) -> tuple[str, int] | None:
    """Return a name in capitals before a colon, and where what is said begins."""
    match = CAPITALS_LABEL.match(text)
    if match is None or not match["name"].isupper():
        return None
    return match["name"].strip(), match.end()
