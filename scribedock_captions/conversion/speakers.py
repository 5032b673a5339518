"""Who speaks, by the marks before what is said: ">> Ada:", or a name and a colon."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable

from scribedock_captions.readers.cue import CueFile, Line

SPEAKER_MARKER = re.compile(r">>+\s*(?:(?P<name>[^\s:>][^:>]{0,60}):(?=\s|\Z))?")
DASH = r"(?:[-–—]\s?)?"
ASIDE = r"(?:\s?(?:\([^()\n]{1,30}\)|\[[^\[\]\n]{1,30}\]))?"
COLON = r"(?::(?=\s|\Z)|：)"
CAPITALS_LABEL = re.compile(
    rf"{DASH}(?:\[(?P<square>[^\W\d_][^:：\[\]a-z\n]{{1,40}})\]|\((?P<round>[^\W\d_][^:：()a-z\n]{{1,40}})\)"
    rf"|(?P<name>[^\W\d_][^:：()\[\]a-z\n]{{1,40}}?)(?P<aside>{ASIDE})){COLON}"
)
NAME_LABEL = re.compile(
    rf"{DASH}(?P<name>[^\W\d_][\w.'’-]{{0,30}}(?: [\w.'’-]{{1,30}}){{0,3}})(?P<aside>{ASIDE}){COLON}"
)
MOSTLY = 0.5
"""The share of captions that begin with such a name, from which on it says who speaks."""


def speaker_reader(file: CueFile) -> Callable[[Line, str], tuple[str, str, bool]]:
    """Return a function from a line and who spoke before to what is said, by whom, and whether that is new.

    Names in capitals before a colon are speakers where one of them occurs twice: a single one may be
    anything.  Other names are, too, where there are several and most captions begin with one.
    """
    label_of = _no_label
    if _names(file, _label, least=1):
        label_of = _label
    elif _names(file, _name, least=2):
        begun = sum(_name(cue.lines[0].text) is not None for cue in file.cues)
        label_of = _name if begun > MOSTLY * len(file.cues) else _no_label

    def read(line: Line, before: str) -> tuple[str, str, bool]:
        if match := SPEAKER_MARKER.match(line.text):
            return line.text[match.end() :], (match["name"] or line.speaker).strip(), True
        if label := label_of(line.text):
            name, end = label
            return line.text[end:], name, name != before
        speaker = line.speaker or before
        return line.text, speaker, speaker != before

    return read


def _names(file: CueFile, label_of: Callable[[str], tuple[str, int] | None], *, least: int) -> bool:
    """Tell whether there are so many names, one of which occurs twice."""
    found = Counter(label[0] for cue in file.cues for line in cue.lines if (label := label_of(line.text)))
    return len(found) >= least and max(found.values()) > 1


def _label(text: str) -> tuple[str, int] | None:
    """Return a name in capitals before a colon, and where what is said begins."""
    match = CAPITALS_LABEL.match(text)
    if match is None:
        return None
    name = match["square"] or match["round"] or match["name"]
    return (name.strip() + (match["aside"] or ""), match.end()) if name.isupper() else None


def _name(text: str) -> tuple[str, int] | None:
    """Return a name before a colon, each word of which begins with a capital or a digit, likewise."""
    match = NAME_LABEL.match(text)
    if match is None or not all(word[0].isupper() or word.isdecimal() for word in match["name"].split()):
        return None
    return match["name"] + match["aside"], match.end()


def _no_label(text: str) -> tuple[str, int] | None:
    """Return None: the file has no labels."""
    return None
