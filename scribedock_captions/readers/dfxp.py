"""TTML and DFXP: the namespaces of 2006 and that of TTML1; times relative to the parent's.

Source: W3C, Timed Text Markup Language 1 (TTML1), §10.4 time intervals.  No DTD, no entities; the document
is read element by element, so that its size in memory is that of its text.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from html.entities import html5

from lxml import etree

from scribedock_captions.errors import FileTooLarge, UnreadableFile
from scribedock_captions.readers.cue import CueFile, Cues, Line
from scribedock_captions.readers.dfxp_time import Rates

TTML_NAMESPACE = re.compile(r"http://www\.w3\.org/(?:ns/ttml|20\d\d/\d\d/ttaf1)(#\w+)?")
DECLARATION = re.compile(r"\A\ufeff?\s*<\?xml[^>]*\?>")
ENTITY = re.compile(r"&([A-Za-z][A-Za-z0-9]{1,30});")
XML_ENTITIES = frozenset(["amp", "lt", "gt", "quot", "apos"])
XML = "{http://www.w3.org/XML/1998/namespace}"
FEED_BYTES = 64 * 1024  # bytes that the parser is given at once
MAX_ELEMENTS = 500_000
MAX_NAME_CHARACTERS = 1000  # characters of a speaker's
TIMED_ELEMENTS = frozenset(["body", "div", "p", "span"])


def read(text: str) -> CueFile:
    """Read a TTML document.  Raises UnreadableFile for what is not well-formed, has a DTD, or is no TTML."""
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        raise UnreadableFile("The DFXP transcript may not have a DTD or entities")
    document = _Document()
    parser = etree.XMLParser(
        target=document, resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False
    )
    data = ENTITY.sub(_character, DECLARATION.sub("", text)).encode()
    try:
        for place in range(0, len(data), FEED_BYTES):
            parser.feed(data[place : place + FEED_BYTES])
        found: CueFile = parser.close()
    except etree.XMLSyntaxError as error:
        problem = " ".join(str(error.msg).split())[:200]
        raise UnreadableFile(f"The DFXP transcript is not well-formed XML: {problem}") from None
    return found


def _character(entity: re.Match[str]) -> str:
    """Replace the named characters of HTML, which many files have, though XML knows five of them."""
    return entity[0] if entity[1] in XML_ENTITIES else html5.get(f"{entity[1]};", entity[0])


@dataclass(kw_only=True, slots=True)
class _Element:
    name: str  # of TTML; ttm:name for a name in the metadata; empty for all else
    begin: int
    end: int | None
    timed: bool = False  # it has times of its own
    sequential: bool = False
    follows: int = 0  # where the next child begins, if they follow each other
    speaker: str = ""
    preserve: bool = False


@dataclass(kw_only=True, slots=True)
class _OpenLine:
    """A line that the parser still adds to; its parts are joined once, at the end."""

    parts: list[str]
    speaker: str = ""
    spoken: bool = False  # one of them is more than white space

    def closed(self) -> Line:
        """Return the finished line."""
        return Line(text="".join(self.parts), speaker=self.speaker)


ROOT = _Element(name="", begin=0, end=None)


class _Document:
    """Receives each tag and each text from the parser.

    A cue is a p.  Where a p has no times, but spans in it have, each of these is a cue.
    """

    def __init__(self) -> None:
        self._cues = Cues()
        self._stack: list[_Element] = []
        self._rates = Rates()
        self._language = ""
        self._agents: dict[str, str] = {}
        self._agent = ""
        self._paragraph: _Element | None = None
        self._owner: _Element | None = None  # whose times the text at hand has
        self._lines: list[_OpenLine] = []
        self._elements = 0

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        """Receive a start tag."""
        self._elements += 1
        if self._elements > MAX_ELEMENTS:
            raise FileTooLarge(f"The DFXP transcript has more than {MAX_ELEMENTS:,} elements")
        name = _name(tag)
        if not self._stack:
            self._begin_document(name, attributes)
        if name == "ttm:agent":
            self._agent = attributes.get(f"{XML}id", "")
        element = self._element(name, attributes)
        self._stack.append(element)
        if name == "p" and self._paragraph is None:
            self._paragraph = self._owner = element
            self._lines = [_OpenLine(parts=[])]
        elif name == "br":
            self._lines.append(_OpenLine(parts=[]))
        elif name == "span" and self._begins_cue(element):
            self._owner = element

    def data(self, text: str) -> None:
        """Receive text."""
        element = self._stack[-1] if self._stack else ROOT
        if element.name == "ttm:name":
            self._agents[self._agent] = (self._agents.get(self._agent, "") + text)[:MAX_NAME_CHARACTERS]
        elif element.name in ("p", "span") and self._paragraph is not None:
            parts = text.split("\n") if element.preserve else [text]
            for number, part in enumerate(parts):
                self._write(part, element.speaker, new_line=number > 0)

    def end(self, tag: str) -> None:
        """Receive an end tag."""
        element = self._stack.pop()
        if self._stack and self._stack[-1].sequential and element.name in TIMED_ELEMENTS:
            parent = self._stack[-1]
            parent.follows = max(parent.follows, element.begin if element.end is None else element.end)
        if element is self._owner and element is not self._paragraph:
            self._cues.add([line.closed() for line in self._lines], element.begin, element.end)
            self._lines = [_OpenLine(parts=[])]
            self._owner = self._paragraph
        elif element is self._paragraph:
            self._cues.add([line.closed() for line in self._lines], element.begin, element.end)
            self._paragraph = self._owner = None
            self._lines = []

    def close(self) -> CueFile:
        """Return all cues, once the document has ended."""
        return CueFile(cues=self._cues.found(), language=self._language)

    def _begin_document(self, name: str, attributes: Mapping[str, str]) -> None:
        if name != "tt":
            raise UnreadableFile("The DFXP transcript must have the root element tt, in a namespace of TTML")
        self._language = attributes.get(f"{XML}lang", "")[:50]
        self._rates = Rates.of({_name(key).removeprefix("ttp:"): value for key, value in attributes.items()})

    def _element(self, name: str, attributes: Mapping[str, str]) -> _Element:
        parent = self._stack[-1] if self._stack else ROOT
        begin, end, timed = parent.begin, parent.end, False
        if name in TIMED_ELEMENTS:
            base = parent.follows if parent.sequential else parent.begin
            given = {key: self._rates.milliseconds(attributes.get(key)) for key in ("begin", "end", "dur")}
            timed = any(value is not None for value in given.values())
            begin = base + (given["begin"] or 0)
            ends = [parent.end, _plus(base, given["end"]), _plus(begin, given["dur"])]
            end = min((each for each in ends if each is not None), default=None)
        agents = attributes.get(
            next((key for key in attributes if _name(key) == "ttm:agent"), ""), ""
        ).split()
        space = attributes.get(f"{XML}space")
        return _Element(
            name=name,
            begin=begin,
            end=end,
            timed=timed,
            sequential=attributes.get("timeContainer") == "seq",
            follows=begin,
            speaker=" ".join(self._agents.get(agents[0], "").split()) if agents else parent.speaker,
            preserve=parent.preserve if space is None else space == "preserve",
        )

    def _begins_cue(self, span: _Element) -> bool:
        owner = self._owner
        return span.timed and owner is not None and owner is self._paragraph and not owner.timed

    def _write(self, text: str, speaker: str, *, new_line: bool) -> None:
        last = self._lines[-1]
        spoken = bool(text.strip())
        if new_line or (spoken and last.spoken and speaker != last.speaker):
            self._lines.append(_OpenLine(parts=[text], speaker=speaker, spoken=spoken))
            return
        if not last.spoken:
            last.speaker = speaker
        last.parts.append(text)
        last.spoken = last.spoken or spoken


def _name(tag: str) -> str:
    """Return the local name of what belongs to TTML, with ttm: or ttp: for metadata and parameters."""
    space, _, local = tag.rpartition("}")
    if not space:
        return local
    match = TTML_NAMESPACE.fullmatch(space[1:])
    if match is None:
        return ""
    return {None: local, "#metadata": f"ttm:{local}", "#parameter": f"ttp:{local}"}.get(match[1], "")


def _plus(base: int, time: int | None) -> int | None:
    return None if time is None else base + time
