r"""The markup that SubRip's texts are found with: tags of HTML, and overrides of SubStation Alpha as {\an8}.

No standard says which there are; these are those that players know.  Tags of WebVTT, which programs leave in
what they make of it, are read as there, and characters of HTML (&amp;) as what they mean.  Anything else
stays text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from html import unescape

from scribedock_captions.placement import Placement, placement_at
from scribedock_captions.readers import web_vtt_text
from scribedock_captions.readers.cue import Line, line_of
from scribedock_captions.readers.warnings import Warnings
from scribedock_captions.style import PLAIN, Style

MARKUP = re.compile(
    r"<(?P<close>/?)(?P<tag>b|i|u|s|em|strong|strike|font|span)(?:\s{1,20}[\w:-]{1,30}\s?=[^<>]{0,200}|\s{0,20})/?>"
    r"|\{(?P<shut>/?)(?P<brace>[biu])\}"
    r"|\{(?P<overrides>\\[^{}]{0,200})\}"
    r"|(?P<br><br\s{0,3}/?>)",
    re.IGNORECASE,
)
WEB_VTT_TAG = re.compile(
    r"<(?:v(?:\.[^<>]{0,80})?[ \t][^<>]{1,100}|c(?:\.[^<>]{0,80})?|lang[ \t][^<>]{1,40}|ruby|rt"
    r"|/(?:v|c|lang|ruby|rt)|(?:\d{1,4}:)?\d\d:\d\d\.\d{3})>"
)
ENTITY = re.compile(r"&(?:amp|lt|gt|quot|apos|nbsp|lrm|rlm|#\d{1,7}|#[xX][\da-fA-F]{1,6});")
OVERRIDES = re.compile(r"\{(\\[^{}]{0,200})\}")
FOLDER = re.compile(r"[A-Za-z]:\\|\\\\")  # the beginning of a path, which is no line feed
MAX_DEPTH = 50  # of tags in each other; deeper ones are never closed
STYLES = {"b": "bold", "strong": "bold", "i": "italic", "em": "italic", "u": "underline"}
OVERRIDE_STYLE = re.compile(r"([biu])(\d{1,3})?")
ALIGNMENT = re.compile(r"an([1-9])")
OLD_ALIGNMENT = re.compile(r"a(\d{1,2})")
# SubStation Alpha 4: 1 to 3 at the bottom, 4 more is at the top, 8 more in the middle.
OLD_ALIGNMENTS = {1: 1, 2: 2, 3: 3, 5: 7, 6: 8, 7: 9, 9: 4, 10: 5, 11: 6}


class SubRipText:
    """Reads the text of captions, one after the other."""

    def __init__(self, warnings: Warnings) -> None:
        self._warnings = warnings

    def read(self, text: str, number: int) -> tuple[list[Line], Placement | None]:
        """Return the lines of a caption whose text begins at this line of the file, and where it stands."""
        text = self._with_breaks(text, number)
        if "&" in text and ENTITY.search(text):
            self._warnings.add_once("characters of HTML are read as what they mean, as & for &amp;", number)
        if "<" not in text and "{" not in text:
            return [line_of([(_unescaped(line), PLAIN)]) for line in text.split("\n")], None
        if WEB_VTT_TAG.search(text):
            self._warnings.add_once("tags of WebVTT are read as they are there", number)
            text, placement = without_overrides(text, self._warnings, number)
            return web_vtt_text.lines_of(text, self._warnings, number), placement
        pieces: list[tuple[str, Style]] = []
        open_tags: list[tuple[str, Style]] = []
        style, placement, place = PLAIN, None, 0
        for match in MARKUP.finditer(text):
            pieces.append((text[place : match.start()], style))
            number += text.count("\n", place, match.end())
            place = match.end()
            if match["br"]:
                pieces.append(("\n", style))
            elif match["overrides"]:
                style, where = _overridden(match["overrides"], style, self._warnings, number)
                placement = where or placement
            else:
                tag = (match["tag"] or match["brace"]).lower()
                if match["close"] or match["shut"]:
                    style = _closed(open_tags, tag, style)
                else:
                    if len(open_tags) < MAX_DEPTH:
                        open_tags.append((tag, style))
                    style = self._opened(tag, style, number)
        pieces.append((text[place:], style))
        lines = [[(_unescaped(part), look) for part, look in line] for line in lines_of(pieces)]
        return [line_of(line) for line in lines], placement

    def _with_breaks(self, text: str, number: int) -> str:
        """Write the line feeds and spaces of SubStation Alpha as such."""
        if ("\\N" not in text and "\\h" not in text) or FOLDER.search(text):
            return text
        self._warnings.add_once(r"\N and \h are read as a line feed and a space of SubStation Alpha", number)
        return text.replace("\\N", "\n").replace("\\h", "\u00a0")

    def _opened(self, tag: str, style: Style, line: int) -> Style:
        name = STYLES.get(tag)
        if name is not None:
            return replace(style, **{name: True})
        self._warnings.add_once(f"<{tag}> is left out: colours, fonts and struck text are not kept", line)
        return style


def without_overrides(text: str, warnings: Warnings, line: int) -> tuple[str, Placement | None]:
    """Return a text of WebVTT with overrides of SubStation Alpha as its tags, and the place that they say."""
    style, placement = PLAIN, None

    def tags(match: re.Match[str]) -> str:
        nonlocal style, placement
        before = style
        style, where = _overridden(match[1], style, warnings, line)
        placement = where or placement
        return "".join(
            f"<{'' if getattr(style, name) else '/'}{tag}>"
            for tag, name in (("i", "italic"), ("b", "bold"), ("u", "underline"))
            if getattr(before, name) != getattr(style, name)
        )

    return OVERRIDES.sub(tags, text), placement


def _unescaped(text: str) -> str:
    return ENTITY.sub(lambda match: unescape(match[0]), text) if "&" in text else text


def _overridden(
    overrides: str, style: Style, warnings: Warnings, line: int
) -> tuple[Style, Placement | None]:
    placement = None
    for override in overrides.split("\\")[1:]:
        if match := OVERRIDE_STYLE.fullmatch(override):
            name = STYLES[match[1]]
            style = replace(style, **{name: (match[2] or "0") != "0"})
        elif match := ALIGNMENT.fullmatch(override):
            placement = placement_at(int(match[1]))
        elif (match := OLD_ALIGNMENT.fullmatch(override)) and int(match[1]) in OLD_ALIGNMENTS:
            placement = placement_at(OLD_ALIGNMENTS[int(match[1])])
        elif override.strip() == "r":
            style = PLAIN
        else:
            warnings.add_once(
                "an override of SubStation Alpha is left out; only italics, bold, underline and "
                "alignment are kept",
                line,
            )
    return style, placement


def lines_of(pieces: Iterable[tuple[str, Style]]) -> list[list[tuple[str, Style]]]:
    """Divide pieces of text at their line feeds."""
    lines: list[list[tuple[str, Style]]] = [[]]
    for text, style in pieces:
        for number, part in enumerate(text.split("\n")):
            if number:
                lines.append([])
            lines[-1].append((part, style))
    return lines


def _closed(open_tags: list[tuple[str, Style]], tag: str, style: Style) -> Style:
    """Return the style after an end tag, which ends what was opened last by this name, if anything."""
    for place in range(len(open_tags) - 1, -1, -1):
        if open_tags[place][0] == tag:
            name = STYLES.get(tag)
            before = open_tags.pop(place)[1]
            return style if name is None else replace(style, **{name: getattr(before, name)})
    return style
