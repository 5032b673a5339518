"""Captions as Advanced SubStation Alpha, which libass draws into a picture.

The text of a caption never becomes a command: braces and backslashes, which would begin one, are replaced by
characters that look like them.
"""

from __future__ import annotations

from scribedock_captions.elementlist.model import ElementList
from scribedock_captions.options import CaptionOptions
from scribedock_captions.rendering import CaptionFormat, captions_of

# A picture of 384 by 288 is scaled to the real one. White on half-transparent black, at the bottom.
HEAD = """\
[Script Info]
ScriptType: v4.00+
WrapStyle: 2
ScaledBorderAndShadow: yes
PlayResX: 384
PlayResY: 288

[V4+ Styles]
Format: Name, Fontname, Fontsize, PrimaryColour, OutlineColour, BackColour, BorderStyle, Outline, Shadow, \
Alignment, MarginL, MarginR, MarginV, Encoding
Style: Default,Sans,15,&H00FFFFFF,&H80000000,&H80000000,3,2,0,2,10,10,12,1

[Events]
Format: Layer, Start, End, Style, Text
"""
SAFE = str.maketrans({"{": "(", "}": ")", "\\": "⧵"})


def subtitles(elementlist: ElementList, options: CaptionOptions | None = None) -> str:
    """Return an ASS file with the captions that an SRT file would have, at the bottom of the picture."""
    document = captions_of(elementlist, CaptionFormat.SRT, options or CaptionOptions())
    events = [
        f"Dialogue: 0,{_clock(caption.start)},{_clock(caption.end)},Default,{_text(caption.lines)}\n"
        for caption in document.captions
    ]
    return HEAD + "".join(events)


def _text(lines: tuple[str, ...]) -> str:
    return "\\N".join(" ".join(line.split()).translate(SAFE) for line in lines)


def _clock(ms: int) -> str:
    """Format a time in ms as H:MM:SS.cc, since ASS knows hundredths."""
    seconds, hundredths = divmod((ms + 5) // 10, 100)
    return f"{seconds // 3600}:{seconds // 60 % 60:02d}:{seconds % 60:02d}.{hundredths:02d}"
