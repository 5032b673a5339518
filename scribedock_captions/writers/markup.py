"""Text among tags: escaped, and without what XML 1.0 cannot hold."""

from __future__ import annotations

import re

ILLEGAL = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What is no Char of XML 1.0, production 2."""


def escaped(text: str) -> str:
    """Text between tags."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def quoted(text: str) -> str:
    """Text in an attribute, with its double quotes."""
    return '"' + escaped(text).replace('"', "&quot;") + '"'


def legal(document: str) -> str:
    """The document with U+FFFD for each character that XML 1.0 forbids."""
    return ILLEGAL.sub("\ufffd", document)
