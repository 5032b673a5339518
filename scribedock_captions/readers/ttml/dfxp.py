"""TTML and DFXP: the namespaces of 2006 and those of TTML1 and 2, and files that have none.

No DTD, no entities; the document is read element by element, so that its size in memory is that of its text.
"""

from __future__ import annotations

import re
from html.entities import html5
from xml.parsers import expat

from scribedock_captions.errors import UnreadableFile
from scribedock_captions.readers.cue import CueFile
from scribedock_captions.readers.ttml.document import NAMESPACE_MARK, Document
from scribedock_captions.readers.warnings import quoted

DECLARATION = re.compile(r"\A\ufeff?\s*<\?xml[^>]*\?>")
ENTITY = re.compile(r"&([A-Za-z][A-Za-z0-9]{1,30});")
XML_ENTITIES = frozenset(["amp", "lt", "gt", "quot", "apos"])
FEED_BYTES = 64 * 1024  # bytes that the parser is given at once


def read(text: str) -> CueFile:
    """Read a TTML document.  Raises UnreadableFile for what is not well-formed, has a DTD, or is no TTML."""
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        raise UnreadableFile("The DFXP transcript may not have a DTD or entities")
    parser = expat.ParserCreate(encoding="utf-8", namespace_separator=NAMESPACE_MARK)
    document = Document(line=lambda: parser.CurrentLineNumber)
    parser.buffer_text = True
    parser.StartElementHandler = document.start
    parser.EndElementHandler = document.end
    parser.CharacterDataHandler = document.data
    data = ENTITY.sub(_character, DECLARATION.sub(_line_feeds, text)).encode()
    try:
        for place in range(0, len(data), FEED_BYTES):
            parser.Parse(data[place : place + FEED_BYTES], False)
        parser.Parse(b"", True)
    except expat.ExpatError as error:
        problem = f"{expat.ErrorString(error.code)} in line {error.lineno}"
        line = text.split("\n", error.lineno)[error.lineno - 1 : error.lineno]
        shown = f": {quoted(line[0])}" if line and line[0].strip() else ""
        raise UnreadableFile(f"The DFXP transcript is not well-formed XML: {problem}{shown}") from None
    return document.close()


def _line_feeds(declaration: re.Match[str]) -> str:
    return "\n" * declaration[0].count("\n")


def _character(entity: re.Match[str]) -> str:
    """Replace the named characters of HTML, which many files have, though XML knows five of them."""
    return entity[0] if entity[1] in XML_ENTITIES else html5.get(f"{entity[1]};", entity[0])
