"""Text among tags: escaped, and without what XML 1.0 cannot hold."""

from __future__ import annotations

import re
from collections.abc import Callable

from scribedock_captions.caption import Caption
from scribedock_captions.style import Style, pieces_of

ILLEGAL_CHARACTERS = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What is no Char of XML 1.0, production 2."""
TAGS = (("italic", "i"), ("bold", "b"), ("underline", "u"))
"""Of SubRip and WebVTT, by what they do."""


def escaped(text: str) -> str:
    """Escape a text that stands between tags."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def quoted(text: str) -> str:
    """Escape a text that stands in an attribute, and put it in double quotes."""
    return '"' + escaped(text).replace('"', "&quot;") + '"'


def legal(document: str) -> str:
    """Replace each character that XML 1.0 forbids by U+FFFD."""
    return ILLEGAL_CHARACTERS.sub("\ufffd", document)


def styled_lines(caption: Caption, escape: Callable[[str], str]) -> list[str]:
    """Return the lines of a caption with the tags of their styles; `escape` is for the text among them."""
    if not caption.spans:
        return [escape(line) for line in caption.lines]
    return [
        "".join(_tagged(escape(text), style) for text, style in pieces_of(line, spans))
        for line, spans in zip(caption.lines, caption.spans, strict=True)
    ]


def _tagged(text: str, style: Style) -> str:
    names = [tag for name, tag in TAGS if getattr(style, name)]
    opened = "".join(f"<{name}>" for name in names)
    return opened + text + "".join(f"</{name}>" for name in reversed(names))
