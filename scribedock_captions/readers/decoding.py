"""The characters of a text file, whatever encoding its bytes are in."""

from __future__ import annotations

import codecs
import re

from scribedock_captions.errors import FileTooLarge, UnreadableFile, UnsupportedFormat
from scribedock_captions.readers.formats import TextFormat
from scribedock_captions.readers.warnings import Warnings

MAX_FILE_BYTES = 8 * 1024 * 1024  # ten hours with the time of each word, in XML
BYTE_ORDER_MARKS = (  # the marks of UTF-32 before those of UTF-16, which they begin with
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
BINARY_FORMATS = (  # what stands at which place
    (0, b"PK\x03\x04", "a ZIP archive or an office document"),
    (0, b"%PDF", "a PDF"),
    (0, b"{\\rtf", "RTF"),
    (0, b"\xd0\xcf\x11\xe0", "an office document"),
    (0, b"\x1f\x8b", "a gzip archive"),
    (0, b"7z\xbc\xaf", "a 7z archive"),
    (0, b"Rar!", "a RAR archive"),
    (3, b"STL", "EBU STL"),
    (0, b"\x1a\x45\xdf\xa3", "a recording in Matroska or WebM"),
    (4, b"ftyp", "a recording in MPEG-4"),
    (0, b"RIFF", "a recording in WAV or AVI"),
    (0, b"ID3", "a recording in MP3"),
    (0, b"OggS", "a recording in Ogg"),
    (0, b"fLaC", "a recording in FLAC"),
    (0, b"\x00\x00\x01\xba", "VobSub or an MPEG recording"),
    (0, b"PG\x00", "subtitles of a Blu-ray disc (SUP)"),
    (0, b"\x89PNG", "a picture"),
    (0, b"\xff\xd8\xff", "a picture"),
)
MARK = "\ufeff"  # stands inside a file where two were joined
ISO_2022_JP = re.compile(rb"\x1b\$[@B].{2,2000}?\x1b\([BJ]", re.DOTALL)
XML_ENCODING = re.compile(rb"""\A\s*<\?xml[^>]{0,100}?encoding\s*=\s*["']([A-Za-z][\w.-]{1,30})["']""")
KNOWN_ENCODINGS = re.compile(
    r"(utf[-_]?(?:8|16|32)|iso[-_ ]?8859[-_]|latin|windows-|cp|koi8[-_]|shift_?jis|sjis|ms932|euc[-_]|gb|"
    r"big5|iso[-_]2022[-_]jp|mac|tis[-_]?620|ascii|us-ascii)",
    re.IGNORECASE,
)
SAMPLE_BYTES = 4096
GUESSED_BYTES = 100_000  # bytes of text that decide
WINDOWS_1252 = {
    0xDC00 + code: bytes((code,)).decode("cp1252", errors="replace") for code in range(0x80, 0x100)
}
"""What a byte that UTF-8 cannot read means in Windows-1252, by the surrogate that stands for it."""
LATIN = frozenset({"windows-1250", "windows-1252", "windows-1254", "windows-1257", "cp1258"})
SHARED_BY_WINDOWS = bytes(range(0x80)) + "‚„…†‡‘’“”•–—™\u00a0«»°".encode("cp1252")
"""Punctuation that the code pages of Windows have in the same places, and ASCII."""
LATIN_LETTERS = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
MAX_ACCENTED = 0.25  # the share of letters beyond ASCII in a text that is sure to be in Latin letters
OLDER = ("iso8859-2", "iso8859-5", "iso8859-6", "cp866", "cp850", "mac-roman")
"""Encodings of older programs, which the guess does not know."""
SHARED_SIGNS = "‚„…†‡‘’“”•–—™\u00a0\u00ad«»‹›°¿¡·"
LATIN_END = "\u0250"
LEAST_ODD, MOST_ODD, FEWER_ODD = 2, 0.1, 4
"""How many odd letters, which share of those beyond ASCII, and how many times fewer in another encoding."""
LEAST_CONFIDENCE = 0.002
LIKELY_WESTERN = 0.72
"""How likely Windows-1252 must be, against the likeliest of LATIN: a short text does not tell them apart."""


def decoded(data: bytes, *, encoding: str = "", warnings: Warnings | None = None) -> str:
    """Decode a text; its lines end with line feeds, and NULs become U+FFFD.

    The encoding is the one that is given, that of the byte order mark, UTF-16 without one, or what XML
    declares; else UTF-8, and what is not valid there is guessed, with a warning.

    Raises FileTooLarge, UnsupportedFormat for archives and office documents, and UnreadableFile for what is
    no text, and for an encoding that does not exist.
    """
    if len(data) > MAX_FILE_BYTES:
        raise FileTooLarge(f"The transcript is larger than the limit of {MAX_FILE_BYTES // 1024**2} MiB")
    for place, magic, kind in BINARY_FORMATS:
        if data.startswith(magic, place) and (place != 3 or data[6:8].isdigit()):
            raise UnsupportedFormat(
                f"The transcript is {kind}, not a text; save it as plain text, {_formats()}"
            )
    warnings = warnings or Warnings()
    characters = _given(data, encoding) if encoding else _characters(data, warnings)
    text = characters.replace("\r\n", "\n").replace("\r", "\n")
    text = (text.rstrip("\0") or text).replace("\0", "\ufffd").replace(MARK, "")
    strange = sum(text.count(chr(code)) for code in (*range(1, 9), *range(14, 32), 0xFFFD))
    if strange > len(text) // 20 and (strange > 100 or 2 * strange > len(text) > 4):
        raise UnreadableFile("The transcript is no text: it is full of control characters")
    if "\ufffd" in text:
        warnings.add(
            f"{text.count(chr(0xFFFD)):,} characters cannot be read, and are shown as \ufffd",
            text.count("\n", 0, text.index("\ufffd")) + 1,
        )
    return text


def _formats() -> str:
    *rest, last = (format.value.upper() for format in TextFormat if format is not TextFormat.TEXT)
    return f"{', '.join(rest)} or {last}"


def _given(data: bytes, encoding: str) -> str:
    """Decode as the caller says.  Raises UnreadableFile for what is no encoding of texts."""
    if not KNOWN_ENCODINGS.match(encoding):
        raise UnreadableFile(f"{encoding!r} is no encoding; use UTF-8, windows-1252, Shift_JIS or the like")
    for mark, name in BYTE_ORDER_MARKS:
        if data.startswith(mark) and codecs_name(encoding) in (
            name,
            name.removesuffix("-le").removesuffix("-be"),
        ):
            return data[len(mark) :].decode(name, errors="replace")
    try:
        return data.decode(encoding, errors="replace")
    except LookupError:
        raise UnreadableFile(
            f"{encoding!r} is no encoding; use UTF-8, windows-1252, Shift_JIS or the like"
        ) from None


def codecs_name(encoding: str) -> str:
    """Return the name by which Python knows an encoding; the name itself where it knows none."""
    try:
        return codecs.lookup(encoding).name
    except LookupError:
        return encoding


def _characters(data: bytes, warnings: Warnings) -> str:
    for mark, encoding in BYTE_ORDER_MARKS:
        if data.startswith(mark):
            return data[len(mark) :].decode(encoding, errors="replace")
    if encoding := _unmarked_utf16(data):
        return data.decode(encoding, errors="replace")
    declared = XML_ENCODING.match(data[:SAMPLE_BYTES])
    if declared and KNOWN_ENCODINGS.match(name := declared[1].decode()) and codecs_name(name)[:4] != "utf-":
        try:
            return data.decode(name, errors="replace")
        except LookupError:
            raise UnreadableFile(f"The transcript declares the encoding {name!r}; use UTF-8") from None
    if ISO_2022_JP.search(data):
        warnings.add("the file names no encoding: ISO-2022-JP is a guess")
        return data.decode("iso2022_jp", errors="replace")
    text = data.decode("utf-8", errors="surrogateescape")
    if text.isascii() or not (stray := _stray_bytes(text)):
        return text
    first = text[: text.index(stray[0])].count("\n") + 1
    if len(stray) <= sum(not letter.isascii() for letter in text) - len(stray):
        warnings.add(f"{len(stray):,} bytes are no UTF-8, and are taken for windows-1252", first)
        return text.translate(WINDOWS_1252)
    guess = _guessed(data)
    warnings.add(
        f"the file is not in UTF-8 and names no encoding: {guess} is a guess",
        first,
    )
    return data.decode(guess, errors="replace")


def _stray_bytes(text: str) -> list[str]:
    """Return what stands for bytes that UTF-8 cannot read."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return [letter for letter in text if "\udc80" <= letter <= "\udcff"]
    return []


def _guessed(data: bytes) -> str:
    """Guess an encoding of which nothing says what it is: only the lines beyond ASCII say something."""
    if not data.translate(None, SHARED_BY_WINDOWS):
        return "windows-1252"
    import chardet  # takes 100 ms and 20 MB, which few files need

    lines, size = [], 0
    for line in data.splitlines():
        if not line.isascii():
            lines.append(line)
            size += len(line)
            if size > GUESSED_BYTES:
                break
    sample = b"\n".join(lines)
    beyond = len(sample) - sum(sample.count(code) for code in range(0x80))
    letters = sum(sample.count(code) for code in LATIN_LETTERS)
    guesses = chardet.detect_all(
        sample,
        encoding_era=chardet.EncodingEra.MODERN_WEB,
        include_encodings=LATIN if beyond < MAX_ACCENTED * (beyond + letters) else None,
    )
    found = [
        (str(each["encoding"]).lower(), float(each["confidence"])) for each in guesses if each["encoding"]
    ]
    best, confidence = found[0] if found else ("windows-1252", 0.0)
    if confidence < LEAST_CONFIDENCE:
        return "windows-1252"
    if best in LATIN:
        western = max((each for name, each in found if name == "windows-1252"), default=0.0)
        best = "windows-1252" if western >= LIKELY_WESTERN * confidence else best
    return _less_odd(sample[:GUESSED_BYTES], best if codecs_name(best)[:3] != "utf" else "windows-1252")


def _less_odd(sample: bytes, guess: str) -> str:
    """Return an older encoding instead of the guess, in which the text has too many odd letters."""
    odd, beyond = _oddities(sample.decode(guess, errors="replace"))
    if odd < LEAST_ODD or odd < MOST_ODD * beyond:
        return guess
    rivals = [(_oddities(sample.decode(each, errors="replace"))[0], each) for each in OLDER]
    fewest, best = min(rivals, key=lambda pair: pair[0])
    return best if fewest * FEWER_ODD <= odd else guess


def _oddities(text: str) -> tuple[int, int]:
    """Count what no writing has: a sign between letters, a capital in a word, two alphabets in one.

    Only characters beyond ASCII count; return also how many of them there are.
    """
    odd = beyond = 0
    for before, letter, after in zip(" " + text, text, text[1:] + " ", strict=False):
        if letter.isascii():
            continue
        beyond += 1
        if letter == "\ufffd" or "\x80" <= letter < "\xa0":
            odd += 1
        elif not letter.isalpha():
            odd += letter not in SHARED_SIGNS and after.isalpha() and not letter.isdigit()
        elif before.isalpha():
            mixed = not before.isascii() and (letter < LATIN_END) != (before < LATIN_END)
            odd += mixed or (before.islower() and letter.isupper())
        elif after.isalpha():
            odd += letter.islower() and after.isupper()
    return odd, beyond


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
