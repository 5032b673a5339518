"""The formats of captions: one module each, and one line here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from scribedock.captions.caption import Caption
from scribedock.captions.options import CaptionOptions
from scribedock.captions.writers import srt, transcript, web_vtt


class CaptionFormat(StrEnum):
    """The formats of `get_caption`."""

    SRT = "SRT"
    SBV = "SBV"
    SCC = "SCC"
    DFXP = "DFXP"
    QT = "QT"
    TRANSCRIPT = "TRANSCRIPT"
    TWX = "TWX"
    TPM = "TPM"
    WEB_VTT = "WEB_VTT"
    ECHO = "ECHO"
    SAMI = "SAMI"


@dataclass(frozen=True, kw_only=True)
class Writer:
    """How a format is written: `write` gives the text of the whole file, with line feeds."""

    write: Callable[[list[Caption], CaptionOptions], str]
    media_type: str
    extension: str


WRITERS: Mapping[CaptionFormat, Writer] = {
    CaptionFormat.SRT: Writer(write=srt.write, media_type="text/plain", extension=".srt"),
    CaptionFormat.WEB_VTT: Writer(write=web_vtt.write, media_type="text/vtt", extension=".vtt"),
    CaptionFormat.TRANSCRIPT: Writer(write=transcript.write, media_type="text/plain", extension=".txt"),
}
