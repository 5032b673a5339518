"""The text track of QuickTime: a time stamp, then the text that is shown from there on.

Source: text descriptors and time stamps in the QuickTime 4 reference.  The last line is a time stamp, the
end of the last sample.  The format knows no escape: a brace begins a descriptor wherever it stands, and a
bracket before digits a time, so both become parentheses.
"""

from __future__ import annotations

import re

from scribedock_captions.document import CaptionDocument
from scribedock_captions.writers.clock import clock

HEAD = (
    "{QTtext}{font:Arial}{plain}{size:12}{textColor:65535,65535,65535}{backColor:0,0,0}{justify:center}"
    "{timeScale:1000}{timeStamps:absolute}\n"
)
TIME_LIKE_TEXT = re.compile(r"\[([\d:.]*)\]")


def write(document: CaptionDocument) -> str:
    """Write a QuickTime text track."""
    blocks = [HEAD]
    end = 0
    for caption in document.captions:
        if caption.start > end:
            blocks.append(f"[{clock(end)}]\n\n")
        blocks.append(f"[{clock(caption.start)}]\n{_escaped(chr(10).join(caption.lines))}\n")
        end = caption.end
    return "".join(blocks) + f"[{clock(end)}]\n"


def _escaped(text: str) -> str:
    """Replace what the format would take for a descriptor or a time."""
    text = text.replace("{", "(").replace("}", ")")
    return TIME_LIKE_TEXT.sub(r"(\1)", text) if "[" in text else text
