r"""Captions and transcripts: read them, lay them out, render them, check them.

Four functions, each of which takes what the one before gives:

    read     the bytes of a file             → an ElementList, or the cues of a file
    lay_out  an ElementList or cues          → captions: lines of text, and when they are shown
    render   captions                        → the bytes of a file, in one of eleven formats
    check    captions                        → what is wrong with them, by a broadcaster's guide

An ElementList is a transcript in which every word has a time: `to_json` writes one, and `render_transcript`
makes paragraphs of it.  All times are whole milliseconds from the beginning of the recording; lengths of text
count characters as a reader sees them.  Whatever cannot be used raises a `CaptionsError`, whose message says
what would be right.

>>> from scribedock_captions import PRESETS, CaptionFormat, Preset, check, lay_out, read, render
>>> said = b"1\n00:00:01,000 --> 00:00:06,000\nWe left before the sun was up: the tide waits for nobody.\n"
>>> captions = lay_out(read(said), PRESETS[Preset.BBC], format=CaptionFormat.WEB_VTT)
>>> print(render(captions, CaptionFormat.WEB_VTT).body.decode(), end="")
WEBVTT
<BLANKLINE>
00:00:01.000 --> 00:00:06.000
We left before the sun was up:
the tide waits for nobody.
>>> check(captions, Preset.BBC).counts()
{}

What it does not do: recognize speech, translate, read or write files, talk to a network.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from scribedock_captions.caption import Caption
    from scribedock_captions.document import CaptionDocument, Metadata
    from scribedock_captions.elementlist.codec import to_json
    from scribedock_captions.elementlist.model import (
        Annotation,
        ElementList,
        Gender,
        Segment,
        Sequence,
        Speaker,
        Tag,
        TimeRange,
        Token,
        TokenType,
    )
    from scribedock_captions.errors import (
        CaptionsError,
        FileTooLarge,
        InvalidElementList,
        UnreadableFile,
        UnsupportedFormat,
        UnusableOption,
        UnwritableCaptions,
    )
    from scribedock_captions.options import (
        CaptionOptions,
        Case,
        FileFormat,
        LineEnding,
        SpeakerDisplay,
        Spelling,
        TranscriptOptions,
    )
    from scribedock_captions.pipeline import check, lay_out, read, render
    from scribedock_captions.placement import Horizontal, Placement, Vertical
    from scribedock_captions.presets import PRESETS, Preset
    from scribedock_captions.quality.check import RULES, Finding, Report, Rule, Severity
    from scribedock_captions.readers import Cue, CueFile, Line, ReadingWarning, TextFormat
    from scribedock_captions.rendering import CaptionFormat, Rendering, render_transcript
    from scribedock_captions.style import Style, StyledSpan

__version__ = "0.1.0"

__all__ = [
    "PRESETS",
    "RULES",
    "Annotation",
    "Caption",
    "CaptionDocument",
    "CaptionFormat",
    "CaptionOptions",
    "CaptionsError",
    "Case",
    "Cue",
    "CueFile",
    "ElementList",
    "FileFormat",
    "FileTooLarge",
    "Finding",
    "Gender",
    "Horizontal",
    "InvalidElementList",
    "Line",
    "LineEnding",
    "Metadata",
    "Placement",
    "Preset",
    "ReadingWarning",
    "Rendering",
    "Report",
    "Rule",
    "Segment",
    "Sequence",
    "Severity",
    "Speaker",
    "SpeakerDisplay",
    "Spelling",
    "Style",
    "StyledSpan",
    "Tag",
    "TextFormat",
    "TimeRange",
    "Token",
    "TokenType",
    "TranscriptOptions",
    "UnreadableFile",
    "UnsupportedFormat",
    "UnusableOption",
    "UnwritableCaptions",
    "Vertical",
    "check",
    "lay_out",
    "read",
    "render",
    "render_transcript",
    "to_json",
]

# A module is imported when a name of it is first asked for: a program that wants the options alone does not
# wait for lxml and regex.
_HOMES = {
    "caption": ["Caption"],
    "document": ["CaptionDocument", "Metadata"],
    "elementlist.codec": ["to_json"],
    "elementlist.model": [
        *("Annotation", "ElementList", "Gender", "Segment", "Sequence"),
        *("Speaker", "Tag", "TimeRange", "Token", "TokenType"),
    ],
    "errors": [
        *("CaptionsError", "FileTooLarge", "InvalidElementList"),
        *("UnreadableFile", "UnsupportedFormat", "UnusableOption", "UnwritableCaptions"),
    ],
    "options": [
        *("CaptionOptions", "Case", "FileFormat", "LineEnding"),
        *("SpeakerDisplay", "Spelling", "TranscriptOptions"),
    ],
    "pipeline": ["check", "lay_out", "read", "render"],
    "presets": ["PRESETS", "Preset"],
    "quality.check": ["RULES", "Finding", "Report", "Rule", "Severity"],
    "placement": ["Horizontal", "Placement", "Vertical"],
    "readers": ["Cue", "CueFile", "Line", "ReadingWarning", "TextFormat"],
    "style": ["Style", "StyledSpan"],
    "rendering": ["CaptionFormat", "Rendering", "render_transcript"],
}

if not TYPE_CHECKING:

    def __getattr__(name: str) -> object:
        for home, names in _HOMES.items():
            if name in names:
                found = globals()[name] = getattr(import_module(f"{__name__}.{home}"), name)
                return found
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

    def __dir__() -> list[str]:
        return sorted({*globals(), *__all__})
