"""Detecting the format of a file from its content, and naming formats that are known but not read.

A file of another format would otherwise be taken for plain text, and its times and commands for speech.
"""

from __future__ import annotations

import re

from scribedock_captions.errors import UnsupportedFormat
from scribedock_captions.readers import sbv, web_vtt
from scribedock_captions.readers.formats import TextFormat
from scribedock_captions.readers.scc import scc
from scribedock_captions.readers.srt_times import looks_like_times

MAX_LOOK = 200_000  # characters that are looked at
MARKED = 0.6  # the share of lines that have a mark where the format asks for one in each
PROLOGUE = r"\ufeff?\s*(?:<\?[^>]{0,2000}\?>\s*|<!--.{0,10000}?-->\s*){0,20}"

READ = (
    (web_vtt.LIKE_SIGNATURE, TextFormat.VTT),
    (
        re.compile(PROLOGUE + r"(?:<!DOCTYPE[^>]{0,1000}>\s*)?<(?:\w{1,20}:)?tt[\s/>]", re.DOTALL),
        TextFormat.DFXP,
    ),
    (scc.LIKE_SIGNATURE, TextFormat.SCC),
    (sbv.SIGNATURE, TextFormat.SBV),
)


def _begins(pattern: str) -> re.Pattern[str]:
    return re.compile(rf"\ufeff?\s*(?:{pattern})", re.IGNORECASE)


def _root(names: str) -> re.Pattern[str]:
    return re.compile(
        PROLOGUE + rf"(?:<!DOCTYPE[^>]{{0,1000}}>\s*)?<(?:\w{{1,20}}:)?(?:{names})[\s/>]", re.S | re.I
    )


NOT_READ = (
    (_begins(r"File Format\s*=\s*MacCaption_MCC"), "MCC (MacCaption)"),
    (_root("SAMI"), "SAMI"),
    (_begins(r"\{QTtext\}"), "QuickTime text"),
    (
        _begins(r"(?:[;!][^\n]{0,200}\n\s*){0,20}\[Script Info\]|\[V4\+? Styles\]|Dialogue:\s"),
        "SubStation Alpha (ASS or SSA)",
    ),
    (
        _begins(r"\[INFORMATION\]|\[TITLE\].{0,200}\n\[AUTHOR\]|\d\d:\d\d:\d\d\.\d\d,\d\d:\d\d:\d\d\.\d\d\n"),
        "SubViewer",
    ),
    (_root("transcript|timedtext"), "YouTube XML"),
    (_begins(r"start\tend\ttext\n"), "TSV, as Whisper writes it"),
    (_begins(r"\$\w{1,30}\s*=|//[^\n]{0,200}\n(?:\s*\$|\d\d:\d\d:\d\d:\d\d\s*,)"), "Spruce STL"),
    (_begins(r"\d\d:\d\d:\d\d:\d\d\s*,\s*\d\d:\d\d:\d\d:\d\d\s*,"), "Spruce STL"),
    (_begins(r"@ This file written with the Avid Caption plugin|<begin subtitles>"), "Avid DS captions"),
    (_begins(r"\*\* Caption Number"), "Cheetah captions"),
    (_begins(r"# VobSub index file"), "VobSub"),
    (_begins(r"-->> \d{1,9}\n"), "AQTitle"),
    (_begins(r"TITLE:[^\n]{0,200}\n+FCM:"), "an edit list"),
    (_root("USFSubtitles"), "Universal Subtitle Format"),
    (_root("TextStream"), "timed text of MPEG-4 (TTXT)"),
    (_root("DCSubtitle|SubtitleReel"), "subtitles of digital cinema"),
    (_root("xmeml|fcpxml"), "a project of Final Cut"),
    (_root("window"), "RealText"),
    (_root("html"), "HTML"),
    (re.compile(r"\s*<!DOCTYPE html", re.IGNORECASE), "HTML"),
    (re.compile(r"""\ufeff?\s*[\[{]\s*(?:\{\s*)?"\w+"\s*:"""), "JSON"),
    (_begins(r'"?(?:number|no\.?|#|index|id)"?[,;]"?(?:start|begin|in)\b'), "CSV"),
    (_begins(r'"?(?:start|begin|in)[\w ]{0,20}"?[,;\t]"?(?:end|out|stop|duration)\b'), "CSV"),
    (re.compile(r"\ufeff?\s*<\?xml"), "XML, but not TTML"),
)
OF_EACH_LINE = (
    (re.compile(r"\{\d{1,9}\}\{\d{0,9}\}"), "MicroDVD"),
    (re.compile(r"\[\d{1,9}\]\[\d{0,9}\]"), "MPL2"),
    (
        re.compile(
            r"\[\d{1,3}:\d\d(?:\.\d{2,3}|:\d{2}(?=\][^ ]))\](?!$)"
            r"|\[(?:ar|al|ti|au|by|offset|re|ve|length|la|id):[^\]]{0,200}\]$",
            re.IGNORECASE,
        ),
        "LRC",
    ),
    (re.compile(r"\d\d:\d\d:\d\d[:=](?!\d)"), "TMPlayer"),
    (re.compile(r"\d{1,9}\s?,\s?\d{1,9}\s?,\s?\""), "PJS"),
    (re.compile(r"\d{1,2}:\d\d:\d\d\.\d\d \d{1,2}:\d\d:\d\d\.\d\d \S"), "JACOsub"),
    (
        re.compile(r"(?:\d{1,9} )?\d\d[:;]\d\d[:;]\d\d[:;]\d\d \d\d[:;]\d\d[:;]\d\d[:;]\d\d \S"),
        "Adobe Encore text",
    ),
    (re.compile(r"(?:\d{1,9}\t)?\d{1,3}[:;]\d\d[:;]\d\d(?:[:;.,]\d{1,3})?\t\S|\d+\t\d+\t"), "TSV"),
)


def recognised(text: str) -> TextFormat:
    """Detect the format of a text from its content.

    Raises UnsupportedFormat for a format that is known and not read.
    """
    for look, format in READ:
        if look.match(text):
            return format
    name = unsupported(text)
    if name:
        raise UnsupportedFormat(f"The transcript is {name}, which is not read; use {', '.join(TextFormat)}")
    lines = text.split("\n")
    return TextFormat.SRT if any(looks_like_times(line) for line in lines) else TextFormat.TEXT


def look_of(text: str) -> str:
    """Return the name of the format that a text is in, read or not; empty for plain text."""
    try:
        format = recognised(text)
    except UnsupportedFormat:
        return unsupported(text)
    return "" if format is TextFormat.TEXT else format.value.upper()


def unsupported(text: str) -> str:
    """Return the name of the format, if it is one that is known and not read; empty otherwise."""
    for look, name in NOT_READ:
        if look.match(text):
            return name
    lines = [line.strip() for line in text[:MAX_LOOK].split("\n", 400)[:400] if line.strip()]
    for mark, name in OF_EACH_LINE:
        if len(lines) > 1 and sum(mark.match(line) is not None for line in lines) >= MARKED * len(lines):
            return name
    return ""
