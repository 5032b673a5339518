"""The names of the formats that are read."""

from __future__ import annotations

from enum import StrEnum


class TextFormat(StrEnum):
    """The formats of `add_transcript`."""

    TEXT = "text"
    SRT = "srt"
    VTT = "vtt"
    DFXP = "dfxp"
    SCC = "scc"
    SBV = "sbv"
