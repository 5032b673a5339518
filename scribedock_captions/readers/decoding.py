"""The characters of a text file, whatever encoding its bytes are in."""

from __future__ import annotations

import codecs
import re

from scribedock_captions.errors import FileTooLarge, UnreadableFile, UnsupportedFormat

MAX_FILE_BYTES = 8 * 1024 * 1024  # ten hours with the time of each word, in XML
BYTE_ORDER_MARKS = (  # the marks of UTF-32 before those of UTF-16, which they begin with
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
BINARY_FORMATS = (
    (b"PK\x03\x04", "a ZIP archive or an office document"),
    (b"%PDF", "a PDF"),
    (b"{\\rtf", "RTF"),
    (b"\xd0\xcf\x11\xe0", "an office document"),
    (b"\x1f\x8b", "a gzip archive"),
)
XML_ENCODING = re.compile(rb"""\A\s*<\?xml[^>]{0,100}?encoding\s*=\s*["']([A-Za-z][\w.-]{1,30})["']""")
KNOWN_ENCODINGS = re.compile(
    r"(iso-?8859-|windows-|cp|koi8-|shift_?jis|euc-|gb|big5|iso-2022-jp|macintosh)", re.I
)
SAMPLE_BYTES = 4096
WINDOWS_1252 = {
    0xDC00 + code: bytes((code,)).decode("cp1252", errors="replace") for code in range(0x80, 0x100)
}
"""What a byte that UTF-8 cannot read means in Windows-1252, by the surrogate that stands for it."""


def decoded(data: bytes) -> str:
    """Decode a text; its lines end with line feeds, and NULs become U+FFFD.

    The encoding is that of the byte order mark, UTF-16 without one, or what XML declares; else UTF-8, in
    which bytes that are not valid are taken for Windows-1252.

    Raises FileTooLarge, UnsupportedFormat for archives and office documents, and UnreadableFile for what is
    no text.
    """
    if len(data) > MAX_FILE_BYTES:
        raise FileTooLarge(f"The transcript is larger than the limit of {MAX_FILE_BYTES // 1024**2} MiB")
    for magic, kind in BINARY_FORMATS:
        if data.startswith(magic):
            raise UnsupportedFormat(
                f"The transcript is {kind}, not a text; save it as plain text, SRT, VTT or DFXP"
            )
    text = _characters(data).replace("\r\n", "\n").replace("\r", "\n").replace("\0", "\ufffd")
    strange = sum(text.count(chr(code)) for code in (*range(1, 9), *range(14, 32), 0xFFFD))
    if strange > 100 and strange > len(text) // 20:
        raise UnreadableFile("The transcript is no text: it is full of control characters")
    return text


def _characters(data: bytes) -> str:
    for mark, encoding in BYTE_ORDER_MARKS:
        if data.startswith(mark):
            return data[len(mark) :].decode(encoding, errors="replace")
    if encoding := _unmarked_utf16(data):
        return data.decode(encoding, errors="replace")
    declared = XML_ENCODING.match(data[:SAMPLE_BYTES])
    if declared and KNOWN_ENCODINGS.match(name := declared[1].decode()):
        try:
            return data.decode(name, errors="replace")
        except LookupError:
            raise UnreadableFile(f"The transcript declares the encoding {name!r}; use UTF-8") from None
    text = data.decode("utf-8", errors="surrogateescape")
    return text if text.isascii() or not _escaped(text) else text.translate(WINDOWS_1252)


def _escaped(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return True
    return False


def _unmarked_utf16(data: bytes) -> str:
    """Recognise UTF-16: Western text has a zero in nearly every second byte, and in no other."""
    even, odd = data[:SAMPLE_BYTES:2], data[1:SAMPLE_BYTES:2]
    zeros = even.count(0), odd.count(0)
    if len(odd) < 4:
        return ""
    if zeros[1] > 0.6 * len(odd) and zeros[0] < 0.05 * len(even):
        return "utf-16-le"
    if zeros[0] > 0.6 * len(even) and zeros[1] < 0.05 * len(odd):
        return "utf-16-be"
    return ""
