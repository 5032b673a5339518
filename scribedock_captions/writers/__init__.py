"""The formats of captions: one module each, and one line here."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from scribedock_captions.style import EVERY_STYLE, Style
from scribedock_captions.writers import dfxp, echo, qt, sami, sbv, srt, tpm, transcript, twx, web_vtt
from scribedock_captions.writers.scc import scc
from scribedock_captions.writers.writer import Writer

__all__ = ["WRITERS", "CaptionFormat", "Writer"]


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


TTML = "application/ttml+xml"

WRITERS: Mapping[CaptionFormat, Writer] = {
    CaptionFormat.SRT: Writer(
        write=srt.write, media_type="text/plain", extension=".srt", styles=EVERY_STYLE, places=True
    ),
    CaptionFormat.SBV: Writer(write=sbv.write, media_type="text/plain", extension=".sbv"),
    CaptionFormat.SCC: Writer(
        write=scc.write,
        media_type="text/plain",
        extension=".scc",
        byte_mark=False,
        styles=Style(italic=True, underline=True),
        styles_words=True,
        short_ms=scc.LOADING_MS,
        limit_options=scc.limit_options,
        convert_words=scc.transliterate_words,
    ),
    CaptionFormat.DFXP: Writer(
        write=dfxp.write, media_type=TTML, extension=".dfxp", overlaps=True, styles=EVERY_STYLE, places=True
    ),
    CaptionFormat.QT: Writer(write=qt.write, media_type="text/plain", extension=".qt.txt", seamless=True),
    CaptionFormat.TRANSCRIPT: Writer(
        write=transcript.write, media_type="text/plain", extension=".txt", overlaps=True
    ),
    CaptionFormat.TWX: Writer(write=twx.write, media_type=TTML, extension=".xml", overlaps=True),
    CaptionFormat.TPM: Writer(
        write=tpm.write, media_type=TTML, extension=".xml", overlaps=True, styles=EVERY_STYLE
    ),
    CaptionFormat.WEB_VTT: Writer(
        write=web_vtt.write,
        media_type="text/vtt",
        extension=".vtt",
        overlaps=True,
        styles=EVERY_STYLE,
        places=True,
        voices=True,
    ),
    CaptionFormat.ECHO: Writer(
        write=echo.write, media_type=TTML, extension=".xml", overlaps=True, styles=EVERY_STYLE
    ),
    CaptionFormat.SAMI: Writer(write=sami.write, media_type="application/x-sami", extension=".smi"),
}
