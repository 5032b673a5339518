"""Strangers' text on a terminal: what would move the cursor, hide or reorder text is escaped.

Names of accounts and jobs, captions and error texts come from anyone with an account. Escape sequences in
them could rewrite what an operator has seen, and bidirectional controls mislead the reader (CVE-2021-42574).
"""

from __future__ import annotations

import json
import re
import shutil
import sys
import textwrap
import unicodedata
from collections.abc import Callable

MIN_COLUMNS = 40
INVISIBLE = re.compile("[\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0]")
"""Letters and marks that are invisible; other invisible characters are not printable anyway."""


def printable(text: str, *, keep: str = "") -> str:
    r"""Return the text with escapes such as `\x1b` in place of line feeds, controls and invisible characters.

    keep: characters that are left as they are.
    """
    return _escaped(text, keep, lambda char: char.encode("unicode_escape").decode())


def wrapped(text: str, *, indent: str, first: str = "") -> str:
    """Return the text in lines as wide as the terminal, each with the indent; one line into a pipe.

    Words are never divided. first: printed in front of the first line instead of the indent.
    """
    columns = shutil.get_terminal_size().columns if sys.stdout.isatty() else sys.maxsize
    lines = textwrap.wrap(
        printable(text),
        max(columns - 1, MIN_COLUMNS),
        initial_indent=first or indent,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )
    return "\n".join(lines) or first


def escape_markup(text: str) -> str:
    """Return the text escaped for rich's markup, of which it has none itself."""
    from rich.markup import escape  # the command line starts without rich

    return escape(printable(text))


def printable_json(document: str) -> str:
    """Return a JSON document as printable text with the same meaning."""
    return _escaped(document, "\n", lambda char: json.dumps(char)[1:-1])


def _escaped(text: str, keep: str, escape: Callable[[str], str]) -> str:
    if text.isprintable() and not INVISIBLE.search(text):
        return text
    return "".join(char if _is_harmless(char) or char in keep else escape(char) for char in text)


def _is_harmless(char: str) -> bool:
    if char.isprintable():
        return not INVISIBLE.match(char)
    return unicodedata.category(char) == "Zs"  # a space of any width
