"""Zip archives of results, written part by part: one file at a time is in memory."""

from __future__ import annotations

import io
import unicodedata
import zipfile
from datetime import UTC, datetime

import regex
from typing_extensions import Buffer

_UNUSABLE = regex.compile(r'[<>:"/\\|?*\p{C}\p{Zl}\p{Zp}]')
# Names of devices, with whatever ending: Windows opens no file of such a name.
_DEVICE = regex.compile(r"(CON|PRN|AUX|NUL|CONIN\$|CONOUT\$|(COM|LPT)[0-9¹²³])\s*(\..*)?\Z", regex.IGNORECASE)
MAX_NAME_BYTES = 120  # of a name without its ending; every file system has room for 255
OLDEST = datetime(1980, 1, 1, tzinfo=UTC)  # that a zip archive can name


def safe_stem(name: str) -> str:
    """Return the name of a file, without its ending, that every system can write; perhaps empty."""
    plain: str = _UNUSABLE.sub("_", unicodedata.normalize("NFC", name)).strip(" .")
    if _DEVICE.match(plain):
        plain = f"_{plain}"
    while len(plain.encode()) > MAX_NAME_BYTES:
        plain = plain[:-1]
    return plain.rstrip(" .")


class FileNames:
    """Hands out names that no other file of the archive has, also where case does not count."""

    def __init__(self) -> None:
        self._taken: set[str] = set()

    def take(self, name: str, otherwise: str) -> str:
        """Return a stem made from `name` that is free; `otherwise` tells it apart, and takes its place."""
        stem = safe_stem(name)
        wanted = stem or otherwise
        if unicodedata.normalize("NFKC", wanted).casefold() in self._taken:
            wanted = f"{stem} {otherwise}".strip()
        self._taken.add(unicodedata.normalize("NFKC", wanted).casefold())
        return wanted


class ZipStream:
    """A zip archive whose bytes are taken away as it is written."""

    def __init__(self) -> None:
        self._written = _Written()
        self._archive = zipfile.ZipFile(self._written, "w", zipfile.ZIP_DEFLATED)

    def add(self, name: str, content: bytes, at: datetime) -> bytes:
        """Add a file of this time; return the bytes of the archive that are ready."""
        entry = zipfile.ZipInfo(name, max(at, OLDEST).timetuple()[:6])
        entry.compress_type = zipfile.ZIP_DEFLATED
        entry.external_attr = 0o644 << 16
        self._archive.writestr(entry, content)
        return self._written.take()

    def end(self) -> bytes:
        """Return the last bytes of the archive."""
        self._archive.close()
        return self._written.take()


class _Written(io.RawIOBase):
    """A file that cannot be read or sought in: zip archives can be written without."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, part: Buffer) -> int:
        data = bytes(part)
        self._parts.append(data)
        return len(data)

    def take(self) -> bytes:
        found = b"".join(self._parts)
        self._parts.clear()
        return found
