"""What the elements of a TTML document mean: times relative to the parent's, languages, styles, speakers.

Source: W3C, Timed Text Markup Language 1 (TTML1), §7 content, §10.4 time intervals.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from scribedock_captions.errors import FileTooLarge, UnreadableFile
from scribedock_captions.readers.cue import Cue, CueFile, Cues
from scribedock_captions.readers.languages import with_quotations
from scribedock_captions.readers.ttml.paragraph import Interval, Paragraph
from scribedock_captions.readers.ttml.styles import NO_LOOK, Look, Styles
from scribedock_captions.readers.ttml.times import Rates
from scribedock_captions.readers.warnings import Warnings, quoted

NAMESPACE_MARK = "}"  # between the namespace and the name, as the parser gives them
TTML_NAMESPACE = re.compile(r"http://www\.w3\.org/(?:ns/ttml|20\d\d/\d\d/ttaf1)(#\w+)?")
PREFIXES = {
    None: "",
    "#metadata": "ttm:",
    "#parameter": "ttp:",
    "#styling": "tts:",
    "#style": "tts:",
    "#style-extension": "tts:",
}
XML = "http://www.w3.org/XML/1998/namespace"
LYRICS = re.compile(r"http://\S{0,40}apple\.com/\S{0,60}\}timing")
"""An attribute of lyrics from Apple, whose times all count from the beginning of the file."""
MAX_ELEMENTS = 500_000
MAX_NAME_CHARACTERS = 1000  # characters of a speaker's
TIMES = ("begin", "end", "dur")
TIMES_ALIKE = {"begin": "begin", "start": "begin", "end": "end", "dur": "dur", "duration": "dur"}
CONTENT = frozenset(["body", "div", "p", "span"])
LETTER_STYLES = {
    "i": {"fontStyle": "italic"},
    "em": {"fontStyle": "italic"},
    "b": {"fontWeight": "bold"},
    "strong": {"fontWeight": "bold"},
    "u": {"textDecoration": "underline"},
}
UNSEEN = frozenset(
    ["metadata", "head", "set", "animate", "ttm:title", "ttm:desc", "ttm:copyright", "ttm:agent"]
)
PICTURE, BACKGROUND = "image", "backgroundImage"


@dataclass(kw_only=True, slots=True)
class _Element:
    name: str  # of TTML; ttm:name for a name in the metadata
    interval: Interval = field(default_factory=Interval)
    ends: bool = False  # it says itself when it ends
    sequential: bool = False
    follows: int = 0  # where the next child begins, if they follow each other
    reach: int | None = None  # where the last of its children ends, as far as that is known
    speaker: str = ""
    preserve: bool = False
    language: str = ""
    look: Look = NO_LOOK
    unseen: bool = False  # what it holds is no text


class Document:
    """Receives each tag and each text from the parser, which `line` asks for its place."""

    def __init__(self, *, line: Callable[[], int]) -> None:
        self._line = line
        self._warnings = Warnings()
        self._cues = Cues(self._warnings)
        self._stack: list[_Element] = [_Element(name="")]
        self._rates = Rates()
        self._styles = Styles()
        self._region = ""
        self._language = ""
        self._root_namespace = ""
        self._quoted: dict[str, str] = {}  # languages of single paragraphs, and those around them
        self._of_lines: dict[str, str] = {}  # languages of lines in paragraphs that have several, likewise
        self._languages: set[str] = set()  # of paragraphs
        self._paragraphs = self._divided = 0  # of these, those that have lines in several languages
        self._agents: dict[str, str] = {}
        self._agent = ""
        self._paragraph: Paragraph | None = None
        self._depth = 0  # of the paragraph's element
        self._elements = 0
        self._pictures = 0
        self._unread = 0  # times that could not be read
        self._absolute = False  # times count from the beginning of the file

    def start(self, tag: str, given: Mapping[str, str]) -> None:
        """Receive a start tag."""
        self._elements += 1
        if self._elements > MAX_ELEMENTS:
            raise FileTooLarge(f"The DFXP transcript has more than {MAX_ELEMENTS:,} elements")
        if self._elements == 1:
            self._begin_document(tag, given)
        name = self._name(tag)
        attributes = self._attributes(name, given)
        parent = self._stack[-1]
        element = self._element(name, attributes, parent)
        self._stack.append(element)
        if name in CONTENT and any(key.endswith(BACKGROUND) for key in attributes):
            self._pictures += 1
        if name == "ttm:agent":
            self._agent = attributes.get("xml:id", "")
        elif name == "region":
            self._region = attributes.get("xml:id", "")
            self._styles.define_region(self._region, attributes)
        elif name == "style":
            if parent.name == "region":
                self._styles.define_region(self._region, attributes)
            else:
                self._styles.define(attributes.get("xml:id", ""), attributes)
        elif name == "set":
            self._change(parent, attributes)
        elif name.rpartition(":")[2] == PICTURE:
            self._pictures += 1
        elif self._paragraph is None:
            if name == "p":
                self._begin_paragraph(element)
        elif name.rpartition(":")[2].lower() == "br":
            self._paragraph.end_line(self._interval(), element.speaker)
        else:
            self._inside(element)

    def _attributes(self, name: str, given: Mapping[str, str]) -> dict[str, str]:
        """Return the attributes of an element; those of times in other spellings by their own names."""
        found = {self._name(key): value for key, value in given.items()}
        if name in CONTENT:
            for key in [key for key in found if key not in TIMES and key.lower() in TIMES_ALIKE]:
                time = TIMES_ALIKE[key.lower()]
                if time not in found:
                    self._warnings.add_once(f"the attribute {key} is read as {time}", self._line())
                    found[time] = found[key]
        return found

    def data(self, text: str) -> None:
        """Receive text."""
        element = self._stack[-1]
        if element.name == "ttm:name":
            self._agents[self._agent] = (self._agents.get(self._agent, "") + text)[:MAX_NAME_CHARACTERS]
        elif element.unseen or element.look.hidden:
            return
        elif self._paragraph is None:
            if text.strip() and not any(each.name in ("head", "metadata") for each in self._stack):
                self._warnings.add(f"text outside of a paragraph is left out: {quoted(text)}", self._line())
        elif element.look.ruby != "delimiter":
            self._paragraph.write(
                text,
                element.look.style,
                self._interval(),
                element.speaker,
                language=element.language,
                preserve=element.preserve,
            )

    def end(self, tag: str) -> None:
        """Receive an end tag."""
        element = self._stack.pop()
        parent = self._stack[-1]
        if element.name in CONTENT:
            self._extend(parent, element)
        if self._paragraph is None:
            return
        if len(self._stack) < self._depth:
            self._end_paragraph(self._paragraph, element)
            self._paragraph = None
        elif element.look.ruby == "text" and not element.look.hidden:
            self._paragraph.write(")", element.look.style, element.interval, element.speaker)

    def _extend(self, parent: _Element, element: _Element) -> None:
        """Note where an element ends, which is where its children do if it does not say."""
        end = element.interval.end if element.ends else element.reach
        if parent.sequential:
            parent.follows = max(parent.follows, element.interval.begin if end is None else end)
        if end is not None:
            parent.reach = end if parent.reach is None else max(parent.reach, end)

    def close(self) -> CueFile:
        """Return all cues, once the document has ended."""
        cues = tuple(with_quotations(self._in_languages(), self._quoted | self._of_lines))
        if self._pictures and not cues:
            raise UnreadableFile("The DFXP transcript has pictures in place of text, which cannot be read")
        if self._pictures:
            self._warnings.add(f"{self._pictures:,} pictures are left out")
        return CueFile(cues=cues, language=self._language, warnings=self._warnings.found())

    def _in_languages(self) -> Sequence[Cue]:
        """Return the cues; lines in several languages are no translation where few paragraphs have them."""
        cues = self._cues.found()
        if self._divided * 2 >= self._paragraphs:
            return cues
        spoken = {name: around for name, around in self._of_lines.items() if name not in self._languages}
        return [replace(cue, language=spoken.get(cue.language, cue.language)) for cue in cues]

    def _begin_document(self, tag: str, given: Mapping[str, str]) -> None:
        space, _, local = tag.rpartition(NAMESPACE_MARK)
        if local != "tt":
            raise UnreadableFile("The DFXP transcript must have the root element tt, in a namespace of TTML")
        if space and TTML_NAMESPACE.fullmatch(space) is None:
            self._root_namespace = space
            self._warnings.add(
                f"the namespace is none of TTML's, but read as one: {quoted(space)}", self._line()
            )
        attributes = {self._name(key): value for key, value in given.items()}
        self._language = attributes.get("xml:lang", "")[:50]
        self._absolute = any(LYRICS.fullmatch(key) for key in given)
        self._rates = Rates.from_parameters(
            {key.removeprefix("ttp:"): value for key, value in attributes.items()}
        )

    def _begin_paragraph(self, element: _Element) -> None:
        self._depth = len(self._stack)
        around = self._stack[-2].language
        self._languages.add(element.language)
        if element.language != around:
            self._quoted.setdefault(element.language, around)
        self._paragraph = Paragraph(
            interval=element.interval,
            placement=self._styles.placement(element.look),
            language=element.language,
            number=self._line(),
        )

    def _end_paragraph(self, paragraph: Paragraph, element: _Element) -> None:
        translated, untimed = paragraph.close(self._cues)
        self._paragraphs += 1
        self._divided += bool(translated)
        for language in translated:
            self._of_lines.setdefault(language, element.language)
        if untimed and not self._unread:
            self._warnings.add_once(
                "captions without times are shown after the ones before them", self._line()
            )

    def _inside(self, element: _Element) -> None:
        """Note what begins inside a paragraph."""
        assert self._paragraph is not None
        local = element.name.rpartition(":")[2]
        if element.name == "p":
            self._warnings.add_once("a paragraph in another one is read as a line of it", self._line())
            self._paragraph.end_line(element.interval, element.speaker)
        if element.name not in CONTENT and local not in LETTER_STYLES and not element.unseen:
            self._warnings.add_once(f"<{local}> is no element of TTML; its text is kept", self._line())
        if element.look.ruby == "text" and not element.look.hidden:
            self._paragraph.write("(", element.look.style, element.interval, element.speaker)

    def _change(self, element: _Element, attributes: Mapping[str, str]) -> None:
        """Read a change of style: of these, only that something is shown from then on is kept."""
        appears = attributes.get("tts:display", "none") != "none"
        if appears and not element.look.displayed and element.name in CONTENT:
            element.look = replace(element.look, displayed=True)
            element.interval = self._timed(attributes, element)
        elif element.name in CONTENT:
            self._warnings.add_once("changes of style in time (set) are left out", self._line())

    def _interval(self) -> Interval:
        return self._stack[-1].interval

    def _element(self, name: str, attributes: Mapping[str, str], parent: _Element) -> _Element:
        unseen = parent.unseen or name in UNSEEN
        interval = self._timed(attributes, parent) if name in CONTENT else parent.interval
        agents = attributes.get("ttm:agent", "").split()
        space = attributes.get("xml:space")
        look = parent.look
        if not unseen and name != "region":
            look = self._styles.look(
                attributes, parent.look, element_styles=LETTER_STYLES.get(name.rpartition(":")[2])
            )
        return _Element(
            name=name,
            interval=interval,
            ends=not attributes.keys().isdisjoint(("end", "dur")),
            sequential=attributes.get("timeContainer") == "seq",
            follows=interval.begin,
            speaker=" ".join(self._agents.get(agents[0], "").split()) if agents else parent.speaker,
            preserve=parent.preserve if space is None else space == "preserve",
            language=attributes.get("xml:lang", parent.language)[:50],
            look=look,
            unseen=unseen,
        )

    def _timed(self, attributes: Mapping[str, str], parent: _Element) -> Interval:
        if not attributes.keys() & {"begin", "end", "dur"} and not parent.sequential:
            return parent.interval
        outer = parent.interval
        base = parent.follows if parent.sequential else outer.begin
        given = {key: self._time(key, attributes.get(key)) for key in ("begin", "end", "dur")}
        if not parent.sequential and _is_absolute(given["begin"], base, outer, surely=self._absolute):
            self._warnings.add_once(
                "times count from the beginning of the file here, not from that of their parent", self._line()
            )
            base = 0
        begin = base + (given["begin"] or 0)
        ends = [outer.end, _plus(base, given["end"]), _plus(begin, given["dur"])]
        lost = given["begin"] is None and "begin" in attributes
        return Interval(
            begin=begin,
            end=min((each for each in ends if each is not None), default=None),
            known=not lost
            and (parent.sequential or outer.known or given["begin"] is not None or "end" in attributes),
        )

    def _time(self, name: str, expression: str | None) -> int | None:
        found = self._rates.milliseconds(expression)
        if expression is not None:
            if found is None:
                self._unread += 1
                self._warnings.add(f"{name}={quoted(expression)} is no time that can be read", self._line())
            elif doubt := self._rates.doubt(expression):
                self._warnings.add_once(doubt, self._line())
        return found

    def _name(self, tag: str) -> str:
        """Return the local name, with xml:, ttm:, ttp: or tts: before it, or smpte: and the like."""
        space, _, local = tag.rpartition(NAMESPACE_MARK)
        if not space or space == self._root_namespace:
            return local
        if space == XML:
            return f"xml:{local}"
        match = TTML_NAMESPACE.fullmatch(space)
        return f"foreign:{local}" if match is None else f"{PREFIXES.get(match[1], 'other:')}{local}"


def _is_absolute(begin: int | None, base: int, outer: Interval, *, surely: bool) -> bool:
    """Tell whether a time lies in its parent only if it counts from the beginning of the file."""
    if begin is None or outer.end is None or not base:
        return False
    return (surely or base + begin >= outer.end) and outer.begin <= begin < outer.end


def _plus(base: int, time: int | None) -> int | None:
    return None if time is None else base + time
