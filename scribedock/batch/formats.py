"""The formats of the files that are written, named by their endings."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path

from scribedock.host.near_misses import did_you_mean, near_miss
from scribedock_captions.document import Metadata
from scribedock_captions.elementlist.codec import parse
from scribedock_captions.options import TranscriptOptions
from scribedock_captions.pipeline import lay_out, render
from scribedock_captions.rendering import render_transcript
from scribedock_captions.writers import CaptionFormat


class UnknownFormat(ValueError):
    """There is no format of this name; the text says which there are."""


class OutputFormat(StrEnum):
    """What can be written: captions, the transcript in paragraphs (txt), and the ElementList (json)."""

    SRT = "srt"
    VTT = "vtt"
    TXT = "txt"
    JSON = "json"
    DFXP = "dfxp"
    SCC = "scc"
    SBV = "sbv"
    QT = "qt"
    SMI = "smi"
    TWX = "twx"
    TPM = "tpm"
    ECHO = "echo"

    @property
    def ending(self) -> str:
        return ENDINGS.get(self, f".{self.value}")


ENDINGS: Mapping[OutputFormat, str] = {
    OutputFormat.QT: ".qt.txt",
    OutputFormat.TWX: ".twx.xml",
    OutputFormat.TPM: ".tpm.xml",
    OutputFormat.ECHO: ".echo.xml",
}
CAPTIONS: Mapping[OutputFormat, CaptionFormat] = {
    OutputFormat.VTT: CaptionFormat.WEB_VTT,
    OutputFormat.SMI: CaptionFormat.SAMI,
}


def parse_formats(text: str) -> list[OutputFormat]:
    """Read names of formats with commas between them, each once. Raises UnknownFormat."""
    names = [name.strip().lower().removeprefix(".") for name in text.split(",")]
    for name in names:
        if name not in list(OutputFormat):
            guess = did_you_mean(near_miss(name, OutputFormat))
            known = ", ".join(OutputFormat)
            raise UnknownFormat(f"{name!r} is no format; {guess or f'there are {known}'}")
    return list(dict.fromkeys(map(OutputFormat, names)))


def write(elementlist: bytes, format: OutputFormat, recording: Path, media_ms: int) -> bytes:
    """Return a file's bytes, from the ElementList of a recording of this length."""
    if format is OutputFormat.JSON:
        return elementlist
    words = parse(elementlist)
    if format is OutputFormat.TXT:
        return render_transcript(words, TranscriptOptions()).body
    wanted = CAPTIONS.get(format) or CaptionFormat(format.value.upper())
    metadata = Metadata(title=recording.stem, language_header=True)
    document = lay_out(words, format=wanted, duration=media_ms, metadata=metadata)
    return render(document, wanted).body
