"""The parts of a TTML document that its profiles share.

Source: W3C, Timed Text Markup Language 1 (TTML1).
"""

from __future__ import annotations

from collections.abc import Sequence

from scribedock_captions.caption import Caption
from scribedock_captions.document import CaptionDocument, Metadata
from scribedock_captions.placement import USUAL_PLACEMENT, Horizontal, Vertical
from scribedock_captions.style import Style, pieces_of
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
BOTTOM = "bottom"
DISPLAY_ALIGN = {Vertical.TOP: "before", Vertical.MIDDLE: "center", Vertical.BOTTOM: "after"}
STYLE_ATTRIBUTES = (
    ("italic", 'tts:fontStyle="italic"'),
    ("bold", 'tts:fontWeight="bold"'),
    ("underline", 'tts:textDecoration="underline"'),
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


def body(source: CaptionDocument, *, attributes: str = "", placed: bool = False) -> str:
    """Return a body with a paragraph for each caption; `placed`: in the region that `layout` has for it."""
    paragraphs = []
    for caption in source.captions:
        place = _place(caption) if placed else ""
        paragraphs.append(
            f'   <p begin="{clock(caption.start)}" end="{clock(caption.end)}"{place}>{_text(caption)}</p>\n'
        )
    return wrapped("".join(paragraphs), attributes=attributes)


def layout(captions: Sequence[Caption]) -> str:
    """Return the layout of a head: the region at the bottom, and one for each other place."""
    regions = {region_of(each): each.placement for each in captions if each.placement is not None}
    regions.pop(BOTTOM, None)
    added = "".join(
        f'   <region xml:id="{name}" tts:origin="10% 10%" tts:extent="80% 80%"'
        f' tts:displayAlign="{DISPLAY_ALIGN[place.vertical]}"/>\n'
        for name, place in regions.items()
    )
    return LAYOUT.replace("  </layout>", f"{added}  </layout>")


def region_of(caption: Caption) -> str:
    """Return the name of the region in which a caption stands."""
    return (caption.placement or USUAL_PLACEMENT).vertical.value


def _place(caption: Caption) -> str:
    """Return the attributes of a paragraph that stands elsewhere than the body says."""
    place = caption.placement
    if place is None:
        return ""
    side = "" if place.horizontal is Horizontal.CENTER else f' tts:textAlign="{place.horizontal}"'
    return f' region="{region_of(caption)}"{side}'


def _text(caption: Caption) -> str:
    if not caption.spans:
        return escaped("\n".join(caption.lines)).replace("\n", "<br/>")
    return "<br/>".join(
        "".join(_styled(escaped(text), style) for text, style in pieces_of(line, spans))
        for line, spans in zip(caption.lines, caption.spans, strict=True)
    )


def _styled(text: str, style: Style) -> str:
    given = "".join(f" {value}" for name, value in STYLE_ATTRIBUTES if getattr(style, name))
    return f"<span{given}>{text}</span>" if given else text


def wrapped(paragraphs: str, *, attributes: str = "") -> str:
    """Put a body around its paragraphs; without any, an empty div is valid too."""
    return f" <body{attributes}>\n  <div>\n{paragraphs}  </div>\n </body>\n"
