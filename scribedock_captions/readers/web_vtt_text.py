"""The text of a WebVTT cue: its tags, its voices, its annotations.

Source: W3C, WebVTT, §6.4.  A reading (ruby) stands in parentheses behind what it belongs to, since a line of
plain text has no place above it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from html import unescape

from scribedock_captions.readers.cue import Line, line_of
from scribedock_captions.readers.warnings import Warnings, quoted
from scribedock_captions.style import PLAIN, Style

TAG = re.compile(r"<([^>]*)(?:>|\Z)")
NAME = re.compile(r"(/?)([A-Za-z]{1,10})(?=[.\s]|\Z)")
VOICE = re.compile(r"v(?:\.[^ \t\n\f>]*)?[ \t\n\f]+(.*)", re.DOTALL)
KNOWN = re.compile(r"/?(?:c|i|b|u|v|lang|ruby|rt)(?:[.\s].*)?|[\d:]{1,12}\.\d{3}|/", re.DOTALL)
BREAK = re.compile(r"br[ \t]{0,3}/?", re.IGNORECASE)
"""A tag of HTML, which is none of WebVTT: without it, the words before and after it would be one."""
MAX_DEPTH = 50  # of tags in each other; deeper ones mean nothing
STYLES = {"i": "italic", "b": "bold", "u": "underline"}


class _Text:
    """The lines of a cue, while its tags are read."""

    def __init__(self) -> None:
        self.speaker = ""
        self._pieces: list[tuple[str, Style]] = []
        self._whose = ""
        self._said = False

    def write(self, text: str, style: Style) -> Iterator[Line]:
        """Add a text, and give the lines that it ends."""
        for number, part in enumerate(text.split("\n")):
            if number:
                yield from self.end_line()
            if part.strip():
                if self._whose != self.speaker and self._said:
                    yield from self.end_line()
                self._whose = self.speaker
                self._said = True
            self._pieces.append((part, style))

    def end_line(self) -> Iterator[Line]:
        """Give the current line."""
        yield line_of(self._pieces, self._whose)
        self._pieces, self._whose, self._said = [], self.speaker, False


def lines_of(text: str, warnings: Warnings, number: int) -> list[Line]:
    """Read a text that begins at this line of its file; a voice speaks until it ends or another begins."""
    return list(_lines(text, warnings, number))


def _lines(text: str, warnings: Warnings, number: int) -> Iterator[Line]:
    found = _Text()
    opened = _OpenTags()
    place = 0
    for tag in TAG.finditer(text):
        yield from found.write(unescape(text[place : tag.start()]), opened.style)
        number += text.count("\n", place, tag.end())
        place = tag.end()
        if BREAK.fullmatch(tag[1]):
            yield from found.write("\n", opened.style)
        elif voice := VOICE.match(tag[1]):
            found.speaker = " ".join(unescape(voice[1]).split())
        elif tag[1].rstrip() == "/v":
            found.speaker = ""
        elif match := NAME.match(tag[1]):
            name = match[2].lower()
            if match[1]:
                if opened.has("rt") and name in ("rt", "ruby"):  # an rt may be left open
                    yield from found.write(")", opened.style)
                opened.close(name)
            else:
                if name == "rt":
                    yield from found.write("(", opened.style)
                opened.open(name)
            if name == "c" and "." in tag[1]:
                warnings.add_once(
                    "classes are left out: of styles, only italics, bold and underline are kept", number
                )
        if not KNOWN.fullmatch(tag[1]) or not tag[0].endswith(">"):
            warnings.add(
                f"{quoted(tag[0])} is no tag of WebVTT, and is left out; a sign < is written as &lt;", number
            )
    yield from found.write(unescape(text[place:]), opened.style)
    yield from found.end_line()


class _OpenTags:
    """The tags that are open, up to MAX_DEPTH, and the style that they make."""

    def __init__(self) -> None:
        self._opened: list[tuple[str, Style]] = []
        self.style = PLAIN

    def has(self, name: str) -> bool:
        return any(each == name for each, _ in self._opened)

    def open(self, name: str) -> None:
        if len(self._opened) < MAX_DEPTH:
            self._opened.append((name, self.style))
            if name in STYLES:
                self.style = replace(self.style, **{STYLES[name]: True})

    def close(self, name: str) -> None:
        """End the tag of this name that was opened last, and all that were opened in it."""
        while self.has(name):
            last, self.style = self._opened.pop()
            if last == name:
                return
