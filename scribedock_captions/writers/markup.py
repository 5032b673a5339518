"""Text among tags: escaped, and without what XML 1.0 cannot hold."""

from __future__ import annotations

import re

ILLEGAL_CHARACTERS = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What is no Char of XML 1.0, production 2."""


def escaped(text: str) -> str:
    """Escape a text that stands between tags."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def quoted(text: str) -> str:
    """Escape a text that stands in an attribute, and put it in double quotes."""
    return '"' + escaped(text).replace('"', "&quot;") + '"'


def legal(document: str) -> str:
    """Replace each character that XML 1.0 forbids by U+FFFD."""
    return ILLEGAL_CHARACTERS.sub("\ufffd", document)
