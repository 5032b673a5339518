"""SAMI, the captions of Windows Media: HTML-like, each SYNC shows its text until the next one.

Source: "Understanding SAMI 1.0" (Microsoft).
"""

from __future__ import annotations

from scribedock_captions.document import CaptionDocument
from scribedock_captions.writers.markup import escaped, legal

HEAD = """\
<SAMI>
<HEAD>
<TITLE>{title}</TITLE>
<STYLE TYPE="text/css">
<!--
P {{ font-family: sans-serif; text-align: center; color: white; background-color: black; }}
.{name} {{ Name: {language}; lang: {language}; SAMIType: CC; }}
-->
</STYLE>
</HEAD>
<BODY>
"""
TAIL = "</BODY>\n</SAMI>\n"


def write(document: CaptionDocument) -> str:
    """Write a SAMI file."""
    language = document.metadata.language
    name = class_name(language)
    title = escaped(document.metadata.title)
    blocks = [HEAD.format(title=title, name=name, language=language)]
    end = None
    for caption in document.captions:
        if end is not None and end != caption.start:
            blocks.append(_sync(end, name, "&nbsp;"))
        text = escaped("\n".join(caption.lines)).replace("\n", "<br>")
        blocks.append(_sync(caption.start, name, text))
        end = caption.end
    if end is not None:
        blocks.append(_sync(end, name, "&nbsp;"))
    return legal("".join(blocks) + TAIL)


def class_name(language: str) -> str:
    """Return the style class of a language: ENCC, PTBRCC."""
    return "".join(letter for letter in language.upper() if letter.isalnum()) + "CC"


def _sync(start: int, name: str, text: str) -> str:
    return f"<SYNC Start={start}><P Class={name}>{text}\n"
