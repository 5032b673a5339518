"""The parts of a TTML document that its profiles share.

Source: W3C, Timed Text Markup Language 1 (TTML1).
"""

from __future__ import annotations

from scribedock_captions.document import CaptionDocument, Metadata
from scribedock_captions.writers.clock import clock
from scribedock_captions.writers.markup import escaped, legal, quoted

TT = "http://www.w3.org/ns/ttml"
PREFIXES = {"ttm": f"{TT}#metadata", "ttp": f"{TT}#parameter", "tts": f"{TT}#styling"}
STYLING = (
    "  <styling>\n"
    '   <style xml:id="caption" tts:color="white" tts:backgroundColor="black" tts:fontFamily="sansSerif"'
    ' tts:fontSize="100%" tts:textAlign="center"/>\n'
    "  </styling>\n"
)
LAYOUT = (
    "  <layout>\n"
    '   <region xml:id="bottom" tts:origin="10% 10%" tts:extent="80% 80%" tts:displayAlign="after"/>\n'
    "  </layout>\n"
)


def document(metadata: Metadata, *, head: str, body: str) -> str:
    """Return a whole file; `head` and `body` are the elements of these names."""
    prefixes = "".join(f' xmlns:{prefix}="{uri}"' for prefix, uri in PREFIXES.items())
    return legal(
        f'<?xml version="1.0" encoding="UTF-8"?>\n<tt xmlns="{TT}"{prefixes}'
        f" xml:lang={quoted(metadata.language)}>\n{head}{body}</tt>\n"
    )


def head(metadata: Metadata | None, *parts: str) -> str:
    """Return the head, with title and description of the recording unless `metadata` is None."""
    titles = ""
    if metadata is not None:
        titles = (
            f"  <metadata>\n   <ttm:title>{escaped(metadata.title)}</ttm:title>\n"
            f"   <ttm:desc>{escaped(metadata.identifier)}</ttm:desc>\n  </metadata>\n"
        )
    content = titles + "".join(parts)
    return f" <head>\n{content} </head>\n" if content else ""


def body(source: CaptionDocument, *, attributes: str = "") -> str:
    """Return a body with a paragraph for each caption."""
    paragraphs = []
    for caption in source.captions:
        text = escaped("\n".join(caption.lines)).replace("\n", "<br/>")
        paragraphs.append(f'   <p begin="{clock(caption.start)}" end="{clock(caption.end)}">{text}</p>\n')
    return wrapped("".join(paragraphs), attributes=attributes)


def wrapped(paragraphs: str, *, attributes: str = "") -> str:
    """Put a body around its paragraphs; without any, an empty div is valid too."""
    return f" <body{attributes}>\n  <div>\n{paragraphs}  </div>\n </body>\n"
